using System.Buffers.Binary;

namespace Masterful.Core.Imaging;

/// <summary>The structure of a PNG file: its chunks (PNG specification, third edition, sections 5 and 11).</summary>
internal static class PngFile
{
    private const int Signature = 8;

    /// <summary>Deflate makes at most so many bytes out of one (a match of 258 bytes in two bits).</summary>
    private const long MostInflated = 1032;

    /// <summary>Reads the chunks' names and lengths, and the header.</summary>
    public static ImageClaim? Inspect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Signature + 25 || !bytes[(Signature + 4)..].StartsWith("IHDR"u8))
        {
            return null;
        }

        var header = bytes[(Signature + 8)..];
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        var (depth, colour, interlaced) = (header[8], header[9], header[12] != 0);
        if (width <= 0 || height <= 0 || Channels(colour) is not { } channels || depth is not (1 or 2 or 4 or 8 or 16))
        {
            return null;
        }

        var (data, hasEnd, orientation) = (0L, false, 1);
        for (var at = Signature; bytes.Length - at >= 8 && !hasEnd;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            var name = bytes.Slice(at + 4, 4);
            var content = bytes.Slice(at + 8, (int)Math.Min(length, bytes.Length - at - 8));
            data += name.SequenceEqual("IDAT"u8) ? content.Length : 0;
            orientation = name.SequenceEqual("eXIf"u8) ? ExifOrientation.Of(content) : orientation;
            hasEnd = name.SequenceEqual("IEND"u8) && bytes.Length - at >= 12;
            at = (int)Math.Min(bytes.Length, at + 12L + length);
        }

        var bits = (long)width * channels * depth;
        // Interlaced rows come in seven passes, each of whole bytes: never less than the plain rows' bits.
        var inflated = ((Int128)((bits + 7) / 8) + (interlaced ? 0 : 1)) * height;
        return new ImageClaim(ImageFormat.Png, width, height)
        {
            Orientation = orientation,
            HasEnd = hasEnd,
            WorkingBytes = 4L * width * channels * Math.Max(1, depth / 8),
            Problem = data == 0 && !hasEnd ? ImageClaim.BreaksOff
                : inflated > ((Int128)data + 64) * MostInflated ? ImageClaim.Impossible(width, height, bytes.Length) : null,
        };
    }

    private static int? Channels(byte colour) => colour switch
    {
        0 or 3 => 1,
        2 => 3,
        4 => 2,
        6 => 4,
        _ => null,
    };
}
