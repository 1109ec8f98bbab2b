using System.Text;
using System.Text.RegularExpressions;

namespace Masterful.Core.Spec.ImageLists;

/// <summary>How a line of a list names its image: by a column, or by a pattern with columns in braces, such as <c>train/{id}.jpg</c>.</summary>
/// <param name="Parts">Texts, and positions of columns between them, in order.</param>
internal sealed partial record PathColumn(IReadOnlyList<(string Text, int? Column)> Parts)
{
    /// <summary>The one column, where it is no pattern.</summary>
    public int? Column => Parts is [("", { } column)] ? column : null;

    /// <summary>A column as it stands.</summary>
    public static PathColumn Of(int column) => new([("", column)]);

    /// <summary>What a spec says: a column, or a pattern; and the name in it that is no column, when there is one.</summary>
    public static (PathColumn? Path, string? Unknown) Parse(string written, IReadOnlyList<string>? header, int count)
    {
        if (ColumnNames.Find(written, header, count) is { } column)
        {
            return (Of(column), null);
        }

        var references = Reference().Matches(written);
        if (references.Count == 0)
        {
            return (null, written);
        }

        var parts = new List<(string, int?)>();
        var start = 0;
        foreach (Match reference in references)
        {
            var name = reference.Groups[1].Value;
            if (ColumnNames.Find(name, header, count) is not { } found)
            {
                return (null, name);
            }

            parts.Add((written[start..reference.Index], found));
            start = reference.Index + reference.Length;
        }

        parts.Add((written[start..], null));
        return (new PathColumn(parts), null);
    }

    /// <summary>The names of columns in what a spec says: it alone, or those in braces.</summary>
    public static IEnumerable<string> NamesIn(string written) =>
        Reference().Matches(written) is { Count: > 0 } references ? references.Select(r => r.Groups[1].Value) : [written];

    /// <summary>The path that a line names; empty when one of its columns is.</summary>
    public string PathIn(IReadOnlyList<string> fields)
    {
        if (Column is { } only)
        {
            return only < fields.Count ? fields[only] : "";
        }

        var path = new StringBuilder();
        foreach (var (text, column) in Parts)
        {
            var field = column is { } c ? c < fields.Count ? fields[c].Trim() : "" : null;
            if (field is "")
            {
                return "";
            }

            path.Append(text).Append(field);
        }

        return path.ToString();
    }

    [GeneratedRegex(@"\{([^{}]+)\}")]
    private static partial Regex Reference();
}
