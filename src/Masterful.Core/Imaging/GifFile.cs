using System.Buffers.Binary;

namespace Masterful.Core.Imaging;

/// <summary>The structure of a GIF file: its blocks (GIF89a specification, sections 15 to 27).</summary>
internal static class GifFile
{
    private const int HeaderLength = 13;
    private const byte Extension = 0x21;
    private const byte Image = 0x2C;
    private const byte Trailer = 0x3B;

    /// <summary>LZW of at most 12 bits gives at most 4,096 pixels for a code, which is more than a byte.</summary>
    private const long MostInflated = 4096;

    /// <summary>Reads the blocks up to the end of the file.</summary>
    public static ImageClaim? Inspect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
        {
            return null;
        }

        var width = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        var height = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        var (hasImage, hasEnd, isWhole) = (false, false, true);
        for (var at = HeaderLength + ColourTable(bytes[10]); at < bytes.Length && !hasEnd;)
        {
            switch (bytes[at])
            {
                case Image:
                    // Descriptor, local colours, the code size, then data.
                    var descriptor = bytes[at..];
                    at += descriptor.Length < 10 ? descriptor.Length : 11 + ColourTable(descriptor[9]);
                    at = SubBlocks(bytes, at);
                    (hasImage, isWhole) = (true, hasImage || at <= bytes.Length);
                    break;
                case Extension:
                    at = SubBlocks(bytes, at + 2);
                    break;
                case Trailer:
                    hasEnd = true;
                    break;
                default:
                    // Something else follows: no decoder goes on from here.
                    at = bytes.Length;
                    break;
            }
        }

        return new ImageClaim(ImageFormat.Gif, width, height)
        {
            HasEnd = hasEnd,
            // Where the first frame ends with the last of its blocks, that all of its data are there is for the decoder to say.
            Ending = hasEnd || !isWhole ? [] : [0, Trailer],
            WorkingBytes = (long)width * height,
            Problem = width == 0 || height == 0 ? ImageClaim.HeaderDamaged
                : !hasImage ? (hasEnd ? "The GIF has no image in it." : ImageClaim.BreaksOff)
                : (long)width * height > bytes.Length * MostInflated ? ImageClaim.Impossible(width, height, bytes.Length) : null,
        };
    }

    private static int ColourTable(byte packed) => (packed & 0x80) == 0 ? 0 : 3 * (2 << (packed & 7));

    private static int SubBlocks(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length && bytes[at] != 0)
        {
            at += bytes[at] + 1;
        }

        return at < bytes.Length ? at + 1 : at;
    }
}
