using Masterful.Results;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>
/// Every policy that was tested as a line through one horizontal axis a technique, stacked in search order, down to its validation
/// loss and whether it was selected. Curves are monotone cubics, so that no line leaves the range of its values.
/// </summary>
internal sealed class ParallelCoordinatesChart : Chart
{
    private const float AxisGap = 64;
    private const float Left = 44;
    private const float Right = Width - 44;
    private const float FirstAxis = Top + 66;

    private static readonly TextStyle Tick = new(11, Palette.Muted, Halo: true);
    private static readonly TextStyle AxisName = new(12.5f, Palette.Ink, Halo: true);
    private static readonly TextStyle Chosen = new(12.5f, Palette.Selected, Strong: true, Halo: true);

    private readonly IReadOnlyList<PolicyAxis> _axes;
    private readonly IReadOnlyList<LinearScale> _scales;
    private readonly IReadOnlyList<TestedPolicyInfo> _tested;
    private readonly TestedPolicyInfo? _selected;
    private readonly LinearScale _losses;
    private readonly int _beyond;

    public ParallelCoordinatesChart(PoliciesFile policies)
    {
        _axes = policies.Axes;
        _scales = [.. _axes.Select(axis => axis.Max > axis.Min ? new LinearScale(axis.Min, axis.Max, Left, Right) : new LinearScale(0, 1, Left, Right))];
        _selected = policies.Policies.LastOrDefault(p => p.Selected);
        _tested = [.. policies.Policies.Where(p => !p.Selected)];
        var losses = policies.Policies.Select(p => p.ValidationLoss).Where(double.IsFinite).Order().ToList();
        var end = LossEnd(losses);
        _losses = losses.Count == 0 ? new LinearScale(0, 1, Left, Right) : LinearScale.Around(losses[0], end, 8, Left, Right);
        _beyond = losses.Count(loss => loss > _losses.High);
    }

    public override float Height => Y(_axes.Count + 1) + 62;

    protected override string Title => "Policies tested";

    protected override string Subtitle => "Each line is one policy: its value on every technique, top to bottom, then its loss on the images held out for selection";

    /// <summary>Slopes after Steffen, "A simple method for monotonic interpolation in one dimension" (1990), for equal steps.</summary>
    internal static float[] MonotoneSlopes(IReadOnlyList<SKPoint> points)
    {
        var slopes = new float[points.Count];
        float Secant(int i) => (points[i + 1].X - points[i].X) / (points[i + 1].Y - points[i].Y);
        for (var i = 1; i < points.Count - 1; i++)
        {
            var (before, after) = (Secant(i - 1), Secant(i));
            var (stepBefore, stepAfter) = (points[i].Y - points[i - 1].Y, points[i + 1].Y - points[i].Y);
            var mean = ((before * stepAfter) + (after * stepBefore)) / (stepBefore + stepAfter);
            slopes[i] = (MathF.Sign(before) + MathF.Sign(after)) * Math.Min(Math.Min(Math.Abs(before), Math.Abs(after)), Math.Abs(mean) / 2);
        }

        if (points.Count > 2)
        {
            slopes[0] = ((3 * Secant(0)) - slopes[1]) / 2;
            slopes[^1] = ((3 * Secant(points.Count - 2)) - slopes[^2]) / 2;
        }

        return slopes;
    }

    protected override void Draw(Drawing drawing)
    {
        DrawLegend(drawing);
        for (var i = 0; i <= _axes.Count + 1; i++)
        {
            drawing.Line(Left, Y(i), Right, Y(i), Palette.AxisLine);
        }

        DrawTested(drawing);
        if (_selected is not null)
        {
            DrawSelected(drawing, _selected);
        }

        for (var i = 0; i < _axes.Count; i++)
        {
            DrawTicks(drawing, _scales[i], Y(i));
            DrawName(drawing, i);
        }

        DrawLossAxis(drawing);
        DrawSelectionAxis(drawing);
    }

    private void DrawLegend(Drawing drawing) => Legend(drawing, Left, Top + 4,
        (sign => drawing.Line(sign.Left, sign.MidY, sign.Right, sign.MidY, Palette.Tested.WithAlpha(150), 2), $"tested, not selected ({_tested.Count})"),
        (sign =>
        {
            drawing.Line(sign.Left, sign.MidY, sign.Right, sign.MidY, Palette.Selected, 4);
            drawing.Dot(sign.MidX, sign.MidY, 4, Palette.Light, Palette.Selected);
        }, _selected is null ? "selected (none)" : "selected, its values beside the names"));

    private void DrawTested(Drawing drawing)
    {
        var alpha = (byte)Math.Clamp(3000 / Math.Max(1, _tested.Count), 28, 140);
        var width = _tested.Count > 60 ? 1.2f : 1.8f;
        foreach (var policy in _tested)
        {
            using var curve = Curve(Points(policy));
            drawing.Curve(curve, Palette.Tested.WithAlpha(alpha), width);
        }
    }

    private void DrawSelected(Drawing drawing, TestedPolicyInfo policy)
    {
        var points = Points(policy);
        using var curve = Curve(points);
        drawing.Curve(curve, Palette.Card, 7);
        drawing.Curve(curve, Palette.Selected, 4);
        foreach (var point in points)
        {
            drawing.Dot(point.X, point.Y, 4.5f, Palette.Light, Palette.Selected);
        }
    }

    private static void DrawTicks(Drawing drawing, LinearScale scale, float y)
    {
        foreach (var tick in scale.Ticks(10))
        {
            drawing.Line(scale.At(tick), y - 4, scale.At(tick), y, Palette.AxisLine);
            drawing.Text(Figures.Number(tick, scale.TickDigits(10)), scale.At(tick), y - 13, Tick, Anchor.Middle);
        }
    }

    private void DrawName(Drawing drawing, int axis)
    {
        var name = Drawing.Fit($"{_axes[axis].Name} ({_axes[axis].Kind})", AxisName, 400);
        drawing.Text(name, Left + 10, Y(axis) + 16, AxisName);
        if (_selected is not null && ValueOn(_selected, axis) is not 0 and var value)
        {
            drawing.Text("= " + Figures.Short(value, 2), Left + 16 + Drawing.Measure(name, AxisName), Y(axis) + 16, Chosen);
        }
    }

    private void DrawLossAxis(Drawing drawing)
    {
        var y = Y(_axes.Count);
        DrawTicks(drawing, _losses, y);
        drawing.Text("val_loss", Left + 10, y + 16, AxisName);
        if (_selected is { ValidationLoss: var loss } && double.IsFinite(loss))
        {
            drawing.Text("= " + Figures.Loss(loss), Left + 16 + Drawing.Measure("val_loss", AxisName), y + 16, Chosen);
        }

        if (_beyond > 0)
        {
            drawing.Text($"{_beyond} beyond the axis, drawn at its end", Right, y + 16, Tick, Anchor.End);
        }
    }

    private void DrawSelectionAxis(Drawing drawing)
    {
        var y = Y(_axes.Count + 1);
        var style = new TextStyle(12, Palette.Selected, Strong: true);
        drawing.Line(SelectionX(true), y - 4, SelectionX(true), y + 4, Palette.AxisLine);
        drawing.Line(SelectionX(false), y - 4, SelectionX(false), y + 4, Palette.AxisLine);
        drawing.Text("SELECTED", SelectionX(true), y + 19, style, Anchor.Middle);
        drawing.Text("NOT SELECTED", SelectionX(false), y + 19, style with { Color = Palette.Tested }, Anchor.Middle);
    }

    /// <summary>A failed policy has no loss: its line skips that axis.</summary>
    private List<SKPoint> Points(TestedPolicyInfo policy)
    {
        List<SKPoint> points = [.. _scales.Select((scale, i) => new SKPoint(scale.At(ValueOn(policy, i)), Y(i)))];
        if (double.IsFinite(policy.ValidationLoss))
        {
            points.Add(new SKPoint(_losses.At(policy.ValidationLoss), Y(_axes.Count)));
        }

        points.Add(new SKPoint(SelectionX(policy.Selected), Y(_axes.Count + 1)));
        return points;
    }

    private double ValueOn(TestedPolicyInfo policy, int axis) =>
        policy.Values.TryGetValue(_axes[axis].Name, out var value) && double.IsFinite(value) ? value : 0;

    private static SKPath Curve(List<SKPoint> points)
    {
        var slopes = MonotoneSlopes(points);
        using var builder = new SKPathBuilder();
        builder.MoveTo(points[0]);
        for (var i = 1; i < points.Count; i++)
        {
            var third = (points[i].Y - points[i - 1].Y) / 3;
            builder.CubicTo(
                points[i - 1].X + (third * slopes[i - 1]), points[i - 1].Y + third,
                points[i].X - (third * slopes[i]), points[i].Y - third,
                points[i].X, points[i].Y);
        }

        return builder.Detach();
    }

    /// <summary>The largest loss within four times the spread of the better three quarters: one diverged policy must not squeeze the rest.</summary>
    private static double LossEnd(List<double> ordered)
    {
        if (ordered.Count == 0)
        {
            return 1;
        }

        var quartile = ordered[(ordered.Count - 1) * 3 / 4];
        var limit = quartile + (4 * (quartile - ordered[0]));
        return ordered.Last(loss => loss <= limit);
    }

    private static float SelectionX(bool selected) => Left + ((Right - Left) * (selected ? 1 : 2) / 3);

    private static float Y(int axis) => FirstAxis + (axis * AxisGap);
}
