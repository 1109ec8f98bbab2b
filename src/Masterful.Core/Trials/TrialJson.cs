using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Masterful.Core.Trials;

/// <summary>Trials, probes and their results as JSON, for processes and machines that hand them to each other.</summary>
public static class TrialJson
{
    /// <summary>Options that read back what they wrote, bit for bit; a new object, since formatters change theirs.</summary>
    public static JsonSerializerOptions Options() => new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IgnoreReadOnlyProperties = true,
        Converters = { new FloatsAsBytes() },
    };

    /// <summary>Logits as their bytes: shorter than digits, and never rounded. In parts, because a text of JSON has an end.</summary>
    private sealed class FloatsAsBytes : JsonConverter<float[]>
    {
        private const int Part = 1 << 20;

        public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var parts = new List<byte[]>();
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                parts.Add(reader.GetBytesFromBase64());
            }

            var values = new float[parts.Sum(p => p.Length / sizeof(float))];
            var target = MemoryMarshal.AsBytes(values.AsSpan());
            foreach (var part in parts)
            {
                part.CopyTo(target);
                target = target[part.Length..];
            }

            return values;
        }

        public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            for (var start = 0; start < value.Length; start += Part)
            {
                writer.WriteBase64StringValue(MemoryMarshal.AsBytes(value.AsSpan(start, Math.Min(Part, value.Length - start))));
            }

            writer.WriteEndArray();
        }
    }
}
