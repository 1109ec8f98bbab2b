namespace Masterful.Core.Spec.ImageLists;

/// <summary>What stands between the fields of a CSV.</summary>
/// <param name="Delimiter">A comma, semicolon, tab or bar.</param>
/// <param name="IsDeclared">Whether the first line says so, as spreadsheets write it: <c>sep=;</c>.</param>
internal readonly record struct CsvDialect(char Delimiter, bool IsDeclared)
{
    private const int Sampled = 100;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <summary>The rows of the file.</summary>
    public IEnumerable<(int Line, IReadOnlyList<string> Fields)> Rows(string path) =>
        CsvRows.Read(path, Delimiter).Skip(IsDeclared ? 1 : 0);

    /// <summary>
    /// The dialect in which the first lines make most sense: a known column or an image's name is a field of its own, and all lines have as
    /// many fields.
    /// </summary>
    /// <exception cref="DiagnosticException">It is no text.</exception>
    public static CsvDialect Of(string path)
    {
        if (Declared(path) is { } declared)
        {
            return new CsvDialect(declared, true);
        }

        var (delimiter, sense) = Delimiters.Select(d => (d, Sense: Sense(path, d))).MaxBy(d => d.Sense);
        return new CsvDialect(sense is { Names: false, Alike: 0 } ? Delimiters[0] : delimiter, false);
    }

    private static char? Declared(string path)
    {
        try
        {
            // No text has a NUL, so that the whole line is a field.
            return CsvRows.Read(path, '\0').Select(r => r.Fields[0]).FirstOrDefault() is ['s' or 'S', 'e' or 'E', 'p' or 'P', '=', var delimiter] ? delimiter : null;
        }
        catch (DiagnosticException) when (CsvText.IsText(path))
        {
            // A line that begins with a quote which the next line closes.
            return null;
        }
    }

    private static (bool Names, int Alike, int Fields) Sense(string path, char delimiter)
    {
        var rows = new List<IReadOnlyList<string>>();
        try
        {
            rows.AddRange(CsvRows.Read(path, delimiter).Take(Sampled).Select(r => r.Fields));
        }
        catch (DiagnosticException)
        {
            // Wrong quotes for this delimiter; if for every one, reading tells.
            return default;
        }

        if (rows.Count == 0)
        {
            return default;
        }

        var fields = rows[0].Count;
        return (rows.Take(2).Any(r => r.Any(f => ColumnNames.IsKnown(f) || ImageNames.IsPicture(f))), fields > 1 ? rows.Count(r => r.Count == fields) : 0, fields);
    }
}
