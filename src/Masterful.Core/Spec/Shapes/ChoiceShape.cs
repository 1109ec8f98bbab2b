using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>One of some names.</summary>
/// <param name="choices">Names and what they mean, in the order in which they are listed to people.</param>
internal sealed class ChoiceShape<T>(params IReadOnlyList<(string Name, T Value)> choices) : ScalarShape<T>
    where T : notnull
{
    /// <inheritdoc/>
    public override string Expected => choices.Count == 1 ? $"'{choices[0].Name}'" : $"one of {string.Join(", ", Words)}";

    /// <inheritdoc/>
    public override IEnumerable<string> Words => choices.Select(c => c.Name);

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out T value)
    {
        foreach (var (name, meaning) in choices)
        {
            if (name == scalar.Text)
            {
                value = meaning;
                return null;
            }
        }

        value = choices[0].Value;
        return SpecDiagnostics.UnknownName;
    }

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => new() { ["enum"] = SchemaParts.Array(Words.Select(w => (JsonNode?)w)) };

    /// <inheritdoc/>
    public override JsonNode? Write(T value) => JsonValue.Create(choices.First(c => c.Value.Equals(value)).Name);
}

/// <summary>Choices made of enumerations and names.</summary>
internal static class Choice
{
    /// <summary>The members of an enumeration by their names in lower case.</summary>
    public static ChoiceShape<T> Of<T>()
        where T : struct, Enum => new([.. Enum.GetValues<T>().Select(v => (v.ToString().ToLowerInvariant(), v))]);

    /// <summary>One of some words, as it stands.</summary>
    public static ChoiceShape<string> OfWords(IEnumerable<string> words) => new([.. words.Select(w => (w, w))]);
}
