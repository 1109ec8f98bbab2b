using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>
/// What a value of a spec may be. It reads the value, says what would be right when it is not, and describes itself to the JSON
/// schema: one description for all three.
/// </summary>
/// <typeparam name="T">What is read.</typeparam>
internal abstract class Shape<T>
{
    /// <summary>What a right value is, to end a sentence that goes "… must be".</summary>
    public abstract string Expected { get; }

    /// <summary>Reads a value; a wrong one is a problem.</summary>
    /// <param name="node">The value in the file.</param>
    /// <param name="path">Its dotted path.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="value">What was read.</param>
    public abstract bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out T value);

    /// <summary>The JSON schema of the value.</summary>
    public abstract JsonObject Schema();

    /// <summary>The value as a spec would have it, for the schema's default; null where there is none to show.</summary>
    public virtual JsonNode? Write(T value) => null;

    /// <summary>Notes that a value is of another kind.</summary>
    protected void Wrong(SpecNode node, string path, SpecProblems problems)
    {
        if (node is SpecScalar { IsUnresolved: true })
        {
            problems.MarkWrong(path);
            return;
        }

        var found = node switch
        {
            SpecScalar { IsEmpty: true } => "is empty",
            SpecScalar scalar => $"is {Quoted(scalar)}",
            SpecList => "is a list",
            _ => "is a section",
        };
        problems.Error(SpecDiagnostics.WrongType, node.Position, path, $"'{path}' {found}, but must be {Expected}.");
    }

    /// <summary>A value as messages show it.</summary>
    protected static string Quoted(SpecScalar scalar) => scalar.Shown.Length > 60 ? $"'{scalar.Shown[..60]}…'" : $"'{scalar.Shown}'";
}
