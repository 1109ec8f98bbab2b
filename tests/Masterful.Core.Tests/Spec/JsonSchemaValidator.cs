using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Masterful.Core.Tests.Spec;

/// <summary>The part of JSON schema (draft 2020-12) that the spec's schema uses; an unknown keyword fails.</summary>
internal sealed class JsonSchemaValidator(JsonObject root)
{
    public bool Accepts(JsonNode? value) => Accepts(root, value);

    private bool Accepts(JsonNode schema, JsonNode? value) => schema is JsonValue constant
        ? constant.GetValue<bool>()
        : schema.AsObject().All(keyword => Holds(schema.AsObject(), keyword.Key, keyword.Value!, value));

    private bool Holds(JsonObject schema, string keyword, JsonNode argument, JsonNode? value) => keyword switch
    {
        "$schema" or "$defs" or "title" or "description" or "default" => true,
        "$ref" => Accepts(Resolve(argument.GetValue<string>()), value),
        "type" => (argument is JsonArray types ? types.Select(t => t!.GetValue<string>()) : [argument.GetValue<string>()]).Any(t => IsOf(t, value)),
        "const" => JsonNode.DeepEquals(argument, value),
        "enum" => argument.AsArray().Any(a => JsonNode.DeepEquals(a, value)),
        "anyOf" => argument.AsArray().Any(a => Accepts(a!, value)),
        "oneOf" => argument.AsArray().Count(a => Accepts(a!, value)) == 1,
        "minimum" => !IsOf("number", value) || Number(value) >= Number(argument),
        "maximum" => !IsOf("number", value) || Number(value) <= Number(argument),
        "exclusiveMinimum" => !IsOf("number", value) || Number(value) > Number(argument),
        "exclusiveMaximum" => !IsOf("number", value) || Number(value) < Number(argument),
        "pattern" => !IsOf("string", value) || Regex.IsMatch(value!.GetValue<string>(), argument.GetValue<string>()),
        "minItems" => value is not JsonArray list || list.Count >= Number(argument),
        "maxItems" => value is not JsonArray list || list.Count <= Number(argument),
        "prefixItems" => value is not JsonArray list || list.Zip(argument.AsArray()).All(p => Accepts(p.Second!, p.First)),
        "items" => value is not JsonArray list || list.Skip((schema["prefixItems"] as JsonArray)?.Count ?? 0).All(i => Accepts(argument, i)),
        "required" => value is not JsonObject map || argument.AsArray().All(k => map.ContainsKey(k!.GetValue<string>())),
        "properties" => value is not JsonObject map || map.All(m => argument[m.Key] is not { } property || Accepts(property, m.Value)),
        "additionalProperties" => value is not JsonObject map
            || map.Where(m => schema["properties"]?[m.Key] is null).All(m => Accepts(argument, m.Value)),
        _ => throw new NotSupportedException(keyword),
    };

    private JsonNode Resolve(string reference) =>
        reference[2..].Split('/').Aggregate((JsonNode)root, (node, name) => node[name]!);

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value is JsonValue v && v.TryGetValue<string>(out _),
        "boolean" => value is JsonValue v && v.TryGetValue<bool>(out _),
        "number" => value is JsonValue v && (v.TryGetValue<double>(out _) || v.TryGetValue<long>(out _)),
        _ => value is JsonValue v && v.TryGetValue<long>(out _),
    };

    private static double Number(JsonNode? value) => value!.AsValue().TryGetValue<double>(out var number) ? number : value.GetValue<long>();
}
