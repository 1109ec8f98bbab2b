using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Masterful.Core.Tests.Data;

/// <summary>Writes MAT files of level 5, byte by byte as the format's description has them.</summary>
internal sealed class MatFiles(bool bigEndian = false, bool compressed = true)
{
    private readonly List<byte> _file = [];

    /// <summary>A file with X and y as SVHN has them; images in C×H×W order.</summary>
    public static byte[] Svhn(byte[][] images, int side, byte[] labels, bool bigEndian = false, bool compressed = true)
    {
        var x = images.SelectMany(image => Enumerable.Range(0, image.Length)
            .Select(i => image[(i / (side * side) * side * side) + (i % side * side) + (i / side % side)])).ToArray();
        return new MatFiles(bigEndian, compressed)
            .Array("X", 9, [side, side, 3, images.Length], 2, x)
            .Array("y", 9, [labels.Length, 1], 2, labels)
            .Bytes();
    }

    /// <summary>Adds an array of a class, stored as a type.</summary>
    public MatFiles Array(string name, uint @class, int[] dimensions, uint type, byte[] values)
    {
        var content = new MemoryStream();
        Element(content, 6, [.. Word(@class), .. Word(0)]);
        Element(content, 5, [.. dimensions.SelectMany(d => Word((uint)d))]);
        Element(content, 1, Encoding.ASCII.GetBytes(name));
        Element(content, type, values);
        Add(content.ToArray());
        return this;
    }

    /// <summary>Adds a matrix element with any content.</summary>
    public void Add(byte[] content)
    {
        byte[] matrix = [.. Word(14), .. Word((uint)content.Length), .. content];
        if (!compressed)
        {
            _file.AddRange(matrix);
            return;
        }

        using var zipped = new MemoryStream();
        using (var zlib = new ZLibStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(matrix);
        }

        _file.AddRange([.. Word(15), .. Word((uint)zipped.Length), .. zipped.ToArray()]);
    }

    public byte[] Bytes(ushort version = 0x0100)
    {
        var header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file".PadRight(116)).CopyTo(header, 0);
        (bigEndian ? "MI"u8 : "IM"u8).CopyTo(header.AsSpan(126));
        var span = header.AsSpan(124);
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(span, version);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(span, version);
        }

        return [.. header, .. _file];
    }

    private void Element(MemoryStream stream, uint type, byte[] data)
    {
        if (data.Length is > 0 and <= 4)
        {
            // The small form: length and type share the first word.
            stream.Write(Word(((uint)data.Length << 16) | type));
            stream.Write(data);
            stream.Write(new byte[4 - data.Length]);
            return;
        }

        stream.Write(Word(type));
        stream.Write(Word((uint)data.Length));
        stream.Write(data);
        stream.Write(new byte[(8 - (data.Length % 8)) % 8]);
    }

    private byte[] Word(uint value)
    {
        var bytes = new byte[4];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return bytes;
    }
}
