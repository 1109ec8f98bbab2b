using System.Text;

namespace Masterful.Core.Imaging;

/// <summary>Says what a file is that is no image of a format that is read, and what to do with it.</summary>
internal static class ForeignFile
{
    private const int Looked = 512;
    private const string Convert = "convert it to JPEG or PNG";

    private static readonly (byte[] Signature, int Offset, string Sentence)[] Signatures =
    [
        ([0x49, 0x49, 0x2A, 0x00], 0, Picture("a TIFF image, or a camera's raw photo")),
        ([0x4D, 0x4D, 0x00, 0x2A], 0, Picture("a TIFF image, or a camera's raw photo")),
        ([0x49, 0x49, 0x2B, 0x00], 0, Picture("a BigTIFF image")),
        ([0x4D, 0x4D, 0x00, 0x2B], 0, Picture("a BigTIFF image")),
        ("8BPS"u8.ToArray(), 0, "This is a Photoshop file (PSD), which is not read: export it as JPEG or PNG."),
        ([0x00, 0x00, 0x01, 0x00], 0, Picture("an icon (ICO)")),
        ([0x00, 0x00, 0x02, 0x00], 0, Picture("a mouse pointer (CUR)")),
        ([0xFF, 0x0A], 0, Picture("a JPEG XL image")),
        ([0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20], 0, Picture("a JPEG XL image")),
        ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20], 0, Picture("a JPEG 2000 image")),
        ([0xFF, 0x4F, 0xFF, 0x51], 0, Picture("a JPEG 2000 image")),
        ([0x76, 0x2F, 0x31, 0x01], 0, Picture("an OpenEXR image")),
        ("qoif"u8.ToArray(), 0, Picture("a QOI image")),
        ("gimp xcf"u8.ToArray(), 0, Picture("a GIMP file (XCF)")),
        ("FUJIFILMCCD-RAW"u8.ToArray(), 0, Picture("a camera's raw photo")),
        ("DDS "u8.ToArray(), 0, Picture("a DirectX texture (DDS)")),
        ("DICM"u8.ToArray(), 128, Picture("a DICOM image")),
        ("SIMPLE  ="u8.ToArray(), 0, Picture("a FITS image")),
        ([0x00, 0x05, 0x16, 0x07], 0, "This is no image but what macOS keeps beside one (an AppleDouble file, '._…'): delete it, for instance with `dot_clean`."),
        ("%PDF"u8.ToArray(), 0, "This is a PDF document, not an image: export its pages as PNG."),
        ("%!PS"u8.ToArray(), 0, "This is a PostScript document, not an image: convert it to PNG."),
        ("PK\u0003\u0004"u8.ToArray(), 0, Archive("ZIP")),
        ([0x1F, 0x8B], 0, Archive("gzip")),
        ("Rar!\u001A\u0007"u8.ToArray(), 0, Archive("RAR")),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0, Archive("7-Zip")),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, Archive("xz")),
        ([0x28, 0xB5, 0x2F, 0xFD], 0, Archive("Zstandard")),
        ("BZh"u8.ToArray(), 0, Archive("bzip2")),
        ("ustar"u8.ToArray(), 257, Archive("tar")),
        ("NUMPY"u8.ToArray(), 1, "This is an array of NumPy, not an image: save it as PNG."),
        ([0x1A, 0x45, 0xDF, 0xA3], 0, Video("Matroska or WebM")),
        ("FLV\u0001"u8.ToArray(), 0, Video("Flash")),
        ("\u007FELF"u8.ToArray(), 0, "This is a program, not an image: remove it."),
        ("MZ"u8.ToArray(), 0, "This is a program, not an image: remove it."),
    ];

    /// <summary>A sentence that says what it is and what helps.</summary>
    /// <param name="bytes">Its content.</param>
    public static string Describe(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "The file has zero bytes: fetch or copy it again.";
        }

        if (bytes.IndexOfAnyExcept((byte)0) < 0)
        {
            return "The file holds nothing but zeros (an unfinished download or copy, or a disk that was full): fetch it again.";
        }

        if (Media(bytes) is { } media)
        {
            return media;
        }

        foreach (var (signature, offset, sentence) in Signatures)
        {
            if (bytes.Length > offset && bytes[offset..].StartsWith(signature))
            {
                return sentence;
            }
        }

        return Text(bytes) ?? (bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..].StartsWith("AVI "u8)
            ? Video("AVI")
            : $"This is not a {ImageFormats.Names} image, or its header is damaged: open it in a viewer, and {Convert} or remove it.");
    }

    /// <summary>ISO/IEC 14496-12, section 4.3: the brand of a file of boxes.</summary>
    private static string? Media(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes[4..].StartsWith("ftyp"u8))
        {
            return null;
        }

        var brand = Encoding.ASCII.GetString(bytes[8..12]);
        return brand switch
        {
            "avif" or "avis" => "This is an AVIF image, which is not read: convert it to JPEG or PNG, for instance with `avifdec`.",
            "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "mif1" or "msf1" when Holds(bytes, "avif"u8) =>
                "This is an AVIF image, which is not read: convert it to JPEG or PNG, for instance with `avifdec`.",
            "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "mif1" or "msf1" =>
                "This is a HEIC photo (an iPhone's own format), which is not read: convert it to JPEG, for instance with `heif-convert`.",
            "crx " => Picture("a camera's raw photo"),
            _ => Video("MP4 or QuickTime"),
        };
    }

    private static bool Holds(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> brand) => bytes[..Math.Min(64, bytes.Length)].IndexOf(brand) >= 0;

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        var head = bytes[..Math.Min(Looked, bytes.Length)];
        var text = head switch
        {
            [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(head[2..]),
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(head[2..]),
            [0xEF, 0xBB, 0xBF, ..] => Encoding.UTF8.GetString(head[3..]),
            _ => Encoding.UTF8.GetString(head),
        };
        if (text.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t' or '\f')))
        {
            return null;
        }

        var start = text.TrimStart();
        return start switch
        {
            _ when start.StartsWith("version https://git-lfs", StringComparison.Ordinal) || start.StartsWith("version https://hawser", StringComparison.Ordinal) =>
                "This is a Git LFS pointer, not the image that it stands for: run `git lfs pull`.",
            _ when start.Contains("<svg", StringComparison.OrdinalIgnoreCase) => "This is an SVG drawing, which is not read: render it as PNG.",
            _ when IsHtml(start) => "This is an HTML page (an error or log-in page instead of a download?), not an image: fetch the image again.",
            _ when start.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) => "This is an XML document (an error message instead of a download?), not an image: fetch the image again.",
            _ when start.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase) || IsBase64(start) => "This is an image as base64 text: decode it to a file of bytes.",
            ['P', >= '1' and <= '7', '\n' or ' ' or '\r', ..] => Picture("a PNM image"),
            _ when start.StartsWith("../", StringComparison.Ordinal) || start.StartsWith("/annex/", StringComparison.Ordinal) =>
                "This is text with the path of another file (a symbolic link that was copied as text, or git-annex), not an image: fetch the image itself.",
            ['{' or '[', ..] => "This is JSON text (an error message instead of a download?), not an image: fetch the image again.",
            "" => "The file holds nothing but white space: fetch it again.",
            _ => "This is text, not an image: fetch the image again, or remove the file.",
        };
    }

    private static bool IsHtml(string text) =>
        new[] { "<!doctype html", "<html", "<head", "<body", "<script", "<!--" }.Any(tag => text.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
        || text.Contains("<html", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first letters of JPEG, PNG, GIF and WebP in base64.</summary>
    private static bool IsBase64(string text) => new[] { "/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR" }.Any(start => text.StartsWith(start, StringComparison.Ordinal));

    private static string Picture(string what) => $"This is {what}, which is not read: {Convert}.";

    private static string Archive(string kind) => $"This is a {kind} archive, not an image: unpack it.";

    private static string Video(string kind) => $"This is a video ({kind}), not an image: take frames from it as JPEG or PNG.";
}
