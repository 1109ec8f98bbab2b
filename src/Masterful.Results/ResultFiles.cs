using System.Text.Json;
using System.Text.Json.Serialization;

namespace Masterful.Results;

/// <summary>Reads and writes <c>result.json</c> and <c>policies.json</c>: camelCase, numbers that JSON can't hold as null.</summary>
public static class ResultFiles
{
    /// <summary>The name of the result in a report folder.</summary>
    public const string ResultName = "result.json";

    /// <summary>The name of the tested policies in a report folder.</summary>
    public const string PoliciesName = "policies.json";

    /// <summary>A thousand classes with their confusion and ten thousand policies stay well under it, bytes.</summary>
    private const long MaximumLength = 128L << 20;

    /// <summary>The lists whose entries may be null: figures that could not be computed.</summary>
    private static readonly string[] FigureLists = ["errorRatePerSeed", "mean", "standardDeviation"];

    /// <summary>How both files are laid out.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new FiniteNumberConverter() },
    };

    /// <summary>The same layout on one line: for columns of figures, and for what only programs read.</summary>
    public static JsonSerializerOptions Compact { get; } = new(Options) { WriteIndented = false };

    /// <summary>Writes a file whole.</summary>
    public static void Write<T>(string path, T content) => Write(path, content, Options);

    /// <summary>Writes a file whole in one of the two layouts.</summary>
    public static void Write<T>(string path, T content, JsonSerializerOptions layout) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, content, layout));

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">Not a file of this kind, or of a newer layout.</exception>
    /// <exception cref="IOException">Missing or unreadable.</exception>
    public static T Read<T>(string path)
    {
        try
        {
            using var stream = OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            RefuseOtherLayouts(path, document.RootElement);
            RefuseNullEntries(document.RootElement);
            return document.Deserialize<T>(Options) ?? throw new InvalidDataException($"{path} is empty.");
        }
        catch (Exception e) when (e is not (IOException or InvalidDataException or OutOfMemoryException))
        {
            // Whatever a reader of JSON throws, of a key that is no text for one, the file is none of ours.
            throw new InvalidDataException($"{path} is not a Masterful result: {Cause.Of(e)}", e);
        }
    }

    private static FileStream OpenRead(string path)
    {
        FileStream stream;
        try
        {
            stream = File.OpenRead(path);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(Cause.Of(e), e);
        }

        if (stream.Length <= MaximumLength)
        {
            return stream;
        }

        stream.Dispose();
        throw new InvalidDataException($"{path} has more than {MaximumLength >> 20} MiB: not a Masterful result.");
    }

    /// <summary>Before the rest is read: a later layout may lack what this one requires, and the reader should be told the cause.</summary>
    private static void RefuseOtherLayouts(string path, JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("schemaVersion", out var version)
            && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == 1))
        {
            throw new InvalidDataException(
                $"{path} has layout version {version.GetRawText()}, and this version of Masterful reads 1: read it with the version that wrote it, or a newer one.");
        }
    }

    /// <summary>A list of names or records with a hole in it; null stands for a figure only.</summary>
    private static void RefuseNullEntries(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in element.EnumerateArray())
            {
                RefuseNullEntries(entry);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Array && !FigureLists.Contains(property.Name)
                    && property.Value.EnumerateArray().Any(entry => entry.ValueKind == JsonValueKind.Null))
                {
                    throw new JsonException($"{property.Name} has an entry that is null.");
                }

                RefuseNullEntries(property.Value);
            }
        }
    }

    /// <summary>NaN and infinities are null in JSON, and null is NaN again.</summary>
    private sealed class FiniteNumberConverter : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
