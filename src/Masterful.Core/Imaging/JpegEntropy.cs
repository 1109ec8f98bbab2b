namespace Masterful.Core.Imaging;

/// <summary>A Huffman table of a JPEG (T.81, annexes C and F.2.2.3): a look-up for short codes, a search for the others.</summary>
internal sealed class JpegHuffman
{
    private const int Short = 9;
    private readonly short[] _short = new short[1 << Short];
    private readonly int[] _endOfLength = new int[18];
    private readonly int[] _offset = new int[17];
    private readonly byte[] _symbols;

    /// <param name="counts">Codes of each length, 1 to 16 bits.</param>
    /// <param name="symbols">Their values, shortest codes first.</param>
    public JpegHuffman(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        Array.Fill(_short, (short)-1);
        var (code, at) = (0, 0);
        for (var length = 1; length <= 16; length++)
        {
            _offset[length] = at - code;
            for (var i = 0; i < counts[length - 1] && at < _symbols.Length; i++, at++, code++)
            {
                if (length <= Short && code < 1 << length)
                {
                    _short.AsSpan(code << (Short - length), 1 << (Short - length)).Fill((short)((length << 8) | _symbols[at]));
                }
            }

            _endOfLength[length] = code;
            code <<= 1;
        }
    }

    /// <summary>The next symbol, or −1 where no code fits.</summary>
    public int Next(ref JpegBits bits)
    {
        var next = bits.Peek();
        if (_short[next >> (16 - Short)] is >= 0 and var known)
        {
            bits.Skip(known >> 8);
            return known & 0xFF;
        }

        for (var length = Short + 1; length <= 16; length++)
        {
            var code = next >> (16 - length);
            if (code < _endOfLength[length] && _offset[length] + code is >= 0 and var at && at < _symbols.Length)
            {
                bits.Skip(length);
                return _symbols[at];
            }
        }

        return -1;
    }
}

/// <summary>The bits of entropy-coded data (T.81, F.2.2.5), up to a marker or the end of the file.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> bytes, int position)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private ulong _bits;
    private int _count;

    /// <summary>Whether more bits were taken than there are.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Whether the data end here: there is hardly a bit left.</summary>
    public readonly bool IsAtEnd => IsExhausted || _count < 16;

    /// <summary>The byte that is read next; a marker, or the end, once the data are exhausted.</summary>
    public int Position { get; private set; } = position;

    /// <summary>The next 16 bits, with zeros after the last.</summary>
    public int Peek()
    {
        if (_count < 16)
        {
            Fill();
        }

        return (int)(_count >= 16 ? _bits >> (_count - 16) : _bits << (16 - _count)) & 0xFFFF;
    }

    /// <summary>Passes over bits.</summary>
    public void Skip(int count)
    {
        if (_count < count)
        {
            Fill();
        }

        IsExhausted |= _count < count;
        _count = Math.Max(0, _count - count);
        _bits &= (1UL << _count) - 1;
    }

    /// <summary>At most 16 bits as a number.</summary>
    public int Take(int count)
    {
        var value = count == 0 ? 0 : Peek() >> (16 - count);
        Skip(count);
        return value;
    }

    /// <summary>Passes over a restart marker where one follows; what is left of the bits before it is dropped.</summary>
    public bool Restart()
    {
        (_bits, _count) = (0, 0);
        var rest = _bytes[Position..];
        var at = rest.IndexOf((byte)0xFF);
        while (at >= 0 && at + 1 < rest.Length && rest[at + 1] is 0x00 or 0xFF)
        {
            var next = rest[(at + 1)..].IndexOf((byte)0xFF);
            at = next < 0 ? -1 : at + 1 + next;
        }

        if (at < 0 || at + 1 >= rest.Length || rest[at + 1] is < 0xD0 or > 0xD7)
        {
            return false;
        }

        Position += at + 2;
        return true;
    }

    private void Fill()
    {
        while (_count <= 48 && Position < _bytes.Length)
        {
            var next = _bytes[Position];
            if (next == 0xFF)
            {
                if (Position + 1 >= _bytes.Length || _bytes[Position + 1] != 0)
                {
                    return;
                }

                Position++;
            }

            Position++;
            _bits = (_bits << 8) | next;
            _count += 8;
        }
    }
}
