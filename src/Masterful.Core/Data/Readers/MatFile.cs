using System.Buffers.Binary;
using System.IO.Compression;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data.Readers;

/// <summary>A numeric array in a MAT file.</summary>
/// <param name="Name">Its variable name.</param>
/// <param name="Dimensions">Its size, the fastest dimension first.</param>
/// <param name="Offset">Byte of the file where its element begins.</param>
internal sealed record MatVariable(string Name, IReadOnlyList<int> Dimensions, long Offset)
{
    /// <summary>Number of values.</summary>
    public long Count => Dimensions.Aggregate(1L, (product, d) => product * d);

    public override string ToString() => $"{Name} ({string.Join('×', Dimensions)})";
}

/// <summary>
/// The numeric arrays of a MAT file of level 5, as MATLAB writes with -v6 and -v7 (MathWorks, "MAT-File Format"): either byte order,
/// zlib-compressed elements, small elements, and values stored in a narrower type than their array's. Other variables are passed over.
/// </summary>
internal sealed class MatFile : IDisposable
{
    private const int HeaderLength = 128;
    private const int MostVariables = 1024;
    private const uint Matrix = 14;
    private const uint Compressed = 15;
    private readonly string _path;
    private readonly FileStream _file;
    private readonly bool _bigEndian;
    private readonly List<MatVariable> _variables = [];

    private MatFile(string path, FileStream file, bool bigEndian) => (_path, _file, _bigEndian) = (path, file, bigEndian);

    /// <summary>What is in the file.</summary>
    public IReadOnlyList<MatVariable> Variables => _variables;

    /// <summary>Opens a file and finds its variables, without reading their values.</summary>
    /// <exception cref="DiagnosticException">It is no such file, or is truncated or damaged.</exception>
    public static MatFile Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            var mat = new MatFile(path, file, IsBigEndian(path, file));
            mat.Scan();
            return mat;
        }
        catch (Exception e)
        {
            file?.Dispose();
            throw e is IOException or UnauthorizedAccessException ? Corrupt(path, $"The file can't be read: {Cause.Of(e)}") : e;
        }
    }

    /// <summary>The values of a variable, from the first on. One at a time: the file has one position.</summary>
    public MatValues Values(MatVariable variable)
    {
        var elements = ElementsAt(variable.Offset);
        elements.ArrayHeader(variable.Offset);
        return new MatValues(elements, variable);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static bool IsBigEndian(string path, FileStream file)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
        {
            throw Corrupt(path, $"It has {file.Length:N0} bytes, fewer than the header of a MAT file.");
        }

        var order = header[126..];
        if (!order.SequenceEqual("MI"u8) && !order.SequenceEqual("IM"u8))
        {
            throw Corrupt(path, "It is not a MAT file of level 5: bytes 126 and 127 are neither 'MI' nor 'IM'.");
        }

        var bigEndian = order[0] == 'M';
        var version = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(header[124..]) : BinaryPrimitives.ReadUInt16LittleEndian(header[124..]);
        return version switch
        {
            0x0100 => bigEndian,
            0x0200 => throw Corrupt(path, "It is a MAT file of version 7.3 (HDF5), which is not read: save it with -v7."),
            _ => throw Corrupt(path, $"It is a MAT file of an unknown version, 0x{version:X4}."),
        };
    }

    private void Scan()
    {
        Span<byte> tag = stackalloc byte[8];
        for (var offset = (long)HeaderLength; offset < _file.Length;)
        {
            _file.Position = offset;
            var read = _file.ReadAtLeast(tag, tag.Length, throwOnEndOfStream: false);
            var (type, length) = (UInt32(tag), UInt32(tag[4..]));
            if (read == 8 && type is not (Matrix or Compressed))
            {
                throw Corrupt(_path, $"The element at byte {offset:N0} is of type {type}, which can't stand there.");
            }

            var end = offset + tag.Length + length;
            if (read < tag.Length || end > _file.Length)
            {
                throw Corrupt(_path, read < tag.Length
                    ? $"It breaks off in the element at byte {offset:N0}: the file is truncated."
                    : $"The element at byte {offset:N0} goes to byte {end:N0}, but the file ends at byte {_file.Length:N0}: it is truncated (an unfinished download?).");
            }

            if (ElementsAt(offset).ArrayHeader(offset) is { } variable)
            {
                _variables.Add(variable);
            }

            if (_variables.Count > MostVariables)
            {
                throw Corrupt(_path, $"It has more than {MostVariables:N0} variables.");
            }

            offset = end;
        }
    }

    private MatElements ElementsAt(long offset)
    {
        Span<byte> tag = stackalloc byte[8];
        _file.Position = offset;
        _file.ReadExactly(tag);
        if (UInt32(tag) == Compressed)
        {
            return new MatElements(_path, new ZLibStream(_file, CompressionMode.Decompress, leaveOpen: true), _bigEndian, offset, compressed: true);
        }

        _file.Position = offset;
        return new MatElements(_path, _file, _bigEndian, offset, compressed: false);
    }

    private uint UInt32(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static DiagnosticException Corrupt(string path, string message) => new(DataDiagnostics.FileCorrupt, message, new SourcePosition(path));
}
