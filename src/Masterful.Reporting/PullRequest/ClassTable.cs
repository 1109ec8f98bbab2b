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
                new("Change of precision, points", Right: true), new(""),
            ]
            : [new("Recall", Right: true), new("Precision", Right: true)];
        _columns = [new("Class"), new($"{EvaluatedSplit.Title(result)} images", Right: true), .. measured];
        _entries =
        [
            .. ClassFigure.Recall(result).Zip(ClassFigure.Precision(result), (recall, precision) => new Entry(recall, precision))
                .OrderBy(e => (_changed ? e.Recall.Change.Value : e.Recall.Original.Value) is var key && double.IsFinite(key) ? key : double.MaxValue),
        ];
    }

    private int Count => _entries.Count;

    /// <summary>How many gained and lost beyond noise, and who lost most; empty without classes or without a change.</summary>
    public string Summary()
    {
        if (Count == 0 || !_changed)
        {
            return "";
        }

        var count = VerdictText.Count("Recall", [.. _entries.Select(e => e.Recall.Verdict)]);
        return count + (_entries.Find(e => e.Recall.Verdict == Verdict.Worse) is { } loser ? $" Worst: {loser.Name}, {Figures.Points(loser.Recall.Change.Value, 1)} points." : "");
    }

    /// <summary>Collapsed tables from all classes down to the few that changed most.</summary>
    public IReadOnlyList<string> Forms() => Count == 0
        ? []
        : [Form(Count), .. new[] { 200, 50, 20, 6 }.Where(rows => rows < Count).Select(Form)];

    private string Form(int rows)
    {
        var shown = rows == Count ? _entries : [.. _entries[..(rows / 2)], .. _entries[^(rows / 2)..]];
        var title = rows == Count ? $"All {Figures.Count(Count)} classes"
            : _changed ? $"The {rows / 2} classes of the largest loss and the {rows / 2} of the largest gain, of {Figures.Count(Count)}"
            : $"The {rows / 2} classes of the lowest recall and the {rows / 2} of the highest, of {Figures.Count(Count)}";
        return Collapsed.Of(title, new MarkdownPage().Table(_columns, shown.Select(e => _changed ? e.Row() : e.ShortRow())).ToString());
    }

    private sealed record Entry(ClassFigure Recall, ClassFigure Precision)
    {
        public string Name => Recall.Name.Length == 0 ? "*no name*" : MarkdownText.Escape(Recall.Name);

        public IReadOnlyList<string> ShortRow() =>
            [Name, Figures.Count(Recall.Support), Figures.Percent(Recall.Original.Value, 1), Figures.Percent(Precision.Original.Value, 1)];

        public IReadOnlyList<string> Row() =>
        [
            Name, Figures.Count(Recall.Support), Figures.Percent(Recall.Original.Value, 1), Figures.Percent(Recall.Masterful.Value, 1),
            Figures.Points(Recall.Change.Value, 1) + (double.IsFinite(Recall.Change.Low) ? $" ({Figures.Points(Recall.Change.Low, 1)} to {Figures.Points(Recall.Change.High, 1)})" : ""),
            VerdictText.Cell(Recall.Verdict), Figures.Points(Precision.Change.Value, 1), VerdictText.Cell(Precision.Verdict),
        ];
    }
}
