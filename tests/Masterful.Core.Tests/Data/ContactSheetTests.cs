using Masterful.Core.Data;
using Masterful.Core.Spec;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class ContactSheetTests
{
    [Fact]
    public void A_sheet_has_a_row_a_class_and_enlarged_pixels()
    {
        var shape = new ImageShape(28, 28, 1);
        using var sheet = SKBitmap.Decode(ContactSheet.Render(Images.Dataset(shape, 0, 0, 0, 1, 1, 2), perClass: 2, seed: 0));

        // Cells of 28 × 2 points at density 2, margins of 8 and gaps of 4 points.
        Assert.Equal((2 * ((2 * 8) + (2 * 56) + 4), 2 * ((2 * 8) + (3 * 56) + (2 * 4))), (sheet.Width, sheet.Height));
    }

    [Fact]
    public void A_grid_draws_each_channel_where_it_belongs()
    {
        using var sheet = SKBitmap.Decode(ImageGrid.Png([[[200, 10, 100, 20, 50, 30]]], new ImageShape(1, 2, 3)));

        Assert.Equal(new SKColor(200, 100, 50), sheet.GetPixel(16, 16));
        Assert.Equal(new SKColor(10, 20, 30), sheet.GetPixel(16 + 112, 16 + 111));
        Assert.Equal(SKColors.White, sheet.GetPixel(15, 15));
    }

    [Fact]
    public void A_sheet_is_the_same_for_the_same_seed()
    {
        var data = Images.Dataset(new ImageShape(8, 8, 3), [.. Enumerable.Range(0, 60).Select(i => i % 3)]);

        Assert.Equal(ContactSheet.Render(data, 4, 1), ContactSheet.Render(data, 4, 1));
        Assert.NotEqual(ContactSheet.Render(data, 4, 1), ContactSheet.Render(data, 4, 2));
    }

    [Fact]
    public void An_empty_grid_and_one_of_a_wrong_size_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageGrid.Png([], new ImageShape(2, 2, 1)));
        Assert.Throws<ArgumentException>(() => ImageGrid.Png([[[1, 2, 3]]], new ImageShape(2, 2, 1)));
    }
}
