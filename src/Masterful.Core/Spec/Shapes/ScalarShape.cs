using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>A single value.</summary>
internal abstract class ScalarShape<T> : Shape<T>
{
    /// <summary>Words that the value may be, to suggest the nearest.</summary>
    public virtual IEnumerable<string> Words => [];

    /// <summary>Reads the value; null when it is right, else the kind of error.</summary>
    public abstract DiagnosticCode? Parse(SpecScalar scalar, out T value);

    /// <summary>The schema of the value written out, references to variables apart.</summary>
    public abstract JsonObject LiteralSchema();

    /// <inheritdoc/>
    public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not SpecScalar { IsEmpty: false, IsUnresolved: false } scalar)
        {
            Wrong(node, path, problems);
            return false;
        }

        if (Parse(scalar, out value) is not { } code)
        {
            return true;
        }

        var suggestion = NearestName.Question(scalar.Shown, Words);
        problems.Error(code, scalar.Position, path, $"'{path}' is {Quoted(scalar)}, but must be {Expected}{suggestion}");
        return false;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => SchemaParts.AnyOf(LiteralSchema(), SchemaParts.Variable());
}

/// <summary>A word such as <c>auto</c>, read as null, or else a value.</summary>
internal sealed class WordOr<T>(string word, ScalarShape<T> inner) : ScalarShape<T?>
    where T : struct
{
    /// <inheritdoc/>
    public override string Expected => $"{word} or {inner.Expected}";

    /// <inheritdoc/>
    public override IEnumerable<string> Words => [word];

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out T? value)
    {
        if (scalar.Text == word)
        {
            value = null;
            return null;
        }

        var code = inner.Parse(scalar, out var read);
        value = read;
        return code;
    }

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => SchemaParts.AnyOf(new JsonObject { ["const"] = word }, inner.LiteralSchema());

    /// <inheritdoc/>
    public override JsonNode? Write(T? value) => value is { } given ? inner.Write(given) : JsonValue.Create(word);
}
