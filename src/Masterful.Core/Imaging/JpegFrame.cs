using System.Buffers.Binary;

namespace Masterful.Core.Imaging;

/// <summary>A component of a JPEG: a plane of its own size.</summary>
/// <param name="Id">What scans call it.</param>
/// <param name="Across">Blocks across in a unit of interleaved data (H of T.81, A.1.1).</param>
/// <param name="Down">Blocks down in it.</param>
internal sealed record JpegComponent(byte Id, int Across, int Down)
{
    /// <summary>Blocks across when it is alone in a scan.</summary>
    public int BlocksWide { get; init; }

    /// <summary>Blocks down when it is alone in a scan.</summary>
    public int BlocksHigh { get; init; }

    /// <summary>Blocks across with those that fill up the last unit.</summary>
    public int Stride { get; init; }
}

/// <summary>The header of a JPEG's image (T.81, B.2.2), and what of it came so far.</summary>
internal sealed class JpegFrame
{
    /// <summary>For each component and coefficient, the lowest bit that came; −1 where nothing came.</summary>
    private readonly sbyte[] _lowest;
    private int _scans;

    private JpegFrame(byte kind, int width, int height, IReadOnlyList<JpegComponent> components, int unitsWide, int unitsHigh)
    {
        (IsProgressive, Width, Height, Components) = (kind == 0xC2, width, height, components);
        (UnitsWide, UnitsHigh) = (unitsWide, unitsHigh);
        _lowest = new sbyte[components.Count * 64];
        Array.Fill(_lowest, (sbyte)-1);
    }

    public bool IsProgressive { get; }

    public int Width { get; }

    public int Height { get; }

    public IReadOnlyList<JpegComponent> Components { get; }

    /// <summary>Units of interleaved data across.</summary>
    public int UnitsWide { get; }

    /// <summary>Units of interleaved data down.</summary>
    public int UnitsHigh { get; }

    /// <summary>Blocks of 8×8 of all components.</summary>
    public long Blocks => (long)UnitsWide * UnitsHigh * Components.Sum(c => c.Across * c.Down);

    /// <summary>Whether the components come one after the other.</summary>
    public bool HasSeveralScans => _scans > 1;

    /// <summary>Whether each coefficient came down to its last bit.</summary>
    public bool IsComplete => Array.TrueForAll(_lowest, bit => bit == 0);

    /// <summary>Reads the header; null where it makes no sense.</summary>
    public static JpegFrame? Read(byte marker, ReadOnlySpan<byte> content)
    {
        if (content.Length < 6 || content.Length < 6 + (3 * content[5]) || content[5] is 0 or > 4)
        {
            return null;
        }

        var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(content[1..]), BinaryPrimitives.ReadUInt16BigEndian(content[3..]));
        var read = new List<JpegComponent>();
        for (var at = 6; read.Count < content[5]; at += 3)
        {
            read.Add(new JpegComponent(content[at], content[at + 1] >> 4, content[at + 1] & 15));
        }

        if (width == 0 || height == 0 || read.Exists(c => c.Across is < 1 or > 4 || c.Down is < 1 or > 4))
        {
            return null;
        }

        var (across, down) = (read.Max(c => c.Across), read.Max(c => c.Down));
        var (unitsWide, unitsHigh) = (Parts(width, 8 * across), Parts(height, 8 * down));
        return new JpegFrame(
            marker,
            width,
            height,
            [.. read.Select(c => c with
            {
                BlocksWide = Parts(Parts(width * c.Across, across), 8),
                BlocksHigh = Parts(Parts(height * c.Down, down), 8),
                Stride = unitsWide * c.Across,
            })],
            unitsWide,
            unitsHigh);
    }

    /// <summary>Notes that a scan brings what it says.</summary>
    public void Note(JpegScan scan)
    {
        _scans++;
        foreach (var (component, _, _) in scan.Components)
        {
            var index = Components.Index().First(c => c.Item == component).Index;
            // Sequential scans bring all of a component, whatever stands in the fields of progressive ones.
            var (first, last, low) = IsProgressive ? (scan.First, scan.Last, scan.Low) : (0, 63, 0);
            _lowest.AsSpan((index * 64) + first, last - first + 1).Fill((sbyte)low);
        }
    }

    private static int Parts(int whole, int part) => (whole + part - 1) / part;
}

/// <summary>The header of a scan (T.81, B.2.3).</summary>
/// <param name="Frame">The image.</param>
/// <param name="Components">Its components with the numbers of their tables for DC and AC.</param>
/// <param name="First">First coefficient, in zigzag order.</param>
/// <param name="Last">Last coefficient.</param>
/// <param name="High">The bit that came before, 0 for a first scan.</param>
/// <param name="Low">The lowest bit that it brings.</param>
internal sealed record JpegScan(
    JpegFrame Frame, IReadOnlyList<(JpegComponent Component, int Dc, int Ac)> Components, int First, int Last, int High, int Low)
{
    /// <summary>Units of its data: a block each where it has one component.</summary>
    public long Units => Components is [var (only, _, _)] ? (long)only.BlocksWide * only.BlocksHigh : (long)Frame.UnitsWide * Frame.UnitsHigh;

    /// <summary>Reads the header; null where it makes no sense.</summary>
    public static JpegScan? Read(JpegFrame frame, ReadOnlySpan<byte> content)
    {
        if (content.Length < 1 || content[0] is 0 or > 4 || content.Length < 4 + (2 * content[0]))
        {
            return null;
        }

        var components = new List<(JpegComponent Component, int Dc, int Ac)>();
        for (var i = 0; i < content[0]; i++)
        {
            var (id, tables) = (content[1 + (2 * i)], content[2 + (2 * i)]);
            if (frame.Components.FirstOrDefault(c => c.Id == id) is not { } component)
            {
                return null;
            }

            components.Add((component, (tables >> 4) & 3, tables & 3));
        }

        var rest = content[(1 + (2 * content[0]))..];
        var scan = new JpegScan(frame, components, rest[0], rest[1], rest[2] >> 4, rest[2] & 15);
        return frame.IsProgressive && (scan.Last > 63 || scan.First > scan.Last || (scan.First > 0 && components.Count > 1)) ? null : scan;
    }
}
