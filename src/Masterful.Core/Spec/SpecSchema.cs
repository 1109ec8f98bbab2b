using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Keys;
using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec;

/// <summary>The JSON schema of <c>masterful.yaml</c>, for editors: from the same description of keys that the loader reads by.</summary>
public static class SpecSchema
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema (draft 2020-12), indented, with a line feed at its end.</summary>
    public static string Json()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "masterful.yaml",
            ["description"] = "The spec of a Masterful run: data, model, training, search, gate and report.",
            ["$defs"] = new JsonObject { ["variable"] = SchemaParts.VariableDefinition() },
        };
        foreach (var (name, part) in SpecKeys.Root.Schema())
        {
            schema[name] = part?.DeepClone();
        }

        return schema.ToJsonString(Readable) + "\n";
    }
}
