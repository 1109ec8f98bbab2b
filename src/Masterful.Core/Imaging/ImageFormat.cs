namespace Masterful.Core.Imaging;

/// <summary>The kinds of image file that are read.</summary>
internal enum ImageFormat
{
    /// <summary>Portable Network Graphics.</summary>
    Png,

    /// <summary>JPEG, baseline or progressive, Huffman-coded, 8 bits a sample.</summary>
    Jpeg,

    /// <summary>GIF; of an animation the first frame.</summary>
    Gif,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>WebP, lossy or lossless; of an animation the first frame.</summary>
    Webp,
}

/// <summary>How image files are told apart: by extension when a folder is listed, by content when they are read.</summary>
internal static class ImageFormats
{
    /// <summary>The formats, as messages name them.</summary>
    public const string Names = "PNG, JPEG, BMP, WebP or GIF";

    /// <summary>File name extensions of images that are read, with their dot, in lower case.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
        [".png", ".jpg", ".jpeg", ".jpe", ".jif", ".jfif", ".jfi", ".pjpeg", ".pjp", ".bmp", ".dib", ".webp", ".gif"];

    /// <summary>Whether the file's extension is one that is read.</summary>
    public static bool Reads(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The format that the first bytes say, or null.</summary>
    public static ImageFormat? Of(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => ImageFormat.Gif,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageFormat.Webp,
        [(byte)'B', (byte)'M', _, _, _, _, _, _, _, _, _, _, _, _, 12 or (>= 16 and <= 64) or 108 or 124, 0, 0, 0, ..] => ImageFormat.Bmp,
        _ => null,
    };
}
