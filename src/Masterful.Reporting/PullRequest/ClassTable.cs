using Masterful.Results;

namespace Masterful.Reporting.PullRequest;

/// <summary>The classes of a run by how their recall changed, the losses first; where no policy is used nothing changed, and they stand by their recall.</summary>
internal sealed class ClassTable
{
    private readonly IReadOnlyList<TableColumn> _columns;
    private readonly List<Entry> _entries;
    private readonly bool _changed;

    public ClassTable(RunResult result)
    {
        _changed = result.Policy.Values.Count > 0;
        TableColumn[] measured = _changed
            ?
            [
                new("Recall, original", Right: true), new("Recall, masterful", Right: true), new("Change of recall, points", Right: true), new(""),
                new("Change of precision, points", Right: true),
            ]
            : [new("Recall", Right: true), new("Precision", Right: true)];
        _columns = [new("Class"), new($"{EvaluatedSplit.Title(result)} images", Right: true), .. measured];
        var changes = result.Comparison.Classes;
        _entries =
        [
            .. result.Original.Classes.Zip(result.Masterful.Classes)
                .Select((pair, i) => new Entry(pair.First, pair.Second, changes.Count == result.Original.Classes.Count ? changes[i] : null))
                .OrderBy(e => (_changed ? e.Change : e.Original.Recall) is var key && double.IsFinite(key) ? key : double.MaxValue),
        ];
    }

    private int Count => _entries.Count;

    /// <summary>How many gained and lost, and who lost most; empty without classes or without a change.</summary>
    public string Summary()
    {
        if (Count == 0 || !_changed)
        {
            return "";
        }

        var (better, worse) = (_entries.Count(e => e.Change > 0), _entries.Count(e => e.Change < 0));
        var sure = _entries.Count(e => e.Verdict == Entry.Worse);
        var loser = worse > 0 ? $"; most: {_entries[0].Name}, {Figures.Points(_entries[0].Change, 1)} points" : "";
        var noise = _entries.Count(e => e.Verdict == Entry.Noise);
        return better == Count ? $"Recall is better in all {Figures.Count(Count)} classes{(noise > 0 ? $", in {noise} of them within noise" : "")}." : $"Recall is better in {better} of {Count} classes and worse in {worse}{loser}"
            + (worse == 0 || _entries.TrueForAll(e => e.Paired is null) ? "." : sure == 0 ? " (none of the losses is beyond noise)." : $" ({sure} of the losses beyond noise).");
    }

    /// <summary>Collapsed tables from all classes down to the few that changed most.</summary>
    public IReadOnlyList<string> Forms() => Count == 0
        ? []
        : [Form(Count), .. new[] { 200, 50, 20, 6 }.Where(rows => rows < Count).Select(Form)];

    private string Form(int rows)
    {
        var shown = rows == Count ? _entries : [.. _entries[..(rows / 2)], .. _entries[^(rows / 2)..]];
        var title = rows == Count ? $"All {Figures.Count(Count)} classes"
            : _changed ? $"The {rows / 2} classes that lost most and the {rows / 2} that gained most, of {Figures.Count(Count)}"
            : $"The {rows / 2} classes of the lowest recall and the {rows / 2} of the highest, of {Figures.Count(Count)}";
        return Collapsed.Of(title, new MarkdownPage().Table(_columns, shown.Select(e => _changed ? e.Row() : e.ShortRow())).ToString());
    }

    private sealed record Entry(ClassResult Original, ClassResult Masterful, ClassChange? Paired)
    {
        public const string Worse = "▼\u00A0worse";
        public const string Noise = "≈\u00A0within\u00A0noise";

        public string Name => Original.Name.Length == 0 ? "*no name*" : MarkdownText.Escape(Original.Name);

        public double Change => Paired?.RecallChange ?? (Masterful.Recall - Original.Recall);

        public string Verdict => Paired switch
        {
            { Low: > 0 } => "▲\u00A0better",
            { High: < 0 } => Worse,
            null => "",
            _ => Noise,
        };

        public IReadOnlyList<string> ShortRow() =>
            [Name, Figures.Count(Original.Support), Figures.Percent(Original.Recall, 1), Figures.Percent(Original.Precision, 1)];

        public IReadOnlyList<string> Row() =>
        [
            Name, Figures.Count(Original.Support), Figures.Percent(Original.Recall, 1), Figures.Percent(Masterful.Recall, 1),
            Figures.Points(Change, 1) + (Paired is { } p && double.IsFinite(p.Low) ? $" ({Figures.Points(p.Low, 1)} to {Figures.Points(p.High, 1)})" : ""),
            Verdict, Figures.Points(Masterful.Precision - Original.Precision, 1),
        ];
    }
}
