using Masterful.Core.Spec;
using SkiaSharp;

namespace Masterful.Core.Data;

/// <summary>Images side by side without gaps, pixel for pixel, as a PNG: for who cuts them out again.</summary>
public static class ImageSheet
{
    /// <summary>Side of a sheet at most, pixels.</summary>
    internal const int Largest = 16_384;

    /// <summary>Draws the images row by row from the top.</summary>
    /// <param name="images">C×H×W bytes of each image.</param>
    /// <param name="shape">Shape of every image; 1 or 3 channels.</param>
    /// <param name="columns">Images in a row, at least one.</param>
    /// <exception cref="ArgumentException">No image at all, an image of another size, or a sheet over 16,384 pixels a side.</exception>
    public static byte[] Png(IReadOnlyList<byte[]> images, ImageShape shape, int columns)
    {
        var across = Math.Min(columns, images.Count);
        var (width, height) = (across * shape.Width, (images.Count + columns - 1) / columns * shape.Height);
        if (images.Count == 0 || columns < 1 || images.Any(image => image.Length != shape.Length) || width > Largest || height > Largest)
        {
            throw new ArgumentException($"A sheet needs at least one image, each of {shape.Length} bytes, and at most {Largest} pixels a side.", nameof(images));
        }

        var grey = shape.Channels == 1;
        using var sheet = new SKBitmap(new SKImageInfo(width, height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = sheet.GetPixelSpan();
        pixels.Fill(255);
        foreach (var (i, image) in images.Index())
        {
            var (left, top) = (i % columns * shape.Width, i / columns * shape.Height);
            for (var y = 0; y < shape.Height; y++)
            {
                var row = pixels[(((top + y) * sheet.RowBytes) + (left * sheet.BytesPerPixel))..];
                if (grey)
                {
                    image.AsSpan(y * shape.Width, shape.Width).CopyTo(row);
                }
                else
                {
                    Interleave(image, shape, y, row);
                }
            }
        }

        using var png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static void Interleave(byte[] image, ImageShape shape, int y, Span<byte> row)
    {
        var plane = shape.Height * shape.Width;
        for (var x = 0; x < shape.Width; x++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                row[(x * 4) + channel] = image[(channel * plane) + (y * shape.Width) + x];
            }
        }
    }
}
