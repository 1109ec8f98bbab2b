using System.Buffers.Binary;

namespace Masterful.Core.Imaging;

/// <summary>The structure of a JPEG file: its marker segments (ITU-T T.81, annex B).</summary>
internal static class JpegFile
{
    /// <summary>Reads all segments; no entropy-coded data.</summary>
    public static ImageClaim? Inspect(ReadOnlySpan<byte> bytes)
    {
        var orientation = 1;
        JpegFrame? frame = null;
        var segments = new JpegSegments(bytes);
        while (segments.Next())
        {
            switch (segments.Marker)
            {
                case 0xE1 when orientation == 1:
                    orientation = ExifOrientation.Of(segments.Content);
                    break;
                case >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) when frame is null:
                    if (Unsupported(segments.Marker, segments.Content) is { } unsupported)
                    {
                        return new ImageClaim(ImageFormat.Jpeg, 0, 0) { Problem = unsupported };
                    }

                    if ((frame = JpegFrame.Read(segments.Marker, segments.Content)) is null)
                    {
                        return null;
                    }

                    break;
                case 0xDA when frame is not null && JpegScan.Read(frame, segments.Content) is { } scan:
                    frame.Note(scan);
                    segments.SkipEntropyCoded();
                    break;
            }
        }

        if (frame is null)
        {
            return null;
        }

        var blocks = frame.Blocks;
        return Claim(frame) with
        {
            Orientation = orientation,
            HasEnd = segments.HasEnd,
            Ending = segments.HasEnd ? [] : bytes[^1] == 0xFF ? [0xD9] : [0xFF, 0xD9],
            Problem = !frame.IsComplete ? ImageClaim.BreaksOff
                // A block takes at least a bit, two where its coefficients come in one scan.
                : blocks > (frame.IsProgressive ? 8L : 4L) * bytes.Length ? ImageClaim.Impossible(frame.Width, frame.Height, bytes.Length) : null,
        };
    }

    private static ImageClaim Claim(JpegFrame frame) => new(ImageFormat.Jpeg, frame.Width, frame.Height)
    {
        Scales = true,
        // Where coefficients come in several scans, all are held: 64 of two bytes a block.
        WorkingBytes = frame.IsProgressive || frame.HasSeveralScans ? frame.Blocks * 128 : 64L * frame.Width * frame.Components.Count,
    };

    private static string? Unsupported(byte marker, ReadOnlySpan<byte> frame) => marker switch
    {
        0xC3 or 0xC7 or 0xCB or 0xCF => "This is a lossless JPEG (as scanners and medical devices write), which is not read: save it as PNG.",
        0xC5 or 0xC6 or 0xCD or 0xCE => "This is a hierarchical JPEG, which is not read: save it as an ordinary JPEG or as PNG.",
        0xC9 or 0xCA => "This is an arithmetic-coded JPEG, which is not read: save it Huffman-coded, for instance with `jpegtran -optimize`.",
        _ when frame is [not 8, ..] => $"This is a JPEG of {frame[0]} bits a sample, which is not read: save it with 8 bits, or as PNG.",
        _ => null,
    };
}

/// <summary>The marker segments of a JPEG file, one after the other.</summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The second byte of the marker.</summary>
    public byte Marker { get; private set; }

    /// <summary>What stands in the segment, as far as the file goes.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Where the file is read.</summary>
    public int Position { get; private set; } = 2;

    /// <summary>Whether the end marker was met.</summary>
    public bool HasEnd { get; private set; }

    /// <summary>Whether a marker follows here, not the end of the file.</summary>
    public readonly bool IsFollowed => _bytes.Length - Position >= 2;

    /// <summary>Goes to the next segment; false at the end marker, and where the file ends.</summary>
    public bool Next()
    {
        while (!HasEnd)
        {
            var marker = Position >= _bytes.Length ? -1 : _bytes[Position..].IndexOf((byte)0xFF);
            if (marker < 0 || (Position += marker + 1) >= _bytes.Length)
            {
                return false;
            }

            Marker = _bytes[Position];
            // 00 belongs to data, FF fills; 01, D0 to D7 and the start marker have no content.
            if (Marker is 0x00 or 0xFF or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                Position += Marker == 0xFF ? 0 : 1;
                continue;
            }

            Position++;
            HasEnd = Marker == 0xD9;
            if (HasEnd || _bytes.Length - Position < 2)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(_bytes[Position..]);
            var end = Math.Min(_bytes.Length, Position + Math.Max(2, (int)length));
            Content = _bytes[(Position + 2)..end];
            Position = end;
            return true;
        }

        return false;
    }

    /// <summary>Passes over entropy-coded data up to a marker that is none of its own.</summary>
    public void SkipEntropyCoded()
    {
        while (true)
        {
            var at = _bytes[Position..].IndexOf((byte)0xFF);
            if (at < 0 || Position + at + 1 >= _bytes.Length)
            {
                Position = _bytes.Length;
                return;
            }

            Position += at;
            var next = _bytes[Position + 1];
            if (next is not (0x00 or 0xFF or (>= 0xD0 and <= 0xD7)))
            {
                return;
            }

            Position += next == 0xFF ? 1 : 2;
        }
    }
}
