using Masterful.Core.Spec;
using SkiaSharp;

namespace Masterful.Core.Data;

/// <summary>Draws rows of images of one shape as a PNG, without text: who shows it names the rows beside it.</summary>
public static class ImageGrid
{
    private const int SmallestCell = 56;
    private const int Scale = 2;
    private const int Gap = 4;
    private const int Margin = 8;
    private const int Largest = 16_384;

    /// <summary>
    /// Draws a grid on white, for screens of twice the density: each image enlarged by a whole factor, without smoothing, to at
    /// least 56 points. Rows may differ in length.
    /// </summary>
    /// <param name="rows">C×H×W bytes of each image, row by row from the top.</param>
    /// <param name="shape">Shape of every image; 1 or 3 channels.</param>
    /// <exception cref="ArgumentException">No image at all, an image of another size, or a grid over 16,384 pixels a side.</exception>
    public static byte[] Png(IReadOnlyList<IReadOnlyList<byte[]>> rows, ImageShape shape)
    {
        var columns = rows.Count == 0 ? 0 : rows.Max(r => r.Count);
        if (columns == 0 || rows.Any(r => r.Any(image => image.Length != shape.Length)))
        {
            throw new ArgumentException($"A grid needs at least one image, and every image {shape.Length} bytes.", nameof(rows));
        }

        var factor = Scale * Math.Max(1, (SmallestCell + Math.Min(shape.Height, shape.Width) - 1) / Math.Min(shape.Height, shape.Width));
        var cell = (Width: shape.Width * factor, Height: shape.Height * factor);
        var width = (2 * Margin * Scale) + (columns * cell.Width) + ((columns - 1) * Gap * Scale);
        var height = (2 * Margin * Scale) + (rows.Count * cell.Height) + ((rows.Count - 1) * Gap * Scale);
        if (width > Largest || height > Largest)
        {
            throw new ArgumentException($"A grid of {width}×{height} pixels is too large; show fewer images.", nameof(rows));
        }

        using var sheet = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = sheet.GetPixelSpan();
        pixels.Fill(255);
        for (var r = 0; r < rows.Count; r++)
        {
            for (var c = 0; c < rows[r].Count; c++)
            {
                var left = (Margin * Scale) + (c * (cell.Width + (Gap * Scale)));
                var top = (Margin * Scale) + (r * (cell.Height + (Gap * Scale)));
                Draw(rows[r][c], shape, factor, pixels[(((top * width) + left) * 4)..], width * 4);
            }
        }

        using var png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
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
