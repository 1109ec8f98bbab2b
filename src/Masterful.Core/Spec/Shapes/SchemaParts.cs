using System.Text.Json.Nodes;

namespace Masterful.Core.Spec.Shapes;

/// <summary>Pieces of JSON schema that shapes share.</summary>
internal static class SchemaParts
{
    /// <summary>A reference to the definition of a text with an environment variable in it.</summary>
    public static JsonObject Variable() => new() { ["$ref"] = "#/$defs/variable" };

    /// <summary>What <see cref="Variable"/> refers to.</summary>
    public static JsonObject VariableDefinition() => new()
    {
        ["description"] = "A value from the environment: ${NAME} or ${NAME:-default}.",
        ["type"] = "string",
        ["pattern"] = @"\$\{",
    };

    /// <summary>Any of some schemas; those that are themselves alternatives are taken apart.</summary>
    public static JsonObject AnyOf(params JsonObject[] schemas)
    {
        var alternatives = schemas.SelectMany(s => s is { Count: 1 } && s["anyOf"] is JsonArray inner ? [.. inner] : new JsonNode?[] { s });
        return new JsonObject { ["anyOf"] = Array(alternatives.Select(a => a!.DeepClone()).DistinctBy(a => a.ToJsonString())) };
    }

    /// <summary>A JSON array.</summary>
    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);
}
