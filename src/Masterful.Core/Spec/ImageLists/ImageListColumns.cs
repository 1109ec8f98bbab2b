namespace Masterful.Core.Spec.ImageLists;

/// <summary>Which columns of a list name the images, and which have their labels.</summary>
internal sealed record ImageListColumns
{
    private const int Looked = 20;

    /// <summary>The names of the columns, or null where the first line is data.</summary>
    public required IReadOnlyList<string>? Header { get; init; }

    /// <summary>How many fields a line has.</summary>
    public required int Count { get; init; }

    /// <summary>Names the image.</summary>
    public required PathColumn Path { get; init; }

    /// <summary>The label's column; several columns of 0 and 1 (one-hot), which are the classes; none where no labels are wanted.</summary>
    public IReadOnlyList<int> Labels { get; init; } = [];

    /// <summary>A column that says the split of each line, or null.</summary>
    public int? Split { get; init; }

    /// <summary>What to call a column in a message and in a spec: its name, or its number from 1.</summary>
    public string NameOf(int column) => NameIn(Header, column);

    /// <summary>Tells the columns by what the spec says, by their names, and by what is in them.</summary>
    /// <param name="csv">The file, for messages.</param>
    /// <param name="rows">Its first lines, the header among them.</param>
    /// <param name="given">What the spec says.</param>
    /// <param name="labelled">Whether labels are wanted.</param>
    /// <param name="exists">Whether a field names an image that is there.</param>
    /// <exception cref="DiagnosticException">Something is not recognised; the message names the columns that there are.</exception>
    public static ImageListColumns Recognise(
        string csv, IReadOnlyList<(int Line, IReadOnlyList<string> Fields)> rows, ColumnsSpec given, bool labelled, Func<string, bool> exists)
    {
        if (rows.Count == 0)
        {
            throw new DiagnosticException(ImageListDiagnostics.NotReadable, "The CSV is empty: it needs a line for each image.", new SourcePosition(csv));
        }

        var first = rows[0].Fields;
        var header = IsHeader(rows, given, exists) ? first : null;
        List<IReadOnlyList<string>> body = [.. rows.Skip(header is null ? 0 : 1).Select(r => r.Fields)];
        if (body.Count == 0)
        {
            throw new DiagnosticException(ImageListDiagnostics.NotReadable, "The CSV has a header and no line below it.", new SourcePosition(csv));
        }

        var found = new ColumnSearch(new SourcePosition(csv, rows[0].Line, 1), header, first.Count, body, exists);
        var path = found.Path(given.Path);
        var labels = labelled ? found.Labels(given, path) : [];
        return new ImageListColumns
        {
            Header = header,
            Count = first.Count,
            Path = path,
            Labels = labels,
            Split = header?.Index().Where(h => ColumnNames.IsSplit(h.Item) && !labels.Contains(h.Index) && path.Column != h.Index).Select(h => (int?)h.Index).FirstOrDefault(),
        };
    }

    /// <summary>The columns as a spec would name them, by what is in them; null when no column names images that are there.</summary>
    /// <param name="csv">The file.</param>
    /// <param name="rows">Its first lines.</param>
    /// <param name="labelled">Whether labels are wanted.</param>
    /// <param name="find">The folder of the images that fields name and the extension that these lack, both empty where nothing lacks, or null.</param>
    public static ColumnsSpec? Guess(
        string csv, IReadOnlyList<(int Line, IReadOnlyList<string> Fields)> rows, bool labelled, Func<IReadOnlyList<string>, (string Folder, string Extension)?> find)
    {
        var first = rows[0].Fields;
        var header = IsHeader(rows, new ColumnsSpec(), f => find([f]) is not null) ? first : null;
        List<IReadOnlyList<string>> body = [.. rows.Skip(header is null ? 0 : 1).Select(r => r.Fields)];
        if (body.Count == 0)
        {
            return null;
        }

        var search = new ColumnSearch(new SourcePosition(csv), header, first.Count, body, _ => false);
        var places = search.Columns(_ => true).Select(c => (Column: c, Place: find([.. body.Take(Looked).Select(r => c < r.Count ? r[c] : "")])));
        if (places.FirstOrDefault(p => p.Place is not null) is not { Place: { } place, Column: var path })
        {
            return null;
        }

        var others = search.Columns(c => c != path);
        var name = NameIn(header, path);
        return new ColumnsSpec(
            place is ("", "") ? name : $"{place.Folder}{{{name}}}{place.Extension}",
            labelled && others.Length > 0 ? [.. search.LikelyLabels(others).Select(c => NameIn(header, c))] : null);
    }

    /// <summary>See <see cref="NameOf"/>.</summary>
    public static string NameIn(IReadOnlyList<string>? header, int column) =>
        header is not null && column < header.Count && header[column].Length > 0 ? header[column] : $"{column + 1}";

    private static bool IsHeader(IReadOnlyList<(int Line, IReadOnlyList<string> Fields)> rows, ColumnsSpec given, Func<string, bool> exists)
    {
        var first = rows[0].Fields;
        if (first.Any(ImageNames.IsPicture))
        {
            return false;
        }

        List<string> names = [.. given.Path is null ? [] : PathColumn.NamesIn(given.Path), .. given.Label ?? []];
        if (first.Any(f => ColumnNames.IsHeading(f) || names.Any(n => !n.All(char.IsAsciiDigit) && n.Trim().Equals(f.Trim(), StringComparison.OrdinalIgnoreCase))))
        {
            return true;
        }

        // Columns by number are for files without names.
        return names.Count == 0 && ((rows.Count > 1 && rows[1].Fields.Any(ImageNames.IsPicture)) || !first.Any(exists));
    }
}
