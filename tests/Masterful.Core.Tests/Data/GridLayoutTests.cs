using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>Any number of images of any shape is one picture of a size that viewers open.</summary>
public sealed class GridLayoutTests
{
    [Theory]
    [InlineData(36, 12, 224, 224)]
    [InlineData(102, 12, 224, 224)]
    [InlineData(1_000, 12, 224, 224)]
    [InlineData(1_000, 2, 32, 32)]
    [InlineData(21_000, 2, 224, 224)]
    [InlineData(40, 10, 32, 512)]
    [InlineData(40, 10, 1, 4096)]
    [InlineData(40, 10, 4096, 1)]
    [InlineData(3, 12, 2048, 2048)]
    [InlineData(1, 400, 224, 224)]
    [InlineData(1, 1, 1, 1)]
    public void A_picture_has_room_for_all_and_is_not_too_large(int rows, int columns, int height, int width)
    {
        var layout = GridLayout.For(rows, columns, new ImageShape(height, width, 3), ImageGrid.MostPixels);
        var (right, bottom) = (layout.Width - layout.Margin, layout.Height - layout.Margin);
        var places = Enumerable.Range(0, rows).SelectMany(r => Enumerable.Range(0, columns).Select(c => layout.PlaceOf(r, c))).ToList();

        Assert.True((long)layout.Width * layout.Height <= ImageGrid.MostPixels, $"{layout.Width}×{layout.Height}");
        Assert.True(layout.Width <= 16_384 && layout.Height <= 16_384, $"{layout.Width}×{layout.Height}");
        Assert.Equal(places.Count, places.Distinct().Count());
        Assert.All(places, p => Assert.True(p.Left >= layout.Margin && p.Top >= layout.Margin && p.Left + layout.Across - layout.Gap <= right && p.Top + layout.Down - layout.Gap <= bottom, $"{p}"));
        // Nothing overlaps what stands beside it.
        Assert.All(places.GroupBy(p => p.Top), row => Assert.All(row.Order().Zip(row.Order().Skip(1)), pair => Assert.True(pair.Second.Left - pair.First.Left >= layout.Across)));
        Assert.All(places.GroupBy(p => p.Left), column => Assert.All(column.Order().Zip(column.Order().Skip(1)), pair => Assert.True(pair.Second.Top - pair.First.Top >= layout.Down)));
    }

    [Theory]
    [InlineData(10, 224, 192)]
    [InlineData(36, 224, 140)]
    [InlineData(10, 28, 112)]
    [InlineData(10, 32, 128)]
    public void Few_classes_are_shown_large(int rows, int side, int atLeast) =>
        Assert.True(GridLayout.For(rows, 12, new ImageShape(side, side, 3), ImageGrid.MostPixels) is var layout && layout.Across - layout.Gap >= atLeast, $"{layout}");
}
