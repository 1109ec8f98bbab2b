using Masterful.Reporting.Charts;
using SkiaSharp;

namespace Masterful.Benchmarks;

/// <summary>What a way to search captures, by budget.</summary>
/// <param name="Name">Of the way.</param>
/// <param name="Points">Budget as a multiple of the final trainings, mean share of the best gain, its standard error.</param>
internal sealed record CapturedGain(string Name, IReadOnlyList<(double Ratio, double Captured, double StandardError)> Points);

/// <summary>Captured gain against budget, one line a way to search.</summary>
internal sealed class CapturedGainChart(IReadOnlyList<CapturedGain> series, int searches) : Chart
{
    private const float Left = 84;
    private const float Right = Width - 40;
    private const float PlotTop = Top + 40;
    private const float PlotBottom = PlotTop + 250;
    private const float LegendMiddle = Top + 6;

    private static readonly SKColor[] Colors = [Palette.Masterful, Palette.Splits[1], Palette.Splits[0]];

    public override float Height => PlotBottom + 62;

    protected override string Title => "What a search finds for its budget";

    protected override string Subtitle => $"Mean share of the best policy's gain over {searches} simulated problems each; whiskers: ± one standard error";

    protected override void Draw(Drawing drawing)
    {
        var points = series.SelectMany(s => s.Points).ToList();
        var low = Math.Min(0, points.Min(p => p.Captured));
        var vertical = LinearScale.Around(low, 1, 5, PlotBottom, PlotTop);
        var horizontal = new LinearScale(0, points.Max(p => p.Ratio), Left, Right - 20);
        foreach (var tick in vertical.Ticks(5))
        {
            drawing.Line(Left, vertical.At(tick), Right, vertical.At(tick), tick == 0 ? Palette.AxisLine : Palette.Grid);
            drawing.Text((tick + 0.0).ToString("0%", System.Globalization.CultureInfo.InvariantCulture), Left - 10, vertical.At(tick), Small, Anchor.End);
        }

        foreach (var ratio in points.Select(p => p.Ratio).Distinct())
        {
            drawing.Text(ratio.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture), horizontal.At(ratio), PlotBottom + 18, Small, Anchor.Middle);
        }

        drawing.Text("policy.budget.ratio: the search's work as a multiple of the final trainings", (Left + Right) / 2, PlotBottom + 42, Small, Anchor.Middle);
        Legend(drawing, Left, LegendMiddle, [.. series.Select((s, i) => ((Action<SKRect>)(r => drawing.Line(r.Left, r.MidY, r.Right, r.MidY, Colors[i], 3, dashed: i > 0)), s.Name))]);
        for (var i = 0; i < series.Count; i++)
        {
            Show(drawing, series[i], Colors[i], i > 0, horizontal, vertical);
        }
    }

    private void Show(Drawing drawing, CapturedGain way, SKColor color, bool dashed, LinearScale horizontal, LinearScale vertical)
    {
        foreach (var (from, to) in way.Points.Zip(way.Points.Skip(1)))
        {
            drawing.Line(horizontal.At(from.Ratio), vertical.At(from.Captured), horizontal.At(to.Ratio), vertical.At(to.Captured), color, 2.5f, dashed);
        }

        foreach (var (ratio, captured, error) in way.Points)
        {
            var (x, y) = (horizontal.At(ratio), vertical.At(captured));
            drawing.UprightWhisker(x, vertical.At(captured - error), vertical.At(captured + error), color);
            drawing.Dot(x, y, 4.5f, color, Palette.Card);
            // The lowest of a budget is labelled under its dot, so that labels of lines that meet stay apart.
            var under = series.All(s => s.Points.First(p => p.Ratio == ratio).Captured >= captured);
            drawing.Text(
                captured.ToString("0%", System.Globalization.CultureInfo.InvariantCulture), x + (under ? 10 : 0), y + (under ? 15 : -15), Value with { Color = color, Halo = true }, under ? Anchor.Start : Anchor.Middle);
        }
    }
}
