using System.Buffers.Binary;

namespace Masterful.Core.Imaging;

/// <summary>The structure of a WebP file: RIFF chunks (RFC 9649, section 2), and the headers of VP8 (RFC 6386, 9.1) and VP8L.</summary>
internal static class WebpFile
{
    private const int HeaderLength = 12;

    /// <summary>Reads the chunks up to the end of the file; those of an animation count by their first frame.</summary>
    public static ImageClaim? Inspect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength + 8)
        {
            return null;
        }

        var claim = new ImageClaim(ImageFormat.Webp, 0, 0);
        var end = Math.Min(bytes.Length, 8L + BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
        var hasImage = false;
        for (var at = HeaderLength; end - at >= 8;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            var content = bytes.Slice(at + 8, (int)Math.Min(length, bytes.Length - at - 8));
            var name = bytes.Slice(at, 4);
            var isWhole = content.Length == length;
            if (name.SequenceEqual("EXIF"u8))
            {
                claim = claim with { Orientation = ExifOrientation.Of(content) };
            }
            else if (name.SequenceEqual("ANMF"u8) && content.Length > 24 && !hasImage)
            {
                (claim, hasImage) = (Picture(claim, content[16..20], content[24..]) with { Problem = isWhole ? null : ImageClaim.BreaksOff }, true);
            }
            else if (!hasImage)
            {
                claim = Picture(claim, name, content);
                hasImage = name.StartsWith("VP8"u8) && name[3] != 'X';
                claim = hasImage && !isWhole ? claim with { Problem = ImageClaim.BreaksOff } : claim;
            }

            at = (int)Math.Min(int.MaxValue, at + 8L + length + (length & 1));
        }

        return claim switch
        {
            { Problem: null } when !hasImage => claim with { Problem = ImageClaim.BreaksOff },
            { Width: 0 } or { Height: 0 } => claim with { Problem = claim.Problem ?? ImageClaim.HeaderDamaged },
            _ => claim with { HasEnd = bytes.Length >= 8L + BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) },
        };
    }

    private static ImageClaim Picture(ImageClaim claim, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        var isKnown = claim.Width > 0;
        if (name.SequenceEqual("VP8X"u8) && content.Length >= 10)
        {
            return claim with { Width = 1 + UInt24(content[4..]), Height = 1 + UInt24(content[7..]) };
        }

        if (name.SequenceEqual("VP8 "u8) && content.Length >= 10)
        {
            var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(content[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(content[8..]) & 0x3FFF);
            return claim with { Width = isKnown ? claim.Width : width, Height = isKnown ? claim.Height : height, Scales = true, WorkingBytes = 64L * width };
        }

        if (name.SequenceEqual("VP8L"u8) && content.Length >= 5)
        {
            var packed = BinaryPrimitives.ReadUInt32LittleEndian(content[1..]);
            var (width, height) = (1 + (int)(packed & 0x3FFF), 1 + (int)((packed >> 14) & 0x3FFF));
            // The lossless decoder holds all its pixels, whatever it is asked for.
            return claim with
            {
                Width = isKnown ? claim.Width : width,
                Height = isKnown ? claim.Height : height,
                Scales = true,
                WorkingBytes = 4L * width * height,
            };
        }

        return claim;
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
