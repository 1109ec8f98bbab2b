using Masterful.Core.Imaging;

namespace Masterful.Core.Spec;

/// <summary>Names of image files.</summary>
internal static class ImageNames
{
    /// <summary>Extensions of images that are read, with their dot, in lower case.</summary>
    public static IReadOnlyList<string> Extensions => ImageFormats.Extensions;

    private static readonly string[] OtherPictures = [".tif", ".tiff", ".heic", ".heif", ".avif", ".svg", ".ppm", ".pgm", ".jp2", ".dcm"];

    /// <summary>Whether a file name is that of an image that is read.</summary>
    public static bool IsImage(string name) => ImageFormats.Reads(name);

    /// <summary>Whether it is that of a picture, of a format that is read or not.</summary>
    public static bool IsPicture(string name) => IsImage(name) || OtherPictures.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
}
