using System.Buffers.Binary;
using System.Numerics;

namespace Masterful.Core.Imaging;

/// <summary>
/// Reads the entropy-coded data of a JPEG without making pixels of them (T.81, annexes F.2.2 and G.2), to know whether they are all
/// there: decoders fill up what is missing, and say nothing. It takes about a tenth of the time of decoding.
/// </summary>
internal sealed class JpegScans
{
    /// <summary>More scans than any encoder writes: each may pass over all blocks.</summary>
    private const int MostScans = 250;

    private readonly JpegHuffman?[] _tables = new JpegHuffman?[8];

    /// <summary>For each block of each component, which coefficients are not zero: refining scans depend on it.</summary>
    private ulong[][] _set = [];
    private int _endRun;

    /// <summary>What is wrong with the data of the scans, as a sentence; or null.</summary>
    public static string? Problem(ReadOnlySpan<byte> bytes) => new JpegScans().Read(bytes);

    private string? Read(ReadOnlySpan<byte> bytes)
    {
        JpegFrame? frame = null;
        var (interval, scans) = (0, 0);
        var segments = new JpegSegments(bytes);
        while (segments.Next())
        {
            switch (segments.Marker)
            {
                case 0xC4:
                    ReadTables(segments.Content);
                    break;
                case 0xDD when segments.Content.Length >= 2:
                    interval = BinaryPrimitives.ReadUInt16BigEndian(segments.Content);
                    break;
                case 0xC0 or 0xC1 or 0xC2 when frame is null && (frame = JpegFrame.Read(segments.Marker, segments.Content)) is not null:
                    _set = [.. frame.Components.Select(c => frame.IsProgressive ? new ulong[(long)c.Stride * frame.UnitsHigh * c.Down] : [])];
                    break;
                case 0xDA when frame is not null:
                    if (Array.TrueForAll(_tables, t => t is null))
                    {
                        // A frame of a film without tables of its own: decoders take the usual ones, and only they can tell.
                        return null;
                    }

                    var from = segments.Position;
                    if (JpegScan.Read(frame, segments.Content) is not { } scan || ++scans > MostScans)
                    {
                        return ImageClaim.DataDamaged;
                    }

                    var isWhole = ReadScan(bytes, scan, interval, ref from, out var isAtEnd);
                    segments.SkipEntropyCoded();
                    if (!isWhole || (!segments.IsFollowed && IsFilledUp(bytes, segments.Position, from)))
                    {
                        return !isWhole && !isAtEnd ? ImageClaim.DataDamaged : ImageClaim.BreaksOff;
                    }

                    frame.Note(scan);
                    break;
            }
        }

        return frame is { IsComplete: true } ? null : ImageClaim.BreaksOff;
    }

    private void ReadTables(ReadOnlySpan<byte> content)
    {
        while (content.Length >= 17)
        {
            var count = 0;
            foreach (var length in content[1..17])
            {
                count += length;
            }

            count = Math.Min(count, content.Length - 17);
            _tables[(((content[0] >> 4) & 1) * 4) + (content[0] & 3)] = new JpegHuffman(content[1..17], content.Slice(17, count));
            content = content[(17 + count)..];
        }
    }

    /// <param name="bytes">The file.</param>
    /// <param name="scan">The scan.</param>
    /// <param name="interval">Units between restart markers, or 0.</param>
    /// <param name="at">Where its data begin; where reading ended.</param>
    /// <param name="isAtEnd">Whether reading ended where the data do.</param>
    private bool ReadScan(ReadOnlySpan<byte> bytes, JpegScan scan, int interval, ref int at, out bool isAtEnd)
    {
        var bits = new JpegBits(bytes, at);
        _endRun = 0;
        var isAlone = scan.Components.Count == 1;
        var wide = isAlone ? scan.Components[0].Component.BlocksWide : scan.Frame.UnitsWide;
        var units = scan.Units;
        var isWhole = true;
        for (var unit = 0L; unit < units && isWhole; unit++)
        {
            if (interval > 0 && unit > 0 && unit % interval == 0)
            {
                _endRun = 0;
                isWhole = bits.Restart();
            }

            var (row, column) = ((int)(unit / wide), (int)(unit % wide));
            foreach (var (component, dc, ac) in scan.Components)
            {
                var index = isAlone && component == scan.Frame.Components[0] ? 0 : IndexOf(scan.Frame, component);
                var (across, down) = isAlone ? (1, 1) : (component.Across, component.Down);
                for (var block = 0; block < across * down && isWhole; block++)
                {
                    var place = (((row * down) + (block / across)) * component.Stride) + (column * across) + (block % across);
                    isWhole = scan.Frame.IsProgressive
                        ? ReadBlock(ref bits, scan, dc, ac, ref _set[index][place])
                        : ReadBlock(ref bits, _tables[dc], _tables[4 + ac]);
                }
            }

            isWhole &= !bits.IsExhausted;
        }

        (at, isAtEnd) = (bits.Position, bits.IsAtEnd);
        return isWhole;
    }

    private static int IndexOf(JpegFrame frame, JpegComponent component)
    {
        var index = 0;
        while (!ReferenceEquals(frame.Components[index], component))
        {
            index++;
        }

        return index;
    }

    /// <summary>A block of a sequential scan.</summary>
    private static bool ReadBlock(ref JpegBits bits, JpegHuffman? dc, JpegHuffman? ac)
    {
        if (dc is null || ac is null || dc.Next(ref bits) is not (>= 0 and <= 16 and var size))
        {
            return false;
        }

        bits.Skip(size);
        for (var k = 1; k < 64; k++)
        {
            var symbol = ac.Next(ref bits);
            if (symbol < 0)
            {
                return false;
            }

            var (run, length) = (symbol >> 4, symbol & 15);
            if (length == 0 && run != 15)
            {
                return true;
            }

            k += run;
            bits.Skip(length);
        }

        return true;
    }

    /// <summary>A block of a progressive scan.</summary>
    private bool ReadBlock(ref JpegBits bits, JpegScan scan, int dc, int ac, ref ulong set)
    {
        if (scan.First == 0)
        {
            if (scan.High > 0)
            {
                bits.Skip(1);
                return true;
            }

            var size = _tables[dc]?.Next(ref bits) ?? -1;
            bits.Skip(Math.Clamp(size, 0, 16));
            return size is >= 0 and <= 16;
        }

        return _tables[4 + ac] is { } table && (scan.High == 0 ? ReadFirst(ref bits, scan, table, ref set) : Refine(ref bits, scan, table, ref set));
    }

    private bool ReadFirst(ref JpegBits bits, JpegScan scan, JpegHuffman table, ref ulong set)
    {
        if (_endRun > 0)
        {
            _endRun--;
            return true;
        }

        for (var k = scan.First; k <= scan.Last; k++)
        {
            var symbol = table.Next(ref bits);
            if (symbol < 0)
            {
                return false;
            }

            var (run, length) = (symbol >> 4, symbol & 15);
            if (length == 0 && run != 15)
            {
                _endRun = (1 << run) - 1 + bits.Take(run);
                return true;
            }

            k += run;
            set |= length > 0 && k < 64 ? 1UL << k : 0;
            bits.Skip(length);
        }

        return true;
    }

    private bool Refine(ref JpegBits bits, JpegScan scan, JpegHuffman table, ref ulong set)
    {
        var k = scan.First;
        for (; _endRun == 0 && k <= scan.Last; k++)
        {
            var symbol = table.Next(ref bits);
            if (symbol < 0)
            {
                return false;
            }

            var (run, length) = (symbol >> 4, symbol & 15);
            if (length == 0 && run != 15)
            {
                _endRun = (1 << run) + bits.Take(run);
                break;
            }

            bits.Skip(length == 0 ? 0 : 1);
            // Coefficients that are set have a bit each; those that are not are counted.
            for (; k <= scan.Last && (((set >> k) & 1) != 0 || run-- > 0); k++)
            {
                bits.Skip((int)((set >> k) & 1));
            }

            set |= length > 0 && k <= scan.Last ? 1UL << k : 0;
        }

        if (_endRun > 0)
        {
            var rest = k > 63 ? 0 : ((set >> k) << k) & (ulong.MaxValue >> (63 - scan.Last));
            for (var left = BitOperations.PopCount(rest); left > 0; left -= 16)
            {
                bits.Skip(Math.Min(16, left));
            }

            _endRun--;
        }

        return true;
    }

    /// <summary>Whether the data go over into zeros up to the file's end: what stands in a file whose download or copy broke off.</summary>
    private static bool IsFilledUp(ReadOnlySpan<byte> bytes, int end, int read)
    {
        const int Noticed = 32;
        return read - 1 - bytes[..end].LastIndexOfAnyExcept((byte)0) >= Noticed;
    }
}
