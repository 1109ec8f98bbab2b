using System.Buffers.Binary;

namespace Masterful.Core.Data.Readers;

/// <summary>The values of an array of a MAT file, read forwards whatever type they are stored in.</summary>
internal sealed class MatValues
{
    private const int PartLength = 4096;
    private readonly MatElements _elements;
    private readonly MatVariable _variable;
    private readonly uint _type;
    private readonly int _size;
    private readonly byte[] _part;

    /// <summary>Begins with the tag of the values.</summary>
    public MatValues(MatElements elements, MatVariable variable)
    {
        (_elements, _variable) = (elements, variable);
        var tag = elements.ReadTag();
        _type = tag.Type;
        _size = tag.Type switch
        {
            1 or 2 => 1,
            3 or 4 => 2,
            5 or 6 or 7 => 4,
            9 or 12 or 13 => 8,
            _ => throw elements.Corrupt($"({variable}) has values of the unknown type {tag.Type}"),
        };
        if (tag.Length != variable.Count * _size)
        {
            throw elements.Corrupt($"({variable}) should have {variable.Count * _size:N0} bytes of values, but its tag says {tag.Length:N0}");
        }

        _part = new byte[PartLength * _size];
    }

    /// <summary>Reads values that must be whole numbers of 0 to 255.</summary>
    public void Read(Span<byte> values)
    {
        if (_type == 2)
        {
            _elements.Fill(values);
            return;
        }

        for (var start = 0; start < values.Length; start += PartLength)
        {
            var count = Math.Min(PartLength, values.Length - start);
            _elements.Fill(_part.AsSpan(0, count * _size));
            for (var i = 0; i < count; i++)
            {
                var value = Value(_part.AsSpan(i * _size, _size));
                values[start + i] = value is >= 0 and <= 255 && Math.Floor(value) == value
                    ? (byte)value
                    : throw _elements.Corrupt($"({_variable}) has the value {value}, which is no whole number of 0 to 255");
            }
        }
    }

    /// <summary>Reads to the end of the element.</summary>
    public void Finish() => _elements.Finish();

    private double Value(ReadOnlySpan<byte> bytes) => (_type, _elements.BigEndian) switch
    {
        (1, _) => (sbyte)bytes[0],
        (2, _) => bytes[0],
        (3, false) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        (3, true) => BinaryPrimitives.ReadInt16BigEndian(bytes),
        (4, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        (4, true) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        (5, false) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        (5, true) => BinaryPrimitives.ReadInt32BigEndian(bytes),
        (6, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (6, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        (7, false) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        (7, true) => BinaryPrimitives.ReadSingleBigEndian(bytes),
        (9, false) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        (9, true) => BinaryPrimitives.ReadDoubleBigEndian(bytes),
        (12, false) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        (12, true) => BinaryPrimitives.ReadInt64BigEndian(bytes),
        (_, false) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        (_, true) => BinaryPrimitives.ReadUInt64BigEndian(bytes),
    };
}
