using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>A key of a section: its name, its documentation, its shape and its default.</summary>
/// <param name="Name">The name.</param>
/// <param name="Description">What it does, for the schema: what an editor shows.</param>
/// <param name="IsRequired">Whether it has no default.</param>
internal abstract record SpecKey(string Name, string Description, bool IsRequired)
{
    /// <summary>The schema of its value, with description and default.</summary>
    public abstract JsonObject Schema();
}

/// <summary>A key of a section, with the type of its value.</summary>
/// <typeparam name="T">What is read.</typeparam>
/// <param name="Name">The name.</param>
/// <param name="Shape">What its value may be.</param>
/// <param name="Default">What stands when it is not given; for a required key, what stands in until its absence is told.</param>
/// <param name="Description">What it does, for the schema: what an editor shows.</param>
/// <param name="IsRequired">Whether it has no default.</param>
internal sealed record SpecKey<T>(string Name, Shape<T> Shape, T Default, string Description, bool IsRequired = false)
    : SpecKey(Name, Description, IsRequired)
{
    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["description"] = Description };
        var hasDefault = !IsRequired && (Default is not null || typeof(T).IsValueType);
        if (hasDefault && Shape.Write(Default) is { } value)
        {
            schema["default"] = value;
        }

        foreach (var (name, part) in Shape.Schema())
        {
            schema[name] = part?.DeepClone();
        }

        return schema;
    }
}

/// <summary>A section: some keys, from which a record is built.</summary>
/// <param name="keys">All keys that it may have.</param>
/// <param name="build">Makes the record from the keys' values.</param>
internal sealed class SectionShape<T>(IReadOnlyList<SpecKey> keys, Func<SectionReader, T> build) : Shape<T>
{
    /// <inheritdoc/>
    public override string Expected => $"a section with {(keys.Count > 1 ? "keys such as" : "the key")} {string.Join(", ", keys.Take(3).Select(k => k.Name))}";

    /// <inheritdoc/>
    public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        // A section whose keys are all commented out is an empty value in YAML.
        var map = node as SpecMap ?? (node is SpecScalar { IsEmpty: true } ? new SpecMap(node.Position, []) : null);
        if (map is null)
        {
            Wrong(node, path, problems);
            return false;
        }

        var names = keys.Select(k => k.Name);
        foreach (var entry in map.Entries.Where(e => !names.Contains(e.Key)))
        {
            var where = path.Length == 0 ? "a spec" : $"'{path}'";
            problems.Error(
                SpecDiagnostics.UnknownKey, entry.Position, SectionShape.Join(path, entry.Key), $"'{Shorten(entry.Key)}' is not a key of {where}{NearestName.Question(entry.Key, names)}");
        }

        // Errors inside are told; what else the section says is still worth checking.
        value = build(new SectionReader(map, path, problems));
        return true;
    }

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(keys.Select(k => KeyValuePair.Create(k.Name, (JsonNode?)k.Schema()))),
        };
        if (keys.Any(k => k.IsRequired))
        {
            schema["required"] = SchemaParts.Array(keys.Where(k => k.IsRequired).Select(k => (JsonNode?)k.Name));
        }
        else
        {
            schema["type"] = SchemaParts.Array(["object", "null"]);
        }

        return schema;
    }

    private static string Shorten(string key) => key.Length > 60 ? $"{key[..60]}…" : key;
}

/// <summary>Paths of keys in sections.</summary>
internal static class SectionShape
{
    /// <summary>The dotted path of a key in the section at a path; the root's is empty.</summary>
    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}

/// <summary>The keys of a section in a file, as values.</summary>
internal sealed class SectionReader(SpecMap map, string path, SpecProblems problems)
{
    /// <summary>The value of a key, or its default when it is not given or wrong (which is then a problem).</summary>
    public T Read<T>(SpecKey<T> key)
    {
        var full = SectionShape.Join(path, key.Name);
        if (map.Find(key.Name) is { } entry)
        {
            return key.Shape.TryRead(entry.Value, full, problems, out var value) ? value : key.Default;
        }

        if (key.IsRequired)
        {
            problems.Error(SpecDiagnostics.MissingKey, map.Position, full, $"'{full}' is missing; it must be {key.Shape.Expected}.");
        }

        return key.Default;
    }
}
