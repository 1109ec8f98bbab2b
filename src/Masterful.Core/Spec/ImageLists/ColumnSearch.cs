using System.Globalization;

namespace Masterful.Core.Spec.ImageLists;

/// <summary>Looks for the columns of one list.</summary>
/// <param name="position">Its first line, for messages.</param>
/// <param name="header">The names of the columns, or null.</param>
/// <param name="count">How many columns there are.</param>
/// <param name="body">The first lines below the header.</param>
/// <param name="exists">Whether a field names an image that is there.</param>
internal sealed class ColumnSearch(
    SourcePosition position, IReadOnlyList<string>? header, int count, IReadOnlyList<IReadOnlyList<string>> body, Func<string, bool> exists)
{
    private static readonly string[] Marks = ["0", "1", "0.0", "1.0", "true", "false", ""];

    /// <summary>The column that names the images: the one that the spec says, or that is called so, or that has names of images in it.</summary>
    /// <exception cref="DiagnosticException">There is none, or more than one.</exception>
    public PathColumn Path(string? given)
    {
        if (given is not null)
        {
            var (path, unknown) = PathColumn.Parse(given, header, count);
            return path ?? throw NotAColumn("path", unknown!);
        }

        var images = Columns(c => Values(c).All(ImageNames.IsPicture) && Values(c).Any());
        int[] named = header is null ? [] : ColumnNames.OfAnyTier(header, ColumnNames.Path);
        var both = named.Intersect(images).ToArray();
        var candidates = both.Length > 0 ? Best(both, ColumnNames.Path)
            : images.Length > 0 ? images
            : named.Length > 0 ? Best(named, ColumnNames.Path)
            : Columns(c => Values(c).Take(5).Any(exists));
        return candidates switch
        {
            [var only] => PathColumn.Of(only),
            [] => throw Unknown($"No column is recognised as the one that names the images{Have()}.", null),
            _ => throw Unknown($"More than one column may name the images ({Names(candidates)}){Have()}.", candidates[0]),
        };
    }

    /// <summary>The column of the labels, or those of one-hot classes.</summary>
    /// <exception cref="DiagnosticException">There is none, or more than one.</exception>
    public IReadOnlyList<int> Labels(ColumnsSpec given, PathColumn path)
    {
        if (given.Label is { } names)
        {
            return [.. names.Select(name => ColumnNames.Find(name, header, count) ?? throw NotAColumn("label", name))];
        }

        var others = Columns(c => path.Parts.All(p => p.Column != c));
        if (others.Length == 0)
        {
            throw new DiagnosticException(
                ImageListDiagnostics.NoLabelColumn,
                "This CSV has no label column, only the images. List it under dataset.splits.unlabeled if they have no labels, or add the column.",
                position);
        }

        if (header is null)
        {
            return others is [var other] ? [other] : throw Unknown($"The CSV has {count} columns and no header, so that nothing says which one is the label.", path.Column);
        }

        if (Best(others, ColumnNames.Label) is { Length: > 0 } called)
        {
            return called is [var label] ? [label] : throw Unknown($"More than one column may be the label ({Names(called)}){Have()}.", path.Column, called[0]);
        }

        if (others.Length > 1 && Array.TrueForAll(others, IsMarks))
        {
            return others;
        }

        // Numbers in a column that is called like an animal are how much of it there is.
        return Best(others.Length == 1 ? others : [.. others.Where(c => !Values(c).All(IsNumber))], ColumnNames.PossibleLabel) is [var possible]
            ? [possible]
            : throw Unknown($"No column is recognised as the label{Have()}.", path.Column);
    }

    /// <summary>Of some columns, those that look most like labels: one by its name, all by one-hot marks, or one with few different values.</summary>
    public IReadOnlyList<int> LikelyLabels(int[] columns)
    {
        int[] named = header is null ? [] : Best(columns, ColumnNames.Label);
        int[] possible = header is null ? [] : Best(columns, ColumnNames.PossibleLabel);
        return named.Length > 0 ? named[..1]
            : columns.Length > 1 && header is not null && Array.TrueForAll(columns, IsMarks) ? columns
            : possible.Length > 0 ? possible[..1]
            : [columns.OrderBy(c => Values(c).Distinct().Count() is var different && different > 1 ? different : int.MaxValue).First()];
    }

    /// <summary>The columns that are true of something.</summary>
    public int[] Columns(Func<int, bool> condition) => [.. Enumerable.Range(0, count).Where(condition)];

    private int[] Best(int[] columns, IReadOnlyList<IReadOnlyList<string>> tiers) => ColumnNames.Surest(header!, columns, tiers);

    private IEnumerable<string> Values(int column) => body.Select(r => column < r.Count ? r[column] : "").Where(v => v.Length > 0);

    private bool IsMarks(int column) => header![column].Length > 0 && body.All(r => Marks.Contains((column < r.Count ? r[column] : "").Trim(), StringComparer.OrdinalIgnoreCase));

    private static bool IsNumber(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private DiagnosticException NotAColumn(string key, string name) => new(
        ImageListDiagnostics.ColumnsUnknown,
        header is null
            ? $"dataset.columns.{key} names '{name}', but this CSV has no header; give the number of a column, 1 to {count}."
            : $"dataset.columns.{key} names '{name}', but the columns of this CSV are {Names(Columns(_ => true))}{NearestName.Question(name, header)}",
        position);

    private DiagnosticException Unknown(string what, int? path, int? label = null)
    {
        var image = path ?? Columns(c => Values(c).Any(exists)).FirstOrDefault();
        var others = Columns(c => c != image);
        var suggestion = others.Length == 0 ? "" : $", label: {Written(label ?? LikelyLabels(others)[0])}";
        return new DiagnosticException(
            ImageListDiagnostics.ColumnsUnknown, $"{what} Say which is which, perhaps dataset.columns: {{ path: {Written(image)}{suggestion} }}.", position);
    }

    private string Written(int column) => SpecText.Scalar(ImageListColumns.NameIn(header, column));

    private string Have() => header is null ? $"; it has {count} and no header" : $"; they are {Names(Columns(_ => true))}";

    private string Names(IEnumerable<int> columns)
    {
        var names = columns.Select(c => $"'{ImageListColumns.NameIn(header, c)}'").ToList();
        return string.Join(", ", names.Take(12)) + (names.Count > 12 ? $" and {names.Count - 12} more" : "");
    }
}
