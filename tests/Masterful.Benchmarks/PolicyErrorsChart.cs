using System.Globalization;
using Masterful.Reporting.Charts;

namespace Masterful.Benchmarks;

/// <summary>Test errors of policies on one data set.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="Policies">What was trained, mean test error, its standard error over the seeds; the searched policy last.</param>
internal sealed record PolicyErrors(string Dataset, IReadOnlyList<(string Name, double Error, double StandardError)> Policies);

/// <summary>Test error of fixed policies and of the one that the search found, one panel a data set.</summary>
internal sealed class PolicyErrorsChart(IReadOnlyList<PolicyErrors> datasets) : Chart
{
    private const float Left = 214;
    private const float Right = Width - 110;
    private const float Row = 25;
    private const float Header = 30;
    private const float Gap = 16;

    public override float Height => Top + datasets.Sum(d => Header + (Row * d.Policies.Count) + Gap) + 8;

    protected override string Title => "Test error by policy";

    protected override string Subtitle => "Mean over the seeds, each data set on its own scale from 0; whiskers: ± one standard error";

    protected override void Draw(Drawing drawing)
    {
        var top = Top;
        foreach (var dataset in datasets)
        {
            drawing.Text(dataset.Dataset, Margin, top + (Header / 2), Value with { Size = 14 });
            top += Header;
            var scale = new LinearScale(0, dataset.Policies.Max(p => p.Error + p.StandardError), Left, Right);
            foreach (var (name, error, deviation) in dataset.Policies)
            {
                var (middle, found) = (top + (Row / 2), name == dataset.Policies[^1].Name);
                drawing.Text(Drawing.Fit(name, Label, Left - Margin - 20), Left - 12, middle, found ? Label with { Strong = true } : Label, Anchor.End);
                drawing.Fill(new SkiaSharp.SKRect(Left, middle - 8, scale.At(error), middle + 8), found ? Palette.Masterful : Palette.Original);
                drawing.LevelWhisker(middle, scale.At(error - deviation), scale.At(error + deviation), Palette.Ink);
                drawing.Text(error.ToString("0.00%", CultureInfo.InvariantCulture), scale.At(error + deviation) + 10, middle, found ? Value : Small);
                top += Row;
            }

            drawing.Line(Left, top - (Row * dataset.Policies.Count), Left, top, Palette.AxisLine, 1.5f);
            top += Gap;
        }
    }
}
