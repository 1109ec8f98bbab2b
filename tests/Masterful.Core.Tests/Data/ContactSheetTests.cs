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
        using var sheet = SKBitmap.Decode(ContactSheet.Draw(Images.Dataset(shape, 0, 0, 0, 1, 1, 2), perClass: 2, seed: 0).Png);

        // Cells of 28 × 2 points at density 2, margins of 8 and gaps of 4 points.
        Assert.Equal((2 * ((2 * 8) + (2 * 56) + 4), 2 * ((2 * 8) + (3 * 56) + (2 * 4))), (sheet.Width, sheet.Height));
    }

    [Fact]
    public void A_grid_draws_each_channel_where_it_belongs()
    {
        using var sheet = SKBitmap.Decode(ImageGrid.Draw([[[200, 10, 100, 20, 50, 30]]], new ImageShape(1, 2, 3)).Png);

        Assert.Equal(new SKColor(200, 100, 50), sheet.GetPixel(16, 16));
        Assert.Equal(new SKColor(10, 20, 30), sheet.GetPixel(16 + 112, 16 + 111));
        Assert.Equal(SKColors.White, sheet.GetPixel(15, 15));
    }

    [Fact]
    public void A_sheet_is_the_same_for_the_same_seed()
    {
        var data = Images.Dataset(new ImageShape(8, 8, 3), [.. Enumerable.Range(0, 60).Select(i => i % 3)]);

        Assert.Equal(ContactSheet.Draw(data, 4, 1).Png, ContactSheet.Draw(data, 4, 1).Png);
        Assert.NotEqual(ContactSheet.Draw(data, 4, 1).Png, ContactSheet.Draw(data, 4, 2).Png);
    }

    [Theory]
    [InlineData(36, 224, 224)]
    [InlineData(300, 48, 48)]
    [InlineData(1_000, 40, 40)]
    [InlineData(12, 32, 512)]
    public void However_many_classes_there_are_each_is_on_the_sheet(int classes, int height, int width)
    {
        var shape = new ImageShape(height, width, 1);
        var store = new MemoryImageStore(shape);
        int[] labels = [.. Enumerable.Range(0, classes * 3).Select(i => i % classes)];
        foreach (var label in labels)
        {
            // No class is as white as the paper.
            store.Add([.. Enumerable.Repeat((byte)(label % 200), shape.Length)]);
        }

        var data = new ImageDataset(store, [.. Enumerable.Range(0, labels.Length)], labels, [.. Enumerable.Range(0, classes).Select(c => $"{c}")], "even");
        var grid = ContactSheet.Draw(data, perClass: 12, seed: 0);
        using var sheet = SKBitmap.Decode(grid.Png);
        var layout = Enumerable.Range(2, 2).Select(columns => GridLayout.For(classes, columns, shape, ImageGrid.MostPixels)).Single(l => (l.Width, l.Height) == (sheet.Width, sheet.Height));

        Assert.Equal(layout.RowsInColumn, grid.RowsInColumn);
        Assert.All(Enumerable.Range(0, classes), c =>
        {
            var (left, top) = layout.PlaceOf(c, 1);
            Assert.Equal(c % 200, sheet.GetPixel(left, top).Red);
            Assert.Equal(c % 200, sheet.GetPixel(left + layout.Across - layout.Gap - 1, top + layout.Down - layout.Gap - 1).Red);
        });
    }

    [Fact]
    public void An_empty_grid_and_one_of_a_wrong_size_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw([], new ImageShape(2, 2, 1)));
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw([[[1, 2, 3]]], new ImageShape(2, 2, 1)));
    }
}
