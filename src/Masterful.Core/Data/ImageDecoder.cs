using Masterful.Core.Spec;
using Masterful.Results;
using SkiaSharp;

namespace Masterful.Core.Data;

/// <summary>An image as it was in its file.</summary>
/// <param name="Planes">C×H×W bytes.</param>
/// <param name="Shape">Its shape: 1 channel for grey, else 3.</param>
internal readonly record struct DecodedImage(byte[] Planes, ImageShape Shape);

/// <summary>
/// Reads PNG, JPEG, BMP, WebP and GIF (its first frame). An orientation that a camera noted is applied, transparency is dropped (the
/// colours underneath count), colours are taken as they are stored, without a colour profile.
/// </summary>
public static class ImageDecoder
{
    /// <summary>The most pixels an image may have: 64 megapixels.</summary>
    public const long MaximumPixels = 64L * 1024 * 1024;

    /// <summary>The largest image file: 256 MB.</summary>
    public const long MaximumFileLength = 256L << 20;

    /// <summary>File name extensions that are read, with their dot, in lower case.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];

    /// <summary>Whether the file's extension is one that is read.</summary>
    public static bool Reads(string path) => Extensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>Reads an image and brings it to a shape, in the same way as the images of a data set.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">What the model takes.</param>
    /// <returns>C×H×W bytes.</returns>
    /// <exception cref="DiagnosticException">The file can't be read; the message says why.</exception>
    public static byte[] Read(string path, ImageShape shape)
    {
        if (Decode(path, out var image) is { } problem)
        {
            throw new DiagnosticException(DataDiagnostics.ImageUnreadable, problem, new SourcePosition(path));
        }

        return ImageFitting.Fit(image.Planes, image.Shape, shape);
    }

    /// <summary>Decodes a file.</summary>
    /// <returns>What is wrong with the file, or null.</returns>
    internal static string? Decode(string path, out DecodedImage image)
    {
        image = default;
        byte[] bytes;
        try
        {
            var length = new FileInfo(path).Length;
            if (length is 0 or > MaximumFileLength)
            {
                return length == 0 ? "The file has zero bytes." : $"The file has {length:N0} bytes; at most {MaximumFileLength:N0} are read.";
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Cause.Of(e);
        }

        return Decode(bytes, out image);
    }

    /// <summary>Decodes the content of a file.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    internal static string? Decode(byte[] bytes, out DecodedImage image)
    {
        image = default;
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        if (codec is null)
        {
            return "This is not a PNG, JPEG, BMP, WebP or GIF image, or its header is damaged.";
        }

        // Before anything is allocated: a few bytes of header can claim any size.
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width <= 0 || height <= 0 || (long)width * height > MaximumPixels)
        {
            return $"The image says that it is {width:N0}×{height:N0}; at most {MaximumPixels:N0} pixels are read.";
        }

        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul)))
        {
            return $"There is not enough memory for an image of {width:N0}×{height:N0}.";
        }

        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            return result == SKCodecResult.IncompleteInput ? "The image breaks off: the file is truncated." : $"The image is damaged ({result}).";
        }

        var channels = codec.Info.ColorType == SKColorType.Gray8 ? 1 : 3;
        image = Planes(bitmap.GetPixelSpan(), width, height, channels, codec.EncodedOrigin);
        return null;
    }

    private static DecodedImage Planes(ReadOnlySpan<byte> rgba, int width, int height, int channels, SKEncodedOrigin origin)
    {
        var turned = origin >= SKEncodedOrigin.LeftTop;
        var shape = turned ? new ImageShape(width, height, channels) : new ImageShape(height, width, channels);
        var planes = new byte[shape.Length];
        var plane = shape.Height * shape.Width;
        for (var y = 0; y < shape.Height; y++)
        {
            for (var x = 0; x < shape.Width; x++)
            {
                var (sx, sy) = Stored(x, y, width - 1, height - 1, origin);
                var source = ((sy * width) + sx) * 4;
                for (var c = 0; c < channels; c++)
                {
                    planes[(c * plane) + (y * shape.Width) + x] = rgba[source + c];
                }
            }
        }

        return new DecodedImage(planes, shape);
    }

    /// <summary>Where a pixel of the upright image is stored: Exif 2.32, tag 274, orientation.</summary>
    private static (int X, int Y) Stored(int x, int y, int right, int bottom, SKEncodedOrigin origin) => origin switch
    {
        SKEncodedOrigin.TopRight => (right - x, y),
        SKEncodedOrigin.BottomRight => (right - x, bottom - y),
        SKEncodedOrigin.BottomLeft => (x, bottom - y),
        SKEncodedOrigin.LeftTop => (y, x),
        SKEncodedOrigin.RightTop => (y, bottom - x),
        SKEncodedOrigin.RightBottom => (right - y, bottom - x),
        SKEncodedOrigin.LeftBottom => (right - y, x),
        _ => (x, y),
    };
}
