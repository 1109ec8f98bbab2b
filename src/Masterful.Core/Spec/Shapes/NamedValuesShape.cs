using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>Values under names that are the user's own.</summary>
internal sealed class NamedValuesShape<T>(Shape<T> item, string expected) : Shape<IReadOnlyDictionary<string, T>>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override bool TryRead(
        SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out IReadOnlyDictionary<string, T> value)
    {
        value = null;
        if (node is not SpecMap map)
        {
            Wrong(node, path, problems);
            return false;
        }

        var values = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (item.TryRead(entry.Value, $"{path}.{entry.Key}", problems, out var read))
            {
                values.Add(entry.Key, read);
            }
        }

        value = values;
        return values.Count == map.Entries.Count;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "object", ["additionalProperties"] = item.Schema() };
}

/// <summary>A value whose type is what it looks like: bool, long, double or string, or an <c>object[]</c> of those.</summary>
internal sealed class FreeValueShape : Shape<object>
{
    /// <inheritdoc/>
    public override string Expected => "a number, true, false, text, or a list of those";

    /// <inheritdoc/>
    public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out object value)
    {
        value = node switch
        {
            SpecScalar { IsEmpty: false } scalar => Read(scalar),
            SpecList list when list.Items.All(i => i is SpecScalar { IsEmpty: false }) => list.Items.Select(i => Read((SpecScalar)i)).ToArray(),
            _ => null,
        };
        if (value is null)
        {
            Wrong(node, path, problems);
        }

        return value is not null;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = SchemaParts.Array(["string", "number", "boolean", "array"]) };

    private static object Read(SpecScalar scalar) => scalar switch
    {
        { IsPlain: true, Text: "true" } => true,
        { IsPlain: true, Text: "false" } => false,
        { IsPlain: true } when long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when NumberShape.TryNumber(scalar, scalar.Text, out var number) => number,
        _ => scalar.Text,
    };
}
