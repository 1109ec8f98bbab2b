using Masterful.Results;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>
/// Recall or precision of each class: the lower of the two models' values, and on top of it the difference, signed: in one colour where
/// the masterful model is better, in another and hatched where it is worse, grey, hatched and outlined where the difference is within
/// noise. Columns while the names fit under them, else rows.
/// </summary>
internal sealed class ClassImprovementChart : Chart
{
    private const float PlotTop = Top + 34;
    private const float ColumnsLeft = 66;
    private const float PlotHeight = 340;
    private const float ChangeWidth = 64;

    private readonly string _measure;
    private readonly IReadOnlyList<ClassFigure> _classes;
    private readonly bool _columns;
    private readonly float _names;
    private readonly LinearScale _scale;

    /// <param name="measure">recall or precision.</param>
    /// <param name="classes">In label order.</param>
    public ClassImprovementChart(string measure, IReadOnlyList<ClassFigure> classes)
    {
        _measure = measure;
        _classes = classes;
        _columns = classes.Count <= 16 && classes.All(c => ColumnLabel.Fits(c.Name, Label, Slot - 6, 2));
        _names = Math.Clamp(classes.Select(c => Drawing.Measure(c.Name, Label)).DefaultIfEmpty(0).Max() + 14, 50, 230);
        var lowest = classes.SelectMany(c => (double[])[c.Original.Low, c.Masterful.Low, c.Original.Value, c.Masterful.Value])
            .Where(double.IsFinite).DefaultIfEmpty(0).Min();
        var start = lowest < 0.3 ? 0 : Math.Floor((lowest - ((1 - lowest) * 0.25)) * 20) / 20;
        _scale = _columns
            ? new LinearScale(start, 1, PlotTop + PlotHeight, PlotTop)
            : new LinearScale(start, 1, Margin + _names, Width - Margin - ChangeWidth);
    }

    public override float Height => _columns ? PlotTop + PlotHeight + 62 : PlotTop + 22 + (Row * _classes.Count) + 24;

    protected override string Title => _measure == "recall" ? "Recall by class" : "Precision by class";

    protected override string Subtitle =>
        $"Written on each bar: change in percentage points; judged over images and seeds, for all classes together. {(_scale.Low > 0 ? $"The axis begins at {Figures.Percent(_scale.Low, 0)}, not at 0." : "")}";

    private float Slot => (Width - Margin - ColumnsLeft) / Math.Max(1, _classes.Count);

    private float Row => _classes.Count > 40 ? 18 : 26;

    protected override void Draw(Drawing drawing)
    {
        Legend(drawing, Margin, Top + 4,
            (sign => drawing.Fill(sign, Palette.Baseline), "lower of the two"),
            (sign => FillDelta(drawing, sign, Verdict.Better), "▲ better"),
            (sign => FillDelta(drawing, sign, Verdict.Worse), "▼ worse"),
            (sign => FillDelta(drawing, sign, Verdict.WithinNoise), "≈ within noise"),
            (sign => Whisker(drawing, new Estimate(0.5, 0, 1), v => sign.Left + ((float)v * 18), sign.MidY, level: true, filled: false), "original"),
            (sign => Whisker(drawing, new Estimate(0.5, 0, 1), v => sign.Left + ((float)v * 18), sign.MidY, level: true, filled: true), "masterful, with interval"));
        if (_columns)
        {
            DrawColumns(drawing);
        }
        else
        {
            DrawRows(drawing);
        }
    }

    private void DrawColumns(Drawing drawing)
    {
        foreach (var tick in _scale.Ticks(8))
        {
            drawing.Line(ColumnsLeft, _scale.At(tick), Width - Margin, _scale.At(tick), Palette.Grid);
            drawing.Text(Figures.Percent(tick, TickDigits), ColumnsLeft - 10, _scale.At(tick), Small, Anchor.End);
        }

        var width = Math.Min(64, Slot * 0.72f);
        foreach (var (i, change) in _classes.Index())
        {
            var middle = ColumnsLeft + (Slot * (i + 0.5f));
            foreach (var (line, text) in ColumnLabel.Wrap(change.Name, Label, Slot - 6, 2).Index())
            {
                drawing.Text(text, middle, PlotTop + PlotHeight + 18 + (line * 16), Label, Anchor.Middle);
            }

            if (Delta(change) is not { } delta)
            {
                drawing.Text(Figures.Missing, middle, PlotTop + PlotHeight - 14, Small, Anchor.Middle);
                continue;
            }

            var (lower, upper) = (_scale.At(Lower(change)), _scale.At(Upper(change)));
            drawing.Fill(new SKRect(middle - (width / 2), lower, middle + (width / 2), PlotTop + PlotHeight), Palette.Baseline);
            if (_scale.Low > 0)
            {
                Break(drawing, middle - (width / 2), middle + (width / 2), PlotTop + PlotHeight - 10);
            }

            var box = new SKRect(middle - (width / 2), upper, middle + (width / 2), lower);
            FillDelta(drawing, box, change.Verdict);
            Whisker(drawing, change.Original, v => _scale.At(v), middle - (width * 0.34f), level: false, filled: false);
            Whisker(drawing, change.Masterful, v => _scale.At(v), middle + (width * 0.34f), level: false, filled: true);
            ColumnText(drawing, change, delta, box, width);
        }

        drawing.Line(ColumnsLeft, PlotTop + PlotHeight, Width - Margin, PlotTop + PlotHeight, Palette.AxisLine, 1.5f);
    }

    private void ColumnText(Drawing drawing, ClassFigure change, double delta, SKRect box, float width)
    {
        var text = Text(change, delta);
        var inside = Value with { Color = change.Verdict == Verdict.Worse ? Palette.Light : Palette.Ink };
        if (box.Height >= 18 && Drawing.Measure(text, inside) < (width * 0.68f) - 8)
        {
            drawing.Text(text, box.MidX, box.MidY, inside, Anchor.Middle);
            return;
        }

        var top = new[] { change.Original.High, change.Masterful.High }.Where(double.IsFinite).Select(_scale.At).Append(box.Top).Min();
        drawing.Text(text, box.MidX, Math.Max(top - 11, PlotTop - 8), ChangeStyle(change.Verdict), Anchor.Middle);
    }

    private void DrawRows(Drawing drawing)
    {
        var bottom = PlotTop + 22 + (Row * _classes.Count);
        foreach (var tick in _scale.Ticks(6))
        {
            drawing.Line(_scale.At(tick), PlotTop + 18, _scale.At(tick), bottom, Palette.Grid);
            drawing.Text(Figures.Percent(tick, TickDigits), _scale.At(tick), PlotTop + 8, Small, Anchor.Middle);
        }

        var style = Row < 20 ? Label with { Size = 11.5f } : Label;
        foreach (var (i, change) in _classes.Index())
        {
            var middle = PlotTop + 22 + (Row * (i + 0.5f));
            drawing.Text(Drawing.Fit(change.Name, style, _names - 12), _scale.Start - 10, middle, style, Anchor.End);
            if (Delta(change) is not { } delta)
            {
                drawing.Text(Figures.Missing, _scale.Start + 8, middle, Small);
                continue;
            }

            var (lower, upper) = (_scale.At(Lower(change)), _scale.At(Upper(change)));
            drawing.Fill(new SKRect(_scale.Start, middle - (Row * 0.36f), lower, middle + (Row * 0.36f)), Palette.Baseline);
            FillDelta(drawing, new SKRect(lower, middle - (Row * 0.36f), upper, middle + (Row * 0.36f)), change.Verdict);
            Whisker(drawing, change.Original, v => _scale.At(v), middle - (Row * 0.18f), level: true, filled: false);
            Whisker(drawing, change.Masterful, v => _scale.At(v), middle + (Row * 0.18f), level: true, filled: true);
            drawing.Text(Text(change, delta), Width - Margin, middle, ChangeStyle(change.Verdict) with { Size = style.Size }, Anchor.End);
        }

        drawing.Line(_scale.Start, PlotTop + 18, _scale.Start, bottom, Palette.AxisLine, 1.5f);
    }

    private int TickDigits => Math.Max(0, _scale.TickDigits(8) - 2);

    private static double? Delta(ClassFigure change) =>
        double.IsFinite(change.Original.Value) && double.IsFinite(change.Masterful.Value) ? change.Masterful.Value - change.Original.Value : null;

    private static double Lower(ClassFigure change) => Math.Min(change.Original.Value, change.Masterful.Value);

    private static double Upper(ClassFigure change) => Math.Max(change.Original.Value, change.Masterful.Value);

    private static string Text(ClassFigure change, double delta) => $"{VerdictText.Sign(change.Verdict)} {Figures.Points(delta, 1)}".TrimStart();

    private static TextStyle ChangeStyle(string? verdict) => Value with
    {
        Color = verdict switch { Verdict.Better => Palette.BetterInk, Verdict.Worse => Palette.Worse, _ => Palette.Muted },
        Halo = true,
    };

    private static void FillDelta(Drawing drawing, SKRect box, string? verdict)
    {
        switch (verdict)
        {
            case Verdict.Better:
                drawing.Fill(box, Palette.Better);
                break;
            case Verdict.Worse:
                drawing.Fill(box, Palette.Worse);
                drawing.Hatch(box, Palette.Light.WithAlpha(90));
                break;
            case not Verdict.Same:
                drawing.Fill(box, Palette.Insignificant);
                drawing.Hatch(box, Palette.Original.WithAlpha(140));
                drawing.Outline(box, Palette.Original);
                break;
        }
    }

    private static void Whisker(Drawing drawing, Estimate estimate, Func<double, float> at, float across, bool level, bool filled)
    {
        var value = at(estimate.Value);
        if (double.IsFinite(estimate.Low) && double.IsFinite(estimate.High) && estimate.High > estimate.Low)
        {
            if (level)
            {
                drawing.LevelWhisker(across, at(estimate.Low), at(estimate.High), Palette.Ink, 2.5f);
            }
            else
            {
                drawing.UprightWhisker(across, at(estimate.Low), at(estimate.High), Palette.Ink, 3);
            }
        }

        drawing.Dot(level ? value : across, level ? across : value, 2.6f, filled ? Palette.Ink : Palette.Light, Palette.Ink);
    }
}
