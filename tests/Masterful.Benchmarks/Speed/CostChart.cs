using System.Globalization;
using Masterful.Reporting.Charts;
using SkiaSharp;

namespace Masterful.Benchmarks.Speed;

/// <summary>Three small plots of cost against work.</summary>
/// <param name="epochs">Images, seconds of an epoch.</param>
/// <param name="steps">Techniques, time of a step as a multiple of that with none.</param>
/// <param name="policies">Policies, seconds; a line for each number of workers.</param>
internal sealed class CostChart(
    IReadOnlyList<(double Work, double Cost)> epochs,
    IReadOnlyList<(double Work, double Cost)> steps,
    IReadOnlyList<(string Name, IReadOnlyList<(double Work, double Cost)> Points)> policies) : Chart
{
    private const float PlotTop = Top + 36;
    private const float PlotBottom = PlotTop + 200;
    private const float Room = 48;

    private static readonly SKColor[] Colors = [Palette.Baseline, Palette.Masterful];

    public override float Height => PlotBottom + 58;

    protected override string Title => "What work costs";

    protected override string Subtitle => string.Create(CultureInfo.InvariantCulture, $"small-cnn on {Environment.ProcessorCount} cores");

    protected override void Draw(Drawing drawing)
    {
        const float Each = (Width - (2 * Margin)) / 3;
        var (first, second, third) = (Margin, Margin + Each, Margin + (2 * Each));
        Logarithmic(drawing, first + Room, second - 14, "seconds an epoch", "images");
        Linear(drawing, second + Room, third - 14, "time of a step ÷ that with none", "techniques of the policy", [("", steps)], [0, 4, 8, 12], from: 1, digits: 1);
        Linear(drawing, third + Room, Width - Margin - 14, "seconds", "policies", policies, [1, 4, 8, 16], from: 0, digits: 0);
    }

    private void Logarithmic(Drawing drawing, float left, float right, string what, string work)
    {
        var (low, high) = (Math.Floor(Math.Log10(epochs[0].Cost)), Math.Ceiling(Math.Log10(epochs[^1].Cost)));
        var vertical = new LinearScale(low, high, PlotBottom, PlotTop);
        var horizontal = new LinearScale(Math.Log10(epochs[0].Work), Math.Log10(epochs[^1].Work), left + 8, right - 8);
        for (var power = low; power <= high; power++)
        {
            Level(drawing, left, right, vertical.At(power), Text(Math.Pow(10, power), Math.Max(0, (int)-power)), power == low);
        }

        foreach (var (images, _) in epochs)
        {
            drawing.Text(images >= 1000 ? $"{Text(images / 1000, 0)}k" : Text(images, 0), horizontal.At(Math.Log10(images)), PlotBottom + 16, Small, Anchor.Middle);
        }

        Name(drawing, left, right, what, work);
        Line(drawing, [.. epochs.Select(e => new SKPoint(horizontal.At(Math.Log10(e.Work)), vertical.At(Math.Log10(e.Cost))))], Palette.Masterful);
    }

    private static void Linear(
        Drawing drawing, float left, float right, string what, string work, IReadOnlyList<(string Name, IReadOnlyList<(double Work, double Cost)> Points)> lines, double[] marks, double from, int digits)
    {
        var points = lines.SelectMany(l => l.Points).ToList();
        var vertical = LinearScale.Around(Math.Min(from, points.Min(p => p.Cost)), points.Max(p => p.Cost), 4, PlotBottom, PlotTop);
        var horizontal = new LinearScale(marks[0], marks[^1], left + 8, right - 8);
        foreach (var tick in vertical.Ticks(4))
        {
            Level(drawing, left, right, vertical.At(tick), Text(tick + 0.0, Math.Max(digits, vertical.TickDigits(4))), tick == vertical.Low);
        }

        foreach (var mark in marks)
        {
            drawing.Text(Text(mark, 0), horizontal.At(mark), PlotBottom + 16, Small, Anchor.Middle);
        }

        Name(drawing, left, right, what, work);
        foreach (var (i, (name, line)) in lines.Index())
        {
            var color = lines.Count == 1 ? Palette.Masterful : Colors[i];
            List<SKPoint> places = [.. line.Select(p => new SKPoint(horizontal.At(p.Work), vertical.At(p.Cost)))];
            Line(drawing, places, color);
            drawing.Text(name, places[^1].X - 12, places[^1].Y + (i == 0 ? -4 : 34), Value with { Color = color, Halo = true }, Anchor.End);
        }
    }

    private static void Level(Drawing drawing, float left, float right, float y, string text, bool isAxis)
    {
        drawing.Line(left, y, right, y, isAxis ? Palette.AxisLine : Palette.Grid);
        drawing.Text(text, left - 8, y, Small, Anchor.End);
    }

    private static void Name(Drawing drawing, float left, float right, string what, string work)
    {
        drawing.Text(what, left - Room + 12, PlotTop - 24, Label);
        drawing.Text(work, (left + right) / 2, PlotBottom + 38, Small, Anchor.Middle);
    }

    private static void Line(Drawing drawing, List<SKPoint> places, SKColor color)
    {
        foreach (var (from, to) in places.Zip(places.Skip(1)))
        {
            drawing.Line(from.X, from.Y, to.X, to.Y, color, 2.5f);
        }

        places.ForEach(p => drawing.Dot(p.X, p.Y, 4, color, Palette.Card));
    }

    private static string Text(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
