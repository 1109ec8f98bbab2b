namespace Masterful.Core.Spec;

/// <summary>Names of image files.</summary>
internal static class ImageNames
{
    /// <summary>Extensions of images that are read, with their dot, in lower case.</summary>
    public static readonly IReadOnlyList<string> Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];

    private static readonly string[] OtherPictures = [".jfif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".svg", ".ppm", ".pgm", ".jp2", ".dcm"];

    /// <summary>Whether a file name is that of an image that is read.</summary>
    public static bool IsImage(string name) => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it is that of a picture, of a format that is read or not.</summary>
    public static bool IsPicture(string name) => IsImage(name) || OtherPictures.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
}
