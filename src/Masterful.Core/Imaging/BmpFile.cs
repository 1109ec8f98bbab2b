using System.Buffers.Binary;

namespace Masterful.Core.Imaging;

/// <summary>The header of a Windows bitmap (BITMAPFILEHEADER, and BITMAPCOREHEADER or BITMAPINFOHEADER and its followers).</summary>
internal static class BmpFile
{
    private const int FileHeader = 14;
    private const int OldHeader = 12;
    private const int RunLength8 = 1;
    private const int RunLength4 = 2;

    /// <summary>A run of at most 255 pixels takes two bytes.</summary>
    private const long MostInflated = 128;

    /// <summary>Reads the headers. A bitmap has no end marker: its pixels are all there, or not.</summary>
    public static ImageClaim? Inspect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FileHeader + 16)
        {
            return null;
        }

        var offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[10..]);
        var header = bytes[FileHeader..];
        var isOld = header[0] == OldHeader;
        var width = isOld ? BinaryPrimitives.ReadUInt16LittleEndian(header[4..]) : BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        // A negative height says that the rows come from the top.
        var rows = isOld ? BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) : (long)BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(header[(isOld ? 10 : 14)..]);
        var compression = isOld || header.Length < 20 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        var height = Math.Abs(rows);
        if (width <= 0 || height is 0 or > int.MaxValue || bits is not (1 or 2 or 4 or 8 or 16 or 24 or 32))
        {
            return null;
        }

        var isRunLength = compression is RunLength8 or RunLength4;
        var needed = (Int128)(((long)width * bits + 31) / 32 * 4) * height;
        var given = Math.Max(0, bytes.Length - offset);
        return new ImageClaim(ImageFormat.Bmp, width, (int)height)
        {
            Problem = compression is 4 or 5 ? "This bitmap holds a JPEG or PNG in it, which is not read: save it as PNG."
                : !isRunLength && needed > given ? ImageClaim.BreaksOff
                : isRunLength && (Int128)width * height > (Int128)bytes.Length * MostInflated ? ImageClaim.Impossible(width, (int)height, bytes.Length)
                : null,
        };
    }
}
