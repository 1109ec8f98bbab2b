using System.Buffers.Binary;

namespace Masterful.Core.Imaging;

/// <summary>How a camera was held: tag 274 of Exif 2.32, which is a TIFF structure (TIFF 6.0, section 2) wherever it stands.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 274;
    private const ushort Short = 3;
    private const ushort Long = 4;

    /// <summary>1 to 8; 1, upright, where nothing valid is said.</summary>
    /// <param name="exif">The content of a JPEG's APP1, of a PNG's eXIf or of a WebP's EXIF chunk, with or without its name before it.</param>
    public static int Of(ReadOnlySpan<byte> exif)
    {
        var tiff = exif.StartsWith("Exif\0"u8) && exif.Length >= 6 ? exif[6..] : exif;
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
        {
            return 1;
        }

        var little = tiff[0] == 'I';
        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return 1;
        }

        var entries = tiff[(int)directory..];
        var count = Word(entries, little);
        entries = entries[2..];
        for (; count > 0 && entries.Length >= 12; count--, entries = entries[12..])
        {
            // A short by the standard; some programs write a long.
            if (Word(entries, little) == Tag && Word(entries[2..], little) is (Short or Long) and var type)
            {
                return Word(entries[(type == Long && !little ? 10 : 8)..], little) is >= 1 and <= 8 and var orientation ? orientation : 1;
            }
        }

        return 1;
    }

    private static ushort Word(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
