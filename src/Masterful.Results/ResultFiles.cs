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

    /// <summary>Writes a file whole.</summary>
    public static void Write<T>(string path, T content) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, content, Options));

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">Not a file of this kind, or of a newer layout.</exception>
    /// <exception cref="IOException">Missing or unreadable.</exception>
    public static T Read<T>(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var content = JsonSerializer.Deserialize<T>(stream, Options);
            return content is RunResult { SchemaVersion: not 1 } or null
                ? throw new InvalidDataException($"{path} was written by another version of Masterful.")
                : content;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not a Masterful result: {e.Message}", e);
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
