using Masterful.Results;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>One technique's bar.</summary>
/// <param name="Technique">Its name.</param>
/// <param name="Delta">Change by adding it.</param>
/// <param name="StandardError">Of the change, or null.</param>
/// <param name="Significant">Whether the change is over two standard errors.</param>
/// <param name="LeftOut">Change when it alone is left out of the whole policy, or null.</param>
/// <param name="LeftOutError">Standard error of that, or null.</param>
internal sealed record WaterfallStep(
    string Technique, double Delta, double? StandardError, bool Significant, double? LeftOut = null, double? LeftOutError = null);

/// <summary>
/// From the original's validation loss (or error) to the masterful's, one bar for what each technique adds; below, where it was measured,
/// what each is missed for when it alone is left out.
/// </summary>
internal sealed class WaterfallChart : Chart
{
    private const float Left = 74;
    private const float PlotTop = Top + 46;
    private const float PlotBottom = PlotTop + 330;
    private const float LineHeight = 16;
    private const float LeftOutHeading = 46;
    private const float LeftOutHeight = 132;

    /// <summary>Share of the lower panel's range that a figure past a bar's end takes.</summary>
    private const double FigureShare = 0.14;

    private readonly IReadOnlyList<Column> _columns;
    private readonly LinearScale _scale;
    private readonly LinearScale? _leftOutScale;
    private readonly bool _broken;
    private readonly Measure _measure;

    private WaterfallChart(Measure measure, double original, double masterful, IReadOnlyList<WaterfallStep> steps)
    {
        _measure = measure;
        _columns = [.. Columns(original, masterful, steps)];
        var low = _columns.Min(c => c.To - c.Whisker);
        var high = _columns.Max(c => c.To + c.Whisker);
        _broken = low > 0.55 * high;
        var start = _broken ? Math.Max(0, low - (0.5 * (high - low))) : 0;
        _scale = LinearScale.Around(start, high, 7, PlotBottom, PlotTop);
        var reaches = _columns.SelectMany(c => c.LeftOut is { } left ? [left.Change - left.Whisker, left.Change + left.Whisker] : Array.Empty<double>()).ToList();
        if (reaches.Count > 0)
        {
            var bottom = LeftOutTop + LeftOutHeight;
            var (least, most) = (Math.Min(0, reaches.Min()), Math.Max(0, reaches.Max()));
            var room = FigureShare * (most - least);
            _leftOutScale = LinearScale.Around(least < 0 ? least - room : 0, most > 0 ? most + room : 0, 5, bottom, LeftOutTop);
        }
    }

    private enum Kind
    {
        Original,
        Better,
        Worse,
        Insignificant,
        Masterful,
    }

    /// <summary>Cross-entropy in nats.</summary>
    public static WaterfallChart OfLoss(double original, double masterful, IReadOnlyList<AttributionStep> steps) => new(
        new Measure("Validation loss", "loss", "cross-entropy in nats", Figures.Loss, c => Figures.LossChange(c), Figures.Number),
        original,
        masterful,
        [.. steps.Select(s => new WaterfallStep(
            s.Technique, s.ValidationLossDelta, s.StandardError, s.Significant, s.LeaveOneOutDelta, s.LeaveOneOutStandardError))]);

    /// <summary>Shares of images misclassified; only for steps that have their change of error.</summary>
    public static WaterfallChart OfError(double original, double masterful, IReadOnlyList<AttributionStep> steps) => new(
        new Measure("Validation error", "error", "share of the selection images misclassified", e => Figures.Percent(e), c => Figures.Points(c), (tick, digits) => Figures.Percent(tick, Math.Max(0, digits - 2))),
        original,
        masterful,
        [.. steps.Select(s => new WaterfallStep(
            s.Technique,
            s.ErrorRateDelta!.Value,
            s.ErrorRateStandardError,
            s.ErrorRateStandardError is { } error && Math.Abs(s.ErrorRateDelta.Value) > 2 * error,
            s.LeaveOneOutErrorRateDelta,
            s.LeaveOneOutErrorRateStandardError))]);

    public override float Height => _leftOutScale is null ? NamesEnd : LeftOutTop + LeftOutHeight + 22;

    protected override string Title => _measure.Title;

    protected override string Subtitle =>
        $"What each technique adds when it joins those before it: {_measure.Unit}, lower is better" + (_broken ? $". The {_measure.Name} axis does not begin at 0." : "");

    private TextStyle NameStyle => Slot < 76 ? Label with { Size = 11 } : Label;

    private float Slot => (Width - Margin - Left) / _columns.Count;

    private float NamesEnd => PlotBottom + 36 + (LineHeight * _columns.Max(c => Lines(c).Count));

    private float LeftOutTop => NamesEnd + LeftOutHeading;

    protected override void Draw(Drawing drawing)
    {
        DrawLegend(drawing);
        foreach (var tick in _scale.Ticks(7))
        {
            drawing.Line(Left, _scale.At(tick), Width - Margin, _scale.At(tick), Palette.Grid);
            drawing.Text(_measure.Tick(tick, _scale.TickDigits(7)), Left - 10, _scale.At(tick), Small, Anchor.End);
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
        if (_leftOutScale is { } scale)
        {
            DrawLeftOut(drawing, scale);
        }
    }

    private static IEnumerable<Column> Columns(double original, double masterful, IReadOnlyList<WaterfallStep> steps)
    {
        yield return new Column("original", 0, original, 0, Kind.Original);
        var level = original;
        foreach (var step in steps)
        {
            var next = level + step.Delta;
            var kind = !step.Significant ? Kind.Insignificant : step.Delta < 0 ? Kind.Better : Kind.Worse;
            yield return new Column(step.Technique, level, next, 2 * step.StandardError.GetValueOrDefault(), kind, Missed(step));
            level = next;
        }

        // Rounded or hand-made figures may leave a rest; hiding it would make the bars lie.
        if (Math.Abs(masterful - level) > 1e-3 * Math.Abs(original))
        {
            yield return new Column("not attributed", level, masterful, 0, Kind.Insignificant);
        }

        yield return new Column("masterful", masterful, masterful, 0, Kind.Masterful);
    }

    /// <summary>A loss that rises when the technique is left out speaks for it.</summary>
    private static LeftOutBar? Missed(WaterfallStep step) => step.LeftOut is not { } change || !double.IsFinite(change)
        ? null
        : new LeftOutBar(
            change,
            2 * step.LeftOutError.GetValueOrDefault(),
            step.LeftOutError is not { } error || Math.Abs(change) <= 2 * error ? Kind.Insignificant : change > 0 ? Kind.Better : Kind.Worse);

    private void DrawLeftOut(Drawing drawing, LinearScale scale)
    {
        drawing.Text("When it alone is left out", Margin, LeftOutTop - 30, Value);
        drawing.Text(
            $"Change of {_measure.Name} against the whole policy: above 0, the technique is missed",
            Margin + Drawing.Measure("When it alone is left out", Value) + 14, LeftOutTop - 30, Small);
        foreach (var tick in scale.Ticks(5))
        {
            drawing.Line(Left, scale.At(tick), Width - Margin, scale.At(tick), Palette.Grid);
            drawing.Text(_measure.Tick(tick, scale.TickDigits(5)), Left - 10, scale.At(tick), Small, Anchor.End);
        }

        foreach (var (i, column) in _columns.Index())
        {
            if (column.LeftOut is { } left)
            {
                DrawLeftOut(drawing, scale, left, Bar(i));
            }
        }

        drawing.Line(Left, scale.At(0), Width - Margin, scale.At(0), Palette.AxisLine, 1.5f);
    }

    private void DrawLeftOut(Drawing drawing, LinearScale scale, LeftOutBar left, SKRect bar)
    {
        var (zero, end) = (scale.At(0), scale.At(left.Change));
        var box = new SKRect(bar.Left, Math.Min(zero, end), bar.Right, Math.Max(Math.Max(zero, end), Math.Min(zero, end) + 1.5f));
        Fill(drawing, box, left.Kind);
        // No bar is high enough here to hold its figure for certain: it stands past the bar's end, or past the whisker's where it would cross that.
        var up = left.Change >= 0;
        var style = new TextStyle(Slot < 64 ? 10.5f : 12, Palette.Ink, Strong: true, Halo: true);
        var text = _measure.Change(left.Change);
        var beside = left.Whisker == 0 || Drawing.Measure(text, style) <= box.Width - 22;
        if (left.Whisker > 0)
        {
            drawing.UprightWhisker(box.Right - 9, scale.At(left.Change + left.Whisker), scale.At(left.Change - left.Whisker), Palette.Ink);
            end = beside ? end : scale.At(left.Change + (up ? left.Whisker : -left.Whisker));
        }

        drawing.Text(text, box.MidX - (beside && left.Whisker > 0 ? 7 : 0), end + (up ? -10 : 11), style, Anchor.Middle);
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
        var text = total ? _measure.Value(column.To) : _measure.Change(column.To - column.From);
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

    /// <summary>What the bars are of.</summary>
    private sealed record Measure(
        string Title, string Name, string Unit, Func<double?, string> Value, Func<double, string> Change, Func<double, int, string> Tick);

    /// <param name="Name">Under the bar.</param>
    /// <param name="From">Level before.</param>
    /// <param name="To">Level after.</param>
    /// <param name="Whisker">Half the interval about <paramref name="To"/>.</param>
    /// <param name="Kind">What it says.</param>
    /// <param name="LeftOut">Its bar in the lower panel, or null.</param>
    private sealed record Column(string Name, double From, double To, double Whisker, Kind Kind, LeftOutBar? LeftOut = null);

    private sealed record LeftOutBar(double Change, double Whisker, Kind Kind);
}
