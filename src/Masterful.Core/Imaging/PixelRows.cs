using System.Runtime.InteropServices;

namespace Masterful.Core.Imaging;

/// <summary>An image row by row from the top, a pixel as the bytes red, green, blue and one that does not count.</summary>
internal interface IPixelRows
{
    /// <summary>Pixels down.</summary>
    int Height { get; }

    /// <summary>Pixels across.</summary>
    int Width { get; }

    /// <summary>Whether red, green and blue are one grey.</summary>
    bool IsGrey { get; }

    /// <summary>A row.</summary>
    /// <param name="y">0 is the upper one.</param>
    /// <param name="room">For a row that has to be put together.</param>
    ReadOnlySpan<uint> Row(int y, Span<uint> room);
}

/// <summary>Pixels as a decoder leaves them, and how they are to be turned.</summary>
internal readonly ref struct DecodedRows : IPixelRows
{
    private readonly ReadOnlySpan<uint> _pixels;
    private readonly int _start;
    private readonly int _across;
    private readonly int _down;

    /// <param name="pixels">As stored, row by row.</param>
    /// <param name="width">As stored.</param>
    /// <param name="height">As stored.</param>
    /// <param name="orientation">1 to 8: Exif 2.32, tag 274.</param>
    /// <param name="isGrey">Whether they have no colour.</param>
    public DecodedRows(ReadOnlySpan<uint> pixels, int width, int height, int orientation, bool isGrey)
    {
        _pixels = pixels;
        (Width, Height, IsGrey) = orientation >= 5 ? (height, width, isGrey) : (width, height, isGrey);
        var (right, bottom) = (width - 1, (height - 1) * width);
        // Where the upright image's first pixel is stored, and the way from it to the next one across and down.
        (_start, _across, _down) = orientation switch
        {
            2 => (right, -1, width),
            3 => (bottom + right, -1, -width),
            4 => (bottom, 1, -width),
            5 => (0, width, 1),
            6 => (bottom, -width, 1),
            7 => (bottom + right, -width, -1),
            8 => (right, width, -1),
            _ => (0, 1, width),
        };
    }

    public int Height { get; }

    public int Width { get; }

    public bool IsGrey { get; }

    public ReadOnlySpan<uint> Row(int y, Span<uint> room)
    {
        var at = _start + (y * _down);
        if (_across == 1)
        {
            return _pixels.Slice(at, Width);
        }

        for (var x = 0; x < room.Length; x++, at += _across)
        {
            room[x] = _pixels[at];
        }

        return room;
    }
}

/// <summary>Pixels plane by plane: C×H×W bytes, one or three planes.</summary>
internal readonly ref struct PlaneRows(ReadOnlySpan<byte> planes, int height, int width, int channels) : IPixelRows
{
    private readonly ReadOnlySpan<byte> _planes = planes;

    public int Height => height;

    public int Width => width;

    public bool IsGrey => channels == 1;

    public ReadOnlySpan<uint> Row(int y, Span<uint> room)
    {
        var plane = height * width;
        var first = _planes.Slice(y * width, width);
        var bytes = MemoryMarshal.AsBytes(room);
        for (var x = 0; x < first.Length; x++)
        {
            bytes[x * 4] = first[x];
        }

        for (var c = 1; c < channels; c++)
        {
            var row = _planes.Slice((c * plane) + (y * width), width);
            for (var x = 0; x < row.Length; x++)
            {
                bytes[(x * 4) + c] = row[x];
            }
        }

        return room;
    }
}
