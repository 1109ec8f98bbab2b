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
}
