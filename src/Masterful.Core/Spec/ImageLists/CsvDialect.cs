namespace Masterful.Core.Spec.ImageLists;

/// <summary>What stands between the fields of a CSV.</summary>
/// <param name="Delimiter">A comma, semicolon, tab or bar; or a blank, of which any number count as one.</param>
/// <param name="IsDeclared">Whether the first line says so, as spreadsheets write it: <c>sep=;</c>.</param>
internal readonly record struct CsvDialect(char Delimiter, bool IsDeclared)
{
    private const int Sampled = 100;
    private const char Blank = ' ';
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <summary>The rows of the file.</summary>
    public IEnumerable<(int Line, IReadOnlyList<string> Fields)> Rows(string path) => Rows(path, Delimiter).Skip(IsDeclared ? 1 : 0);

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
        // Names may have blanks in them, so that these divide only where nothing else does and no whole line is a name.
        var isOneColumn = sense.Alike == 0;
        return new CsvDialect(
            isOneColumn && !sense.Images && Sense(path, Blank) is { Names: true, Alike: > 0 } ? Blank : isOneColumn && !sense.Names ? Delimiters[0] : delimiter, false);
    }

    private static IEnumerable<(int Line, IReadOnlyList<string> Fields)> Rows(string path, char delimiter) => delimiter == Blank
        ? CsvRows.Read(path, Blank).Select(r => (r.Line, (IReadOnlyList<string>)[.. r.Fields.Where(f => f.Length > 0)]))
        : CsvRows.Read(path, delimiter);

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

    private static (bool Names, int Alike, int Fields, bool Images) Sense(string path, char delimiter)
    {
        var rows = new List<IReadOnlyList<string>>();
        try
        {
            rows.AddRange(Rows(path, delimiter).Take(Sampled).Select(r => r.Fields));
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
        var images = rows.Take(2).Any(r => r.Any(ImageNames.IsPicture));
        return (images || rows[0].Any(ColumnNames.IsKnown), fields > 1 ? rows.Count(r => r.Count == fields) : 0, fields, images);
    }
}
