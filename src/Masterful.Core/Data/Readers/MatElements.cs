using System.Buffers.Binary;
using System.Text;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data.Readers;

/// <summary>The elements of one variable of a MAT file, read forwards, inflated where they are compressed.</summary>
internal sealed class MatElements(string path, Stream stream, bool bigEndian, long elementOffset, bool compressed)
{
    private const uint Int8 = 1;
    private const uint Int32 = 5;
    private const uint UInt32Type = 6;
    private const uint Matrix = 14;
    private const int MostDimensions = 16;
    private const int LongestName = 256;
    private const long MostValues = 1L << 40;
    private long _offset;

    /// <summary>Whether numbers have their high byte first.</summary>
    public bool BigEndian => bigEndian;

    /// <summary>A tag: the type and length of what follows, and the bytes that pad it.</summary>
    public readonly record struct Tag(uint Type, long Length, int Padding);

    /// <summary>Reads up to the values of an array; null for what is no real numeric array.</summary>
    public MatVariable? ArrayHeader(long offset)
    {
        Expect(Matrix, "an array");
        var flagsTag = Expect(UInt32Type, "array flags");
        if (flagsTag.Length != 8)
        {
            throw Corrupt($"has {flagsTag.Length} bytes of array flags, not 8");
        }

        Span<byte> flags = stackalloc byte[8];
        Fill(flags);
        var word = Read32(flags);
        var (kind, complex) = (word & 0xFF, (word & 0x0800) != 0);
        if (kind is < 6 or > 15 || complex)
        {
            return null;
        }

        var dimensions = Dimensions();
        return new MatVariable(Name(), dimensions, offset);
    }

    /// <summary>Reads a tag, in its short form too (MAT-File Format, "Small Data Element Format").</summary>
    public Tag ReadTag()
    {
        Span<byte> word = stackalloc byte[4];
        Fill(word);
        var first = Read32(word);
        if (first >> 16 is var shortLength and > 0)
        {
            return shortLength <= 4
                ? new Tag(first & 0xFFFF, shortLength, 4 - (int)shortLength)
                : throw Corrupt($"has a small element of {shortLength} bytes, more than 4");
        }

        Fill(word);
        long length = Read32(word);
        return new Tag(first, length, (int)((8 - (length % 8)) % 8));
    }

    /// <summary>Reads exactly as many bytes as there is room for.</summary>
    public void Fill(Span<byte> bytes)
    {
        try
        {
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            _offset += read;
            if (read < bytes.Length)
            {
                throw Corrupt("ends too early: the file is truncated or damaged");
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Corrupt($"can't be read: {Cause.Of(e)}");
        }
    }

    /// <summary>Reads to the end of a compressed element, which checks its checksum.</summary>
    public void Finish()
    {
        if (!compressed)
        {
            return;
        }

        try
        {
            Span<byte> rest = stackalloc byte[64];
            if (stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false) == rest.Length)
            {
                throw Corrupt("goes on after its array");
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Corrupt($"can't be read: {Cause.Of(e)}");
        }
    }

    /// <summary>An error that says where.</summary>
    public DiagnosticException Corrupt(string what) => new(
        DataDiagnostics.FileCorrupt,
        $"The {(compressed ? "compressed " : "")}array at byte {elementOffset:N0} {what} (at byte {_offset:N0} of {(compressed ? "its inflated content" : "it")}).",
        new SourcePosition(path));

    private int[] Dimensions()
    {
        var tag = Expect(Int32, "dimensions");
        if (tag.Length is < 8 or > MostDimensions * 4 || tag.Length % 4 != 0)
        {
            throw Corrupt($"has {tag.Length} bytes of dimensions");
        }

        Span<byte> bytes = stackalloc byte[(int)tag.Length + tag.Padding];
        Fill(bytes);
        var dimensions = new int[tag.Length / 4];
        var product = 1L;
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = (int)Read32(bytes[(i * 4)..]);
            product = dimensions[i] >= 0 && product <= MostValues ? product * dimensions[i] : throw Corrupt($"has impossible dimensions ({dimensions[i]:N0})");
        }

        return product <= MostValues ? dimensions : throw Corrupt("has more values than any file could hold");
    }

    private string Name()
    {
        var tag = Expect(Int8, "a name");
        if (tag.Length > LongestName)
        {
            throw Corrupt($"has a name of {tag.Length:N0} bytes");
        }

        Span<byte> bytes = stackalloc byte[(int)tag.Length + tag.Padding];
        Fill(bytes);
        return Encoding.ASCII.GetString(bytes[..(int)tag.Length]);
    }

    private Tag Expect(uint type, string what)
    {
        var tag = ReadTag();
        return tag.Type == type ? tag : throw Corrupt($"has an element of type {tag.Type} where {what} should be");
    }

    private uint Read32(ReadOnlySpan<byte> bytes) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
