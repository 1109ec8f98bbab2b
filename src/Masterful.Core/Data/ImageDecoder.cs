using Masterful.Core.Imaging;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data;

/// <summary>An image of a file.</summary>
/// <param name="Planes">C×H×W bytes.</param>
/// <param name="Shape">The shape that it has in the file, upright: 1 channel for grey, else 3.</param>
/// <param name="Traits">What is worth knowing of it.</param>
internal readonly record struct DecodedImage(byte[] Planes, ImageShape Shape, ImageTraits Traits);

/// <summary>
/// Reads PNG, JPEG, BMP, WebP and GIF (its first frame), recognised by content. An orientation that a camera noted is applied, colours are
/// taken as they are stored, without a colour profile. Transparency is dropped (the colours underneath count) unless there is a background.
/// Images of over 64 megapixels are decoded at a fraction of their size where their format allows it.
/// </summary>
public static class ImageDecoder
{
    /// <summary>The largest image file: 256 MB.</summary>
    public const long MaximumFileLength = 256L << 20;

    /// <summary>File name extensions that are read, with their dot, in lower case.</summary>
    public static IReadOnlyList<string> Extensions => ImageFormats.Extensions;

    /// <summary>Whether the file's extension is one that is read.</summary>
    public static bool Reads(string path) => ImageFormats.Reads(path);

    /// <summary>Reads an image and brings it to a shape, in the same way as the images of a data set.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">What the model takes.</param>
    /// <param name="background">What its transparency is put on.</param>
    /// <returns>C×H×W bytes.</returns>
    /// <exception cref="DiagnosticException">The file can't be read; the message says why.</exception>
    public static byte[] Read(string path, ImageShape shape, Background background = Background.None) =>
        Decode(path, shape, background, out var image) is { } problem
            ? throw new DiagnosticException(DataDiagnostics.ImageUnreadable, problem, new SourcePosition(path))
            : image.Planes;

    /// <summary>Decodes a file and brings it to a shape.</summary>
    /// <returns>What is wrong with the file, or null.</returns>
    internal static string? Decode(string path, ImageShape? shape, Background background, out DecodedImage image)
    {
        image = default;
        byte[] bytes;
        try
        {
            if (FileFacts.Of(Path.GetFullPath(path), follow: true) is { Kind: FileKind.Other })
            {
                // Opening one can wait for ever.
                return "This is a pipe or a device, not a file.";
            }

            var length = new FileInfo(path).Length;
            if (length > MaximumFileLength)
            {
                return $"The file has {length:N0} bytes; at most {MaximumFileLength:N0} are read.";
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Cause.Of(e);
        }

        return Decode(bytes, shape, background, out image);
    }

    /// <summary>Decodes the content of a file at its own size.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    internal static string? Decode(byte[] bytes, out DecodedImage image) => Decode(bytes, null, Background.None, out image);

    /// <summary>Decodes the content of a file and brings it to a shape, or leaves it as it is.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    internal static string? Decode(byte[] bytes, ImageShape? shape, Background background, out DecodedImage image)
    {
        var read = ImageReader.Read(bytes, shape is { } s ? new ImageTarget(s.Height, s.Width, s.Channels) : null, background);
        image = new DecodedImage(read.Planes, new ImageShape(read.Height, read.Width, read.Channels), read.Traits);
        return read.Problem;
    }
}
