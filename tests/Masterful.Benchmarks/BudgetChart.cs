using Masterful.Reporting.Charts;
using SkiaSharp;

namespace Masterful.Benchmarks;

/// <summary>What searches of several budgets come to.</summary>
/// <param name="Name">Of the way to search, or of the data.</param>
/// <param name="Points">Budget as a multiple of the final trainings, a share that was gained, its standard error.</param>
internal sealed record BudgetSeries(string Name, IReadOnlyList<(double Ratio, double Gained, double StandardError)> Points);

/// <summary>A share that was gained against the search's budget, one line a series.</summary>
internal sealed class BudgetChart(string title, string subtitle, IReadOnlyList<BudgetSeries> series) : Chart
{
    private const float Left = 84;
    private const float Right = Width - 40;
    private const float PlotTop = Top + 40;
    private const float PlotBottom = PlotTop + 250;
    private const float LegendMiddle = Top + 6;

    private static readonly SKColor[] Colors = [Palette.Masterful, Palette.Splits[1], Palette.Splits[0], Palette.Worse];

    public override float Height => PlotBottom + 62;

    protected override string Title => title;

    protected override string Subtitle => subtitle;

    protected override void Draw(Drawing drawing)
    {
        var points = series.SelectMany(s => s.Points).ToList();
        var low = Math.Min(0, points.Min(p => p.Gained));
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

    private void Show(Drawing drawing, BudgetSeries way, SKColor color, bool dashed, LinearScale horizontal, LinearScale vertical)
    {
        foreach (var (from, to) in way.Points.Zip(way.Points.Skip(1)))
        {
            drawing.Line(horizontal.At(from.Ratio), vertical.At(from.Gained), horizontal.At(to.Ratio), vertical.At(to.Gained), color, 2.5f, dashed);
        }

        foreach (var (ratio, gained, error) in way.Points)
        {
            var (x, y) = (horizontal.At(ratio), vertical.At(gained));
            drawing.UprightWhisker(x, vertical.At(gained - error), vertical.At(gained + error), color);
            drawing.Dot(x, y, 4.5f, color, Palette.Card);
            // The lowest of a budget is labelled under its dot, so that labels of lines that meet stay apart.
            var under = series.All(s => s.Points.First(p => p.Ratio == ratio).Gained >= gained);
            drawing.Text(
                gained.ToString("0%", System.Globalization.CultureInfo.InvariantCulture), x + (under ? 10 : 0), y + (under ? 15 : -15), Value with { Color = color, Halo = true }, under ? Anchor.Start : Anchor.Middle);
        }
    }
}
