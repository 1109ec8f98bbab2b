using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>A list of values of one shape.</summary>
internal sealed class ListShape<T>(Shape<T> item, string expected, int minimum = 0, int maximum = int.MaxValue) : Shape<IReadOnlyList<T>>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        value = null;
        if (node is not SpecList list)
        {
            Wrong(node, path, problems);
            return false;
        }

        if (list.Items.Count < minimum || list.Items.Count > maximum)
        {
            problems.Error(SpecDiagnostics.OutOfRange, list.Position, path, $"'{path}' has {list.Items.Count} items, but must be {Expected}.");
            return false;
        }

        var items = new List<T>();
        foreach (var (index, child) in list.Items.Index())
        {
            if (item.TryRead(child, $"{path}.{index}", problems, out var read))
            {
                items.Add(read);
            }
        }

        value = items;
        return items.Count == list.Items.Count;
    }

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = item.Schema() };
        if (minimum > 0)
        {
            schema["minItems"] = minimum;
        }

        if (maximum < int.MaxValue)
        {
            schema["maxItems"] = maximum;
        }

        return schema;
    }

    /// <inheritdoc/>
    public override JsonNode? Write(IReadOnlyList<T> value) => SchemaParts.Array(value.Select(item.Write));
}

/// <summary>A value, or a list of them.</summary>
internal sealed class OneOrMany<T>(ScalarShape<T> item, string expected, int minimum) : Shape<IReadOnlyList<T>>
{
    private readonly ListShape<T> _list = new(item, expected, minimum);

    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        if (node is not SpecScalar { IsEmpty: false })
        {
            return _list.TryRead(node, path, problems, out value);
        }

        var right = item.TryRead(node, path, problems, out var read);
        value = right ? [read!] : null;
        return right;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => SchemaParts.AnyOf(item.Schema(), _list.Schema());

    /// <inheritdoc/>
    public override JsonNode? Write(IReadOnlyList<T> value) => _list.Write(value);
}
