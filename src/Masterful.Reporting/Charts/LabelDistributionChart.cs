using Masterful.Results;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>Images of each class, one panel a split, so that splits of very different sizes can be compared by shape.</summary>
internal sealed class LabelDistributionChart(IReadOnlyList<string> classes, IReadOnlyList<(string Split, IReadOnlyList<int> Counts)> splits) : Chart
{
    private const float PanelTop = Top + 26;
    private const float Gap = 22;

    private readonly float _names = Math.Clamp(classes.Select(name => Drawing.Measure(name, Label)).DefaultIfEmpty(0).Max() + 14, 50, 190);

    public override float Height => PanelTop + (Row * classes.Count) + 24;

    protected override string Title => "Label distribution";

    protected override string Subtitle => "Images of each class in each split; every panel has its own scale";

    private float Row => classes.Count > 40 ? 17 : 24;

    private float PanelWidth => (Width - (2 * Margin) - _names - (Gap * (splits.Count - 1))) / splits.Count;

    protected override void Draw(Drawing drawing)
    {
        for (var i = 0; i < classes.Count; i++)
        {
            var style = classes.Count > 40 ? Label with { Size = 11.5f } : Label;
            drawing.Text(Drawing.Fit(classes[i], style, _names - 12), Margin + _names - 12, Middle(i), style, Anchor.End);
        }

        for (var i = 0; i < splits.Count; i++)
        {
            DrawPanel(drawing, splits[i].Split, splits[i].Counts, Palette.Splits[i % Palette.Splits.Length], Margin + _names + (i * (PanelWidth + Gap)));
        }
    }

    private void DrawPanel(Drawing drawing, string split, IReadOnlyList<int> counts, SKColor color, float left)
    {
        var most = Math.Max(1, counts.DefaultIfEmpty(0).Max());
        var figures = Drawing.Measure(Figures.Count(most), Small) + 8;
        var heading = $"{split} · {Figures.Count(counts.Sum(count => (long)count))}";
        drawing.Text(Drawing.Fit(heading, Value, PanelWidth), left, Top + 8, Value);
        drawing.Line(left, PanelTop, left, PanelTop + (Row * classes.Count), Palette.AxisLine, 1.5f);
        for (var i = 0; i < Math.Min(classes.Count, counts.Count); i++)
        {
            var bar = new SKRect(left, Middle(i) - (Row * 0.34f), left + Math.Max(1, (PanelWidth - figures) * counts[i] / most), Middle(i) + (Row * 0.34f));
            drawing.Fill(bar, counts[i] == 0 ? Palette.Grid : color);
            drawing.Text(Figures.Count(counts[i]), bar.Right + 6, Middle(i), Small);
        }
    }

    private float Middle(int index) => PanelTop + (Row * (index + 0.5f));
}
