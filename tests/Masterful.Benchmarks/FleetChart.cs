using System.Globalization;
using Masterful.Reporting.Charts;
using SkiaSharp;

namespace Masterful.Benchmarks;

/// <summary>How much sooner something ends on more workers.</summary>
/// <param name="Name">Of what is run.</param>
/// <param name="Points">Workers, and the time as a share of one worker's.</param>
internal sealed record FleetSeries(string Name, IReadOnlyList<(int Workers, double Share)> Points);

/// <summary>Time against workers, both on logarithmic axes, one line a series, beside the line of no waste.</summary>
internal sealed class FleetChart(string title, string subtitle, IReadOnlyList<FleetSeries> series) : Chart
{
    private const float Left = 84;
    private const float Right = Width - 40;
    private const float PlotTop = Top + 8;
    private const float PlotBottom = PlotTop + 350;

    private static readonly SKColor[] Colors = [Palette.Masterful, Palette.Splits[0], Palette.Splits[2], Palette.Worse];

    public override float Height => PlotBottom + 62;

    protected override string Title => title;

    protected override string Subtitle => subtitle;

    protected override void Draw(Drawing drawing)
    {
        var most = series.Max(s => s.Points.Max(p => p.Workers));
        var (horizontal, vertical) = (new LinearScale(0, Math.Log10(most), Left, Right), new LinearScale(-Math.Ceiling(Math.Log10(most)), 0, PlotBottom, PlotTop));
        for (var power = 0; power <= Math.Ceiling(Math.Log10(most)); power++)
        {
            drawing.Line(Left, vertical.At(-power), Right, vertical.At(-power), power == 0 ? Palette.AxisLine : Palette.Grid);
            drawing.Text(power == 0 ? "1" : $"1/{Number(Math.Pow(10, power))}", Left - 10, vertical.At(-power), Small, Anchor.End);
        }

        foreach (var workers in series[0].Points.Select(p => p.Workers))
        {
            drawing.Line(horizontal.At(Math.Log10(workers)), PlotTop, horizontal.At(Math.Log10(workers)), PlotBottom, Palette.Grid);
            drawing.Text(Number(workers), horizontal.At(Math.Log10(workers)), PlotBottom + 18, Small, Anchor.Middle);
        }

        drawing.Text("workers: trials at once", (Left + Right) / 2, PlotBottom + 42, Small, Anchor.Middle);
        drawing.Line(Left, PlotTop, Right, vertical.At(-Math.Log10(most)), Palette.Muted, 1.5f, dashed: true);
        drawing.Text("ideal: work ÷ workers", horizontal.At(Math.Log10(most / 2.0)) - 16, vertical.At(-Math.Log10(most / 2.0)) + 12, Small, Anchor.End);
        // The slowest first: the next one's words go under its line where they would meet.
        var above = PlotTop - 100f;
        foreach (var (line, color) in series.Zip(Colors).OrderByDescending(s => s.First.Points[^1].Share))
        {
            List<SKPoint> places = [.. line.Points.Select(p => new SKPoint(horizontal.At(Math.Log10(p.Workers)), vertical.At(Math.Log10(p.Share))))];
            Show(drawing, places, color);
            var words = string.Create(CultureInfo.InvariantCulture, $"{line.Name}: {1 / line.Points[^1].Share:0.#} times sooner");
            var highest = HeightAt(places, Right - Drawing.Measure(words, Value));
            drawing.Text(words, Right, places[^1].Y - above < 30 ? places[^1].Y + 17 : highest - 16, Value with { Color = color, Halo = true }, Anchor.End);
            above = places[^1].Y;
        }
    }

    /// <summary>Where a line that falls is at a place.</summary>
    private static float HeightAt(List<SKPoint> places, float x)
    {
        var (from, to) = places.Zip(places.Skip(1)).First(p => p.Second.X >= x);
        return from.Y + ((to.Y - from.Y) * (x - from.X) / (to.X - from.X));
    }

    private static void Show(Drawing drawing, List<SKPoint> places, SKColor color)
    {
        foreach (var (from, to) in places.Zip(places.Skip(1)))
        {
            drawing.Line(from.X, from.Y, to.X, to.Y, color, 2.5f);
        }

        foreach (var place in places)
        {
            drawing.Dot(place.X, place.Y, 4, color, Palette.Card);
        }
    }

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
