using System.Buffers.Binary;
using System.Text.Json;
using Masterful.Core.Spec;
using Masterful.Results;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// Reads and writes safetensors files (https://huggingface.co/docs/safetensors, "Format"): the header's length as 64 bits, a JSON header of
/// type, shape and place of each tensor, then the tensors' bytes, little-endian. Nothing in such a file is ever executed.
/// </summary>
public static class Safetensors
{
    private const long MaximumHeader = 100_000_000;
    private const int MaximumRank = 16;
    private const string MetadataKey = "__metadata__";

    private static readonly (string Name, ScalarType Type, int Size)[] Types =
    [
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>Writes tensors whole or not at all. The header keeps their order; large element types come first in the data, for alignment.</summary>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <param name="tensors">Names and tensors, on any device; they are not changed.</param>
    /// <param name="metadata">Free text by key, or null.</param>
    /// <exception cref="ArgumentException">A type that the format (or this program) does not have, or a name twice.</exception>
    /// <exception cref="IOException">The file can't be written; an older one is untouched.</exception>
    public static void Save(
        string path, IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var entries = tensors.Select(t => new SavedTensor(t.Name, t.Value, TypeOf(t.Name, t.Value.dtype))).ToList();
        var placed = entries.OrderByDescending(e => e.Type.Size).ToList();
        var offset = 0L;
        foreach (var entry in placed)
        {
            entry.Begin = offset;
            offset = entry.End;
        }

        var header = Header(entries, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var entry in placed)
            {
                using var scope = NewDisposeScope();
                stream.Write(entry.Value.detach().cpu().contiguous().bytes);
            }
        });
    }

    /// <summary>Reads all tensors, on the CPU. They belong to the caller's dispose scope, if there is one.</summary>
    /// <exception cref="DiagnosticException">The file is missing, damaged or not safetensors; the message says where.</exception>
    public static Dictionary<string, Tensor> Load(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var (entries, start) = ReadHeader(stream, path);
            using var scope = NewDisposeScope();
            var tensors = new Dictionary<string, Tensor>(entries.Count);
            foreach (var entry in entries)
            {
                var value = empty(entry.Shape, entry.Type.Type);
                stream.Position = start + entry.Begin;
                stream.ReadExactly(value.bytes);
                tensors.Add(entry.Name, value);
            }

            scope.MoveToOuter(tensors.Values);
            return tensors;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotReadable(path, Cause.Of(e).TrimEnd('.'));
        }
    }

    private static byte[] Header(List<SavedTensor> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var names = new HashSet<string> { MetadataKey };
            foreach (var entry in entries)
            {
                if (!names.Add(entry.Name))
                {
                    throw new ArgumentException($"The name '{entry.Name}' stands for two tensors.", nameof(entries));
                }

                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", entry.Type.Name);
                WriteNumbers(json, "shape", entry.Value.shape);
                WriteNumbers(json, "data_offsets", [entry.Begin, entry.End]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static (string Name, ScalarType Type, int Size) TypeOf(string name, ScalarType type)
    {
        var found = Array.Find(Types, t => t.Type == type);
        return found.Name is not null ? found : throw new ArgumentException($"Tensor '{name}' is {type}, which safetensors files don't have here.");
    }

    /// <summary>Everything that a hostile header could claim is checked against the file's real length before memory is asked for.</summary>
    private static (List<StoredTensor> Entries, long DataStart) ReadHeader(FileStream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.Length < 8)
        {
            throw NotReadable(path, $"it has {stream.Length} bytes, fewer than the 8 of a safetensors file's start");
        }

        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaximumHeader || (long)length > stream.Length - 8)
        {
            throw NotReadable(path, $"its header claims {length} bytes, but the file has {stream.Length} (and at most {MaximumHeader} are read)");
        }

        var header = new byte[length];
        stream.ReadExactly(header);
        var start = 8 + (long)length;
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            var entries = ReadEntries(json.RootElement);
            CheckPlaces(entries, stream.Length - start);
            return (entries, start);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            throw NotReadable(path, $"its header is not valid: {Cause.Of(e).TrimEnd('.')}");
        }
    }

    private static List<StoredTensor> ReadEntries(JsonElement header)
    {
        var entries = new List<StoredTensor>();
        var names = new HashSet<string>();
        foreach (var property in header.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw new FormatException($"'{Shorten(property.Name)}' stands there twice");
            }

            if (property.Name != MetadataKey)
            {
                entries.Add(ReadEntry(property.Name, property.Value));
            }
        }

        return entries;
    }

    private static StoredTensor ReadEntry(string name, JsonElement entry)
    {
        var typeName = entry.GetProperty("dtype").GetString() ?? "";
        var type = Array.Find(Types, t => t.Name == typeName);
        if (type.Name is null)
        {
            throw new FormatException($"'{Shorten(name)}' has type '{Shorten(typeName)}'; known are {string.Join(", ", Types.Select(t => t.Name))}");
        }

        var shape = entry.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).Take(MaximumRank + 1).ToArray();
        var offsets = entry.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64()).Take(3).ToArray();
        if (shape.Length > MaximumRank || shape.Any(d => d < 0))
        {
            throw new FormatException($"'{Shorten(name)}' has a shape of negative or more than {MaximumRank} dimensions");
        }

        var bytes = shape.Contains(0) ? 0 : shape.Aggregate((long)type.Size, (a, b) => checked(a * b));
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes || bytes > int.MaxValue)
        {
            throw new FormatException(
                $"'{Shorten(name)}' of {typeName} [{string.Join(", ", shape)}] takes {bytes} bytes, but its offsets are [{string.Join(", ", offsets)}]");
        }

        return new StoredTensor(name, type, shape, offsets[0], offsets[1]);
    }

    /// <summary>The tensors must fill the data exactly, without holes or overlaps.</summary>
    private static void CheckPlaces(List<StoredTensor> entries, long dataLength)
    {
        var expected = 0L;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != expected)
            {
                throw new FormatException($"'{Shorten(entry.Name)}' begins at {entry.Begin} where {expected} is the next free place");
            }

            expected = entry.End;
        }

        if (expected != dataLength)
        {
            throw new FormatException($"the tensors take {expected} bytes, but {dataLength} follow the header: the file is cut off or damaged");
        }
    }

    private static string Shorten(string name) => name.Length <= 80 ? name : $"{name.AsSpan(0, 80)}…";

    private static DiagnosticException NotReadable(string path, string why) =>
        new(ModelDiagnostics.WeightsNotReadable, $"{path} can't be read as safetensors: {why}.", new SourcePosition(path));

    private sealed record SavedTensor(string Name, Tensor Value, (string Name, ScalarType Type, int Size) Type)
    {
        public long Begin { get; set; }

        public long End => Begin + (Value.numel() * Type.Size);
    }

    private sealed record StoredTensor(string Name, (string Name, ScalarType Type, int Size) Type, long[] Shape, long Begin, long End);
}
