using Masterful.Results;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>From the original's validation loss to the masterful's, one bar for what each technique adds.</summary>
internal sealed class WaterfallChart : Chart
{
    private const float Left = 74;
    private const float PlotTop = Top + 46;
    private const float PlotBottom = PlotTop + 330;
    private const float LineHeight = 16;
    private const string Note = "The loss axis does not begin at 0.";

    private readonly IReadOnlyList<Column> _columns;
    private readonly LinearScale _scale;
    private readonly bool _broken;

    public WaterfallChart(double original, double masterful, IReadOnlyList<AttributionStep> steps)
    {
        _columns = [.. Columns(original, masterful, steps)];
        var low = _columns.Min(c => c.To - c.Whisker);
        var high = _columns.Max(c => c.To + c.Whisker);
        _broken = low > 0.55 * high;
        var start = _broken ? Math.Max(0, low - (0.5 * (high - low))) : 0;
        _scale = LinearScale.Around(start, high, 7, PlotBottom, PlotTop);
    }

    private enum Kind
    {
        Original,
        Better,
        Worse,
        Insignificant,
        Masterful,
    }

    public override float Height => PlotBottom + 36 + (LineHeight * _columns.Max(c => Lines(c).Count));

    protected override string Title => "Validation loss";

    protected override string Subtitle => "What each technique adds when it joins those before it: cross-entropy in nats, lower is better" + (_broken ? ". " + Note : "");

    private TextStyle NameStyle => Slot < 76 ? Label with { Size = 11 } : Label;

    private float Slot => (Width - Margin - Left) / _columns.Count;

    protected override void Draw(Drawing drawing)
    {
        DrawLegend(drawing);
        foreach (var tick in _scale.Ticks(7))
        {
            drawing.Line(Left, _scale.At(tick), Width - Margin, _scale.At(tick), Palette.Grid);
            drawing.Text(Figures.Number(tick, _scale.TickDigits(7)), Left - 10, _scale.At(tick), Small, Anchor.End);
        }

        foreach (var (i, column) in _columns.Index())
        {
            if (i > 0)
            {
                drawing.Line(Bar(i - 1).Right, _scale.At(column.From), Bar(i).Left, _scale.At(column.From), Palette.Muted, dashed: true);
            }

            DrawColumn(drawing, column, Bar(i));
        }

        drawing.Line(Left, PlotBottom, Width - Margin, PlotBottom, Palette.AxisLine, 1.5f);
    }

    private static IEnumerable<Column> Columns(double original, double masterful, IReadOnlyList<AttributionStep> steps)
    {
        yield return new Column("original", 0, original, 0, Kind.Original);
        var level = original;
        foreach (var step in steps)
        {
            var next = level + step.ValidationLossDelta;
            var kind = !step.Significant ? Kind.Insignificant : step.ValidationLossDelta < 0 ? Kind.Better : Kind.Worse;
            yield return new Column(step.Technique, level, next, 2 * step.StandardError.GetValueOrDefault(), kind);
            level = next;
        }

        // Rounded or hand-made figures may leave a rest; hiding it would make the bars lie.
        if (Math.Abs(masterful - level) > 1e-3 * Math.Abs(original))
        {
            yield return new Column("not attributed", level, masterful, 0, Kind.Insignificant);
        }

        yield return new Column("masterful", masterful, masterful, 0, Kind.Masterful);
    }

    private void DrawLegend(Drawing drawing)
    {
        (Action<SKRect>, string) Entry(Kind kind, string text) => (sign => Fill(drawing, sign, kind), text);
        var kinds = _columns.Select(c => c.Kind).ToHashSet();
        List<(Action<SKRect>, string)> entries = [Entry(Kind.Original, "original"), Entry(Kind.Better, "improvement")];
        if (kinds.Contains(Kind.Worse))
        {
            entries.Add(Entry(Kind.Worse, "worsening"));
        }

        if (kinds.Contains(Kind.Insignificant))
        {
            entries.Add(Entry(Kind.Insignificant, "within noise (under 2 standard errors)"));
        }

        entries.Add(Entry(Kind.Masterful, "masterful"));
        if (_columns.Any(c => c.Whisker > 0))
        {
            entries.Add((sign => drawing.UprightWhisker(sign.MidX, sign.Top, sign.Bottom, Palette.Ink), "± 2 standard errors"));
        }

        Legend(drawing, Margin, Top + 4, [.. entries]);
    }

    private void DrawColumn(Drawing drawing, Column column, SKRect bar)
    {
        var total = column.Kind is Kind.Original or Kind.Masterful;
        var (from, to) = (_scale.At(total ? _scale.Low : column.From), _scale.At(column.To));
        var box = new SKRect(bar.Left, Math.Min(from, to), bar.Right, Math.Max(Math.Max(from, to), Math.Min(from, to) + 1.5f));
        Fill(drawing, box, column.Kind);
        if (total && _broken)
        {
            Break(drawing, box.Left, box.Right, PlotBottom - 14);
        }

        var (top, bottom) = (box.Top, box.Bottom);
        if (column.Whisker > 0)
        {
            var (high, low) = (_scale.At(column.To + column.Whisker), _scale.At(column.To - column.Whisker));
            drawing.UprightWhisker(box.Right - 9, high, low, Palette.Ink);
            (top, bottom) = (Math.Min(top, high), Math.Max(bottom, low));
        }

        DrawValue(drawing, column, box, top, bottom);
        foreach (var (i, line) in Lines(column).Index())
        {
            drawing.Text(line, box.MidX, PlotBottom + 18 + (i * LineHeight), NameStyle, Anchor.Middle);
        }
    }

    private IReadOnlyList<string> Lines(Column column) => ColumnLabel.Wrap(column.Name, NameStyle, Slot - 4, 3);

    private void DrawValue(Drawing drawing, Column column, SKRect box, float top, float bottom)
    {
        var total = column.Kind is Kind.Original or Kind.Masterful;
        var text = total ? Figures.Loss(column.To) : Figures.LossChange(column.To - column.From);
        var size = Slot < 64 ? 10.5f : 12.5f;
        var style = new TextStyle(size, column.Kind == Kind.Masterful ? Palette.Light : Palette.Ink, Strong: true);
        var room = box.Width - (column.Whisker > 0 ? 22 : 6);
        if (box.Height >= 22 && Drawing.Measure(text, style) <= room)
        {
            drawing.Text(text, box.MidX - (column.Whisker > 0 ? 7 : 0), box.MidY, style, Anchor.Middle);
            return;
        }

        var outside = style with { Color = Palette.Ink, Halo = true };
        drawing.Text(text, box.MidX, bottom + 24 < PlotBottom ? bottom + 13 : top - 12, outside, Anchor.Middle);
    }

    private static void Fill(Drawing drawing, SKRect box, Kind kind)
    {
        drawing.Fill(box, kind switch
        {
            Kind.Original => Palette.Original,
            Kind.Better => Palette.Improvement,
            Kind.Worse => Palette.Worsening,
            Kind.Insignificant => Palette.Insignificant,
            _ => Palette.Masterful,
        });
        if (kind == Kind.Worse)
        {
            drawing.Hatch(box, Palette.Worse.WithAlpha(110));
        }
        else if (kind == Kind.Insignificant)
        {
            drawing.Hatch(box, Palette.Original.WithAlpha(140));
            drawing.Outline(box, Palette.Original);
        }
    }

    private SKRect Bar(int index)
    {
        var width = Math.Min(92, Slot * 0.8f);
        var middle = Left + (Slot * (index + 0.5f));
        return new SKRect(middle - (width / 2), PlotTop, middle + (width / 2), PlotBottom);
    }

    /// <param name="Name">Under the bar.</param>
    /// <param name="From">Level before.</param>
    /// <param name="To">Level after.</param>
    /// <param name="Whisker">Half the interval about <paramref name="To"/>.</param>
    /// <param name="Kind">What it says.</param>
    private sealed record Column(string Name, double From, double To, double Whisker, Kind Kind);
}
