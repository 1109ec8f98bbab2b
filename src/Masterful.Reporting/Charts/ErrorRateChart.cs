using Masterful.Results;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>Test error of both models as bars with intervals and a dot a seed, and the reduction between them.</summary>
internal sealed class ErrorRateChart(ArmResult original, ArmResult masterful, ComparisonResult comparison) : Chart
{
    private const float BarHeight = 46;
    private const float BarLeft = 132;
    private const float BarRight = 640;

    public override float Height => 268;

    protected override string Title => "Error rate";

    protected override string Subtitle =>
        $"Share of images misclassified, mean over the seeds; whiskers: {Figures.Percent(comparison.Confidence, 0)} interval; dots: single seeds";

    protected override void Draw(Drawing drawing)
    {
        var values = new[] { original, masterful }
            .SelectMany(arm => (double[])[arm.ErrorRate, arm.ErrorRateHigh, .. arm.ErrorRatePerSeed]).Where(double.IsFinite);
        var scale = LinearScale.Around(0, Math.Max(values.DefaultIfEmpty(0).Max(), 1e-4), 6, BarLeft, BarRight);
        var (first, second) = (Top + 14, Top + 84);
        foreach (var tick in scale.Ticks(6))
        {
            drawing.Line(scale.At(tick), Top, scale.At(tick), Top + 142, Palette.Grid);
            drawing.Text(Figures.Percent(tick, Math.Max(0, scale.TickDigits(6) - 2)), scale.At(tick), Top + 156, Small, Anchor.Middle);
        }

        Bar(drawing, "original", original, first, scale, Palette.Original, Palette.Ink);
        Bar(drawing, "masterful", masterful, second, scale, Palette.Masterful, Palette.Light);
        drawing.Line(BarLeft, Top, BarLeft, Top + 142, Palette.AxisLine, 1.5f);
        Reduction(drawing, first + (BarHeight / 2), second + (BarHeight / 2));
    }

    private static void Bar(Drawing drawing, string name, ArmResult arm, float top, LinearScale scale, SKColor color, SKColor inside)
    {
        drawing.Text(name, BarLeft - 12, top + (BarHeight / 2), Label, Anchor.End);
        if (!double.IsFinite(arm.ErrorRate))
        {
            drawing.Text("not measured", BarLeft + 10, top + (BarHeight / 2), Small);
            return;
        }

        var bar = new SKRect(BarLeft, top, scale.At(arm.ErrorRate), top + BarHeight);
        drawing.Fill(bar, color);
        var text = Figures.Percent(arm.ErrorRate);
        var style = new TextStyle(15, inside, Strong: true);
        if (bar.Width > 150)
        {
            drawing.Text(text, BarLeft + 12, bar.MidY, style);
        }
        else
        {
            var clear = Math.Max(bar.Right, double.IsFinite(arm.ErrorRateHigh) ? scale.At(arm.ErrorRateHigh) : 0) + 12;
            drawing.Text(text, clear, bar.MidY, style with { Color = Palette.Ink });
        }

        if (double.IsFinite(arm.ErrorRateLow) && double.IsFinite(arm.ErrorRateHigh) && arm.ErrorRateHigh > arm.ErrorRateLow)
        {
            var (low, high) = (scale.At(arm.ErrorRateLow), scale.At(arm.ErrorRateHigh));
            drawing.LevelWhisker(bar.MidY, low, high, Palette.Card, 7.5f, 5);
            drawing.LevelWhisker(bar.MidY, low, high, Palette.Ink, 6);
        }

        foreach (var seed in arm.ErrorRatePerSeed.Where(double.IsFinite))
        {
            drawing.Dot(scale.At(seed), bar.MidY + 13, 3.2f, Palette.Light, Palette.Ink);
        }
    }

    private void Reduction(Drawing drawing, float from, float to)
    {
        const float X = BarRight + 34;
        drawing.Line(X - 10, from, X, from, Palette.Muted, 1.5f);
        drawing.Line(X, from, X, to, Palette.Muted, 1.5f);
        drawing.Line(X, to, X - 10, to, Palette.Muted, 1.5f);
        drawing.Line(X - 10, to, X - 5, to - 4, Palette.Muted, 1.5f);
        drawing.Line(X - 10, to, X - 5, to + 4, Palette.Muted, 1.5f);
        var middle = (from + to) / 2;
        var outcome = ComparisonOutcome.Of(original, masterful, comparison);
        if (outcome is ComparisonOutcome.NoResult or ComparisonOutcome.NoErrors or ComparisonOutcome.ErrorsFromNone)
        {
            var (first, second) = outcome switch
            {
                ComparisonOutcome.NoErrors => ("No error", "in either model"),
                ComparisonOutcome.ErrorsFromNone => ("Errors, where the", "original makes none"),
                _ => ("No reduction", "could be computed"),
            };
            drawing.Text(first, X + 14, middle - 9, Label);
            drawing.Text(second, X + 14, middle + 9, Label);
            return;
        }

        var reduction = comparison.ErrorRateReduction!.Value;
        var color = outcome switch { Verdict.Better => Palette.BetterInk, Verdict.Worse => Palette.Worse, _ => Palette.Muted };
        var word = reduction switch { > 0 => "fewer errors", < 0 => "more errors", _ => "no change" };
        drawing.Text(Figures.Percent(Math.Abs(reduction), 1), X + 14, middle - 14, new TextStyle(24, color, Strong: true));
        drawing.Text(word + (outcome == Verdict.WithinNoise ? " ≈ within noise" : ""), X + 14, middle + 9, Label);
        if (comparison is { Low: { } low, High: { } high })
        {
            drawing.Text($"reduction {Figures.Percent(low, 1)} to {Figures.Percent(high, 1)}", X + 14, middle + 28, Small);
        }
    }
}
