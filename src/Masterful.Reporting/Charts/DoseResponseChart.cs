using Masterful.Results;

namespace Masterful.Reporting.Charts;

/// <summary>Validation loss against the amount of images that were added; the control, at 0, has the compute of the full dose.</summary>
internal sealed class DoseResponseChart(DoseInfo response) : Chart
{
    private const float Left = 96;
    private const float Right = Width - 60;
    private const float PlotTop = Top + 16;
    private const float PlotBottom = PlotTop + 190;
    private const float Inset = 90;

    private readonly IReadOnlyList<DosePointInfo> _points = [.. response.Points.Where(p => double.IsFinite(p.ValidationLoss))];

    public override float Height => PlotBottom + 96;

    protected override string Title => $"Added images: {response.Technique}";

    protected override string Subtitle =>
        "Validation loss by the number of images to draw from, cross-entropy in nats, lower is better; whiskers: ± one standard error against the control";

    protected override void Draw(Drawing drawing)
    {
        var ends = _points.SelectMany(p => (double[])[p.ValidationLoss, p.ValidationLoss - (p.StandardError ?? 0), p.ValidationLoss + (p.StandardError ?? 0)]).ToList();
        var scale = LinearScale.Around(ends.Min(), ends.Max(), 5, PlotBottom, PlotTop);
        foreach (var tick in scale.Ticks(5))
        {
            drawing.Line(Left, scale.At(tick), Right, scale.At(tick), Palette.Grid);
            drawing.Text(Figures.Number(tick, scale.TickDigits(5)), Left - 10, scale.At(tick), Small, Anchor.End);
        }

        var control = scale.At(_points[0].ValidationLoss);
        drawing.Line(Left, control, Right, control, Palette.Original, 1.5f, dashed: true);
        for (var i = 1; i < _points.Count; i++)
        {
            drawing.Line(X(_points[i - 1]), scale.At(_points[i - 1].ValidationLoss), X(_points[i]), scale.At(_points[i].ValidationLoss), Palette.Muted, 1.5f);
        }

        foreach (var point in _points)
        {
            Show(drawing, point, scale);
        }

        drawing.Line(Left, PlotBottom, Right, PlotBottom, Palette.AxisLine, 1.5f);
    }

    /// <summary>By the root of the share, so that none, a quarter and all are evenly spaced.</summary>
    private static float X(DosePointInfo point) => Left + Inset + (float)(Math.Sqrt(point.Share) * (Right - Left - (2 * Inset)));

    private static void Show(Drawing drawing, DosePointInfo point, LinearScale scale)
    {
        var (x, y) = (X(point), scale.At(point.ValidationLoss));
        var color = point.Share == 0 ? Palette.Original : point.Change < 0 ? Palette.Masterful : Palette.Worse;
        if (point.StandardError is { } error)
        {
            drawing.UprightWhisker(x, scale.At(point.ValidationLoss - error), scale.At(point.ValidationLoss + error), Palette.Ink);
        }

        drawing.Dot(x, y, 6, color, Palette.Card);
        var loss = Figures.Loss(point.ValidationLoss);
        drawing.Text(
            point.Change is { } change ? $"{loss}  ({Figures.Points(change, 1)}%)" : loss, x, PlotBottom + 20, Value, Anchor.Middle);
        drawing.Text(
            point.Share == 0 ? "none, but the same compute" : $"{Figures.Count(point.Images)} images{(point.Share == 1 ? " (all)" : "")}", x, PlotBottom + 42, Label, Anchor.Middle);
        drawing.Text($"selection error {Figures.Percent(point.ErrorRate)}", x, PlotBottom + 62, Small, Anchor.Middle);
    }
}
