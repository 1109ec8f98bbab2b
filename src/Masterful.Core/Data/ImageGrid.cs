using Masterful.Core.Spec;
using SkiaSharp;

namespace Masterful.Core.Data;

/// <summary>Rows of images of one shape as a picture, without text: who shows it names the rows beside it.</summary>
/// <param name="Png">The picture.</param>
/// <param name="RowsInColumn">Rows that stand below each other; those that come after them stand beside them, from the top again.</param>
public sealed record ImageGrid(byte[] Png, int RowsInColumn)
{
    /// <summary>Pixels of a picture at most: with photographs about twice as many bytes.</summary>
    public const long MostPixels = 12_000_000;

    /// <summary>
    /// Draws a grid on white, for screens of twice the density: small images enlarged by a whole factor, without smoothing, large ones and
    /// very many reduced. Rows may differ in length.
    /// </summary>
    /// <param name="rows">C×H×W bytes of each image, row by row from the top.</param>
    /// <param name="shape">Shape of every image; 1 or 3 channels.</param>
    /// <exception cref="ArgumentException">No image at all, or an image of another size.</exception>
    public static ImageGrid Draw(IReadOnlyList<IReadOnlyList<byte[]>> rows, ImageShape shape)
    {
        var columns = rows.Count == 0 ? 0 : rows.Max(r => r.Count);
        return columns == 0
            ? throw new ArgumentException("A grid needs at least one image.", nameof(rows))
            : Draw(rows, pixels => pixels, shape, GridLayout.For(rows.Count, columns, shape, MostPixels));
    }

    /// <summary>The same of images that are read one at a time, as they are drawn.</summary>
    internal static ImageGrid Draw<T>(IReadOnlyList<IReadOnlyList<T>> rows, Func<T, byte[]> pixelsOf, ImageShape shape, GridLayout layout)
    {
        using var sheet = new SKBitmap(new SKImageInfo(layout.Width, layout.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var canvas = sheet.GetPixelSpan();
        canvas.Fill(255);
        for (var r = 0; r < rows.Count; r++)
        {
            for (var c = 0; c < rows[r].Count; c++)
            {
                var image = pixelsOf(rows[r][c]);
                if (image.Length != shape.Length)
                {
                    throw new ArgumentException($"Every image of a grid has {shape.Length} bytes; one has {image.Length}.", nameof(rows));
                }

                var (left, top) = layout.PlaceOf(r, c);
                var cell = layout.Cell == shape ? image : ImageFitting.Fit(image, shape, layout.Cell);
                Draw(cell, layout.Cell, layout.Factor, canvas[(((top * layout.Width) + left) * 4)..], layout.Width * 4);
            }
        }

        using var png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        return new ImageGrid(png.ToArray(), layout.RowsInColumn);
    }

    private static void Draw(byte[] image, ImageShape shape, int factor, Span<byte> target, int stride)
    {
        var plane = shape.Height * shape.Width;
        var (green, blue) = shape.Channels == 1 ? (0, 0) : (plane, 2 * plane);
        for (var y = 0; y < shape.Height * factor; y++)
        {
            var row = target[(y * stride)..];
            for (var x = 0; x < shape.Width * factor; x++)
            {
                var source = (y / factor * shape.Width) + (x / factor);
                row[x * 4] = image[source];
                row[(x * 4) + 1] = image[green + source];
                row[(x * 4) + 2] = image[blue + source];
            }
        }
    }
}
