namespace Masterful.Core.Spec.ImageLists;

/// <summary>A line of a list.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Path">What it says of the image's place; empty when nothing.</param>
/// <param name="Label">Its label without blanks around it; empty for none.</param>
/// <param name="Problem">What is wrong with the line, or null.</param>
internal readonly record struct ListedImage(int Line, string Path, string Label, string? Problem = null);

/// <summary>A CSV that lists images, and labels for them.</summary>
internal sealed class ImageList
{
    private const int Sampled = 200;
    private readonly string _csv;
    private readonly CsvDialect _dialect;

    private ImageList(string csv, CsvDialect dialect, ImageListColumns columns) => (_csv, _dialect, Columns) = (csv, dialect, columns);

    /// <summary>What its columns are.</summary>
    public ImageListColumns Columns { get; }

    /// <summary>Opens a list and tells its columns.</summary>
    /// <param name="csv">Full path.</param>
    /// <param name="root">Full path of the data set's root.</param>
    /// <param name="given">What the spec says of the columns.</param>
    /// <param name="labelled">Whether labels are wanted.</param>
    /// <exception cref="DiagnosticException">It is no CSV, or its columns are not recognised.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static ImageList Open(string csv, string root, ColumnsSpec given, bool labelled)
    {
        var dialect = CsvDialect.Of(csv);
        return new ImageList(csv, dialect, ImageListColumns.Recognise(
            csv, [.. dialect.Rows(csv).Take(Sampled)], given, labelled, field => field.Length > 0 && ListedFile.Exists(root, field)));
    }

    /// <summary>
    /// What a spec would have to say so that a list loads whose columns are not recognised, or whose images are in another folder; null when
    /// nothing in it names an image near.
    /// </summary>
    /// <exception cref="DiagnosticException">It is no CSV.</exception>
    public static ColumnsSpec? Guess(string csv, string root, bool labelled)
    {
        IReadOnlyList<(int Line, IReadOnlyList<string> Fields)> rows = [.. CsvDialect.Of(csv).Rows(csv).Take(Sampled)];
        return rows.Count == 0 ? null : ImageListColumns.Guess(csv, rows, labelled, fields => fields.Any(f => f.Length == 0) ? null
            : fields.All(f => ListedFile.Exists(root, f)) ? ("", "") : ListedFile.Elsewhere(root, csv, fields));
    }

    /// <summary>The images, in the order of the file.</summary>
    /// <exception cref="DiagnosticException">The file is not well formed.</exception>
    public IEnumerable<ListedImage> Images() => _dialect.Rows(_csv).Skip(Columns.Header is null ? 0 : 1).Select(row => Image(row.Line, row.Fields));

    private ListedImage Image(int line, IReadOnlyList<string> fields)
    {
        var path = Columns.Path.PathIn(fields);
        if (fields.Skip(Columns.Count).Any(f => f.Length > 0))
        {
            return new ListedImage(line, path, "", $"The line has {fields.Count} fields, but {(Columns.Header is null ? "the first line" : "the header")} has {Columns.Count}; a field that holds the delimiter stands in quotes.");
        }

        var (label, problem) = Columns.Labels switch
        {
            [] => ("", null),
            [var column] => (Field(fields, column), null),
            var marks => OneHot(fields, marks),
        };
        return new ListedImage(line, path, label, problem);
    }

    private (string Label, string? Problem) OneHot(IReadOnlyList<string> fields, IReadOnlyList<int> columns)
    {
        var marked = new List<int>();
        var empty = 0;
        foreach (var column in columns)
        {
            switch (Field(fields, column).ToLowerInvariant())
            {
                case "1" or "1.0" or "true":
                    marked.Add(column);
                    break;
                case "":
                    empty++;
                    break;
                case "0" or "0.0" or "false":
                    break;
                case var other:
                    return ("", $"Column '{Columns.NameOf(column)}' is one of a class (one-hot), which holds 0 or 1, but the line has '{other}' in it.");
            }
        }

        return marked switch
        {
            [var only] => (Columns.NameOf(only), null),
            [] when empty == columns.Count => ("", null),
            [] => ("", "The line marks none of the classes; where an image has no label, all its cells are empty."),
            _ => ("", $"The line marks {string.Join(" and ", marked.Take(5).Select(c => $"'{Columns.NameOf(c)}'"))}, but a classifier learns one label an image."),
        };
    }

    private static string Field(IReadOnlyList<string> fields, int column) => column < fields.Count ? fields[column].Trim() : "";
}
