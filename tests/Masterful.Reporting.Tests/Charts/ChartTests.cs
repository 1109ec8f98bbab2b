using Masterful.Reporting.Charts;
using SkiaSharp;
using Xunit;

namespace Masterful.Reporting.Tests.Charts;

public class ChartTests
{
    public static TheoryData<string> Names => [.. SampleCharts.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chart_is_a_png_of_twice_its_size_and_under_300_kilobytes(string name)
    {
        var chart = SampleCharts.All[name]();

        var png = chart.ToPng();

        using var image = SKBitmap.Decode(png);
        Assert.Equal((int)Chart.Width * 2, image.Width);
        Assert.Equal((int)MathF.Ceiling(chart.Height) * 2, image.Height);
        Assert.InRange(png.Length, 2_000, 300_000);
    }

    [Fact]
    public void Each_meaning_has_its_colour_on_the_chart()
    {
        Assert.Empty(Missing("waterfall", Palette.Card, Palette.Original, Palette.Improvement, Palette.Worsening, Palette.Insignificant, Palette.Masterful));
        Assert.Empty(Missing("recall-verdicts", Palette.Card, Palette.Baseline, Palette.Better, Palette.Worse, Palette.Insignificant));
        Assert.Empty(Missing("policies", Palette.Card, Palette.Selected, Palette.AxisLine));
        Assert.Empty(Missing("error-rate", Palette.Card, Palette.Original, Palette.Masterful, Palette.BetterInk));
        Assert.Equal([Palette.BetterInk], Missing("error-rate-worse", Palette.BetterInk, Palette.Worse));
    }

    [Theory]
    [InlineData(0, 0, 100, 100)]
    [InlineData(10, 10, 10, 10)]
    [InlineData(0, 100, 0, 50)]
    public void Curves_never_leave_the_range_of_their_values(float a, float b, float c, float d)
    {
        SKPoint[] points = [new(a, 0), new(b, 10), new(c, 20), new(d, 30)];

        var slopes = ParallelCoordinatesChart.MonotoneSlopes(points);

        for (var i = 1; i < points.Length; i++)
        {
            var (low, high) = (Math.Min(points[i - 1].X, points[i].X), Math.Max(points[i - 1].X, points[i].X));
            Assert.InRange(points[i - 1].X + (slopes[i - 1] * 10 / 3), low - 1e-3f, high + 1e-3f);
            Assert.InRange(points[i].X - (slopes[i] * 10 / 3), low - 1e-3f, high + 1e-3f);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void All_text_stands_inside_the_card_and_no_two_texts_overlap(string name)
    {
        var chart = SampleCharts.All[name]();

        var texts = chart.Layout();

        Assert.NotEmpty(texts);
        var card = new SKRect(4, 4, Chart.Width - 4, chart.Height - 4);
        Assert.Empty(texts.Where(t => !card.Contains(t.Bounds)).Select(t => $"'{t.Text}' at {t.Bounds} leaves {card}"));
        var overlaps = from i in Enumerable.Range(0, texts.Count)
                       from k in Enumerable.Range(i + 1, texts.Count - i - 1)
                       where texts[i].Bounds.IntersectsWith(texts[k].Bounds)
                       select $"'{texts[i].Text}' {texts[i].Bounds} and '{texts[k].Text}' {texts[k].Bounds}";
        Assert.Empty(overlaps);
    }

    private static IEnumerable<SKColor> Missing(string name, params SKColor[] colors)
    {
        using var image = SKBitmap.Decode(SampleCharts.All[name]().ToPng());
        var there = image.Pixels.ToHashSet();
        return colors.Where(color => !there.Contains(color));
    }
}
