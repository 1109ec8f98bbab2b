using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>A shape whose key may be left out, which reads as null.</summary>
internal sealed class OptionalShape<T>(Shape<T> inner) : Shape<T?>
    where T : class
{
    /// <inheritdoc/>
    public override string Expected => inner.Expected;

    /// <inheritdoc/>
    public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out T? value) =>
        inner.TryRead(node, path, problems, out value);

    /// <inheritdoc/>
    public override JsonObject Schema() => inner.Schema();
}
