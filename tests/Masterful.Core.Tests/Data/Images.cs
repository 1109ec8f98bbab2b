using Masterful.Core.Data;
using Masterful.Core.Spec;
using SkiaSharp;

namespace Masterful.Core.Tests.Data;

/// <summary>Small data sets and image files for tests, made on the spot.</summary>
internal static class Images
{
    public static byte[] Noise(ImageShape shape, int seed)
    {
        var pixels = new byte[shape.Length];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    public static ImageDataset Dataset(ImageShape shape, params int[] labels)
    {
        var store = new MemoryImageStore(shape);
        for (var i = 0; i < labels.Length; i++)
        {
            store.Add(Noise(shape, i));
        }

        var classes = Enumerable.Range(0, Math.Max(1, labels.Append(0).Max() + 1)).Select(c => $"class {c}").ToArray();
        return new ImageDataset(store, [.. Enumerable.Range(0, labels.Length)], labels, classes, "noise");
    }

    /// <summary>An image file of noise (or of one colour) in the format that the extension names.</summary>
    public static byte[] Encoded(int width, int height, int seed, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        new Random(seed).NextBytes(pixels);
        for (var i = 3; i < pixels.Length; i += 4)
        {
            pixels[i] = 255;
        }

        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }
}
