using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Techniques;

public sealed class PreviewSheetTests
{
    [Fact]
    public void A_sheet_has_a_row_a_technique_and_strength_and_rows_under_the_policy()
    {
        var policy = (Policy.None with { Name = "oat-teal-heron" }).With(Technique.Rotate, 40);

        var sheet = PreviewSheet.Render(Data(new ImageShape(8, 8, 3), 30), policy, [Technique.Rotate, Technique.Mixup, Technique.LabelSmoothing], 1);

        Assert.Equal(
            [
                "original", "rotate (m) = 20", "rotate (m) = 60", "rotate (m) = 100", "mixup (rr) = 0.2", "mixup (rr) = 0.6", "mixup (rr) = 1",
                "oat-teal-heron (1 of 3)", "oat-teal-heron (2 of 3)", "oat-teal-heron (3 of 3)",
            ],
            sheet.RowNames);
        using var picture = SKBitmap.Decode(sheet.Png);
        Assert.True(picture.Width >= 10 * 8 && picture.Height >= 10 * 8);
    }

    [Fact]
    public void Equal_seeds_draw_equal_sheets_and_others_do_not()
    {
        var data = Data(new ImageShape(8, 8, 1), 30);
        byte[] Png(long seed) => PreviewSheet.Render(data, null, [Technique.Spatial], seed).Png;

        Assert.Equal(Png(1), Png(1));
        Assert.NotEqual(Png(1), Png(2));
    }

    [Fact]
    public void Every_technique_on_large_images_still_makes_one_picture()
    {
        var sheet = PreviewSheet.Render(Data(new ImageShape(200, 160, 3), 2), Policy.None, Enum.GetValues<Technique>(), 1);

        using var picture = SKBitmap.Decode(sheet.Png);
        Assert.InRange(picture.Height, 1000, 16_384);
        Assert.Equal(1 + (3 * 12) + 3, sheet.RowNames.Count);
    }

    [Fact]
    public void No_images_are_refused() =>
        Assert.Throws<ArgumentException>(() => PreviewSheet.Render(Data(new ImageShape(8, 8, 3), 0), null, [], 1));

    private static ImageDataset Data(ImageShape shape, int count)
    {
        var random = new Random(4);
        var store = new MemoryImageStore(shape);
        var pixels = new byte[shape.Length];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(pixels);
            store.Add(pixels);
        }

        return new ImageDataset(store, [.. Enumerable.Range(0, count)], [.. Enumerable.Range(0, count).Select(i => (i % 4) - 1)], ["a", "b", "c"], "x");
    }
}
