using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class ImageFittingTests
{
    [Fact]
    public void Halving_takes_the_mean_of_four()
    {
        byte[] image = [10, 20, 30, 40, 50, 60, 70, 80, 0, 0, 255, 255, 0, 1, 255, 255];

        Assert.Equal([35, 55, 0, 255], ImageFitting.Fit(image, new ImageShape(4, 4, 1), new ImageShape(2, 2, 1)));
    }

    [Fact]
    public void Edges_between_pixels_count_by_the_area_covered()
    {
        // Three pixels onto two: (90 + 60/2) / 1.5 = 80 and (60/2 + 0) / 1.5 = 20.
        Assert.Equal([80, 20], ImageFitting.Fit([90, 60, 0], new ImageShape(1, 3, 1), new ImageShape(1, 2, 1)));

        // Two onto three: the middle one lies half on each.
        Assert.Equal([100, 150, 200], ImageFitting.Fit([100, 200], new ImageShape(1, 2, 1), new ImageShape(1, 3, 1)));

        // Height alone, rounded half up: (1 + 2) / 2 = 1.5.
        Assert.Equal([2, 4], ImageFitting.Fit([1, 3, 2, 4], new ImageShape(2, 2, 1), new ImageShape(1, 2, 1)));
    }

    [Fact]
    public void Doubling_repeats_each_pixel()
    {
        Assert.Equal([1, 1, 9, 9, 1, 1, 9, 9], ImageFitting.Fit([1, 9], new ImageShape(1, 2, 1), new ImageShape(2, 4, 1)));
    }

    [Fact]
    public void Grey_becomes_three_equal_channels_and_colour_becomes_luma()
    {
        Assert.Equal([5, 6, 5, 6, 5, 6], ImageFitting.Fit([5, 6], new ImageShape(1, 2, 1), new ImageShape(1, 2, 3)));

        // 0.299 × 100 + 0.587 × 200 + 0.114 × 50 = 153.
        Assert.Equal([153, 255], ImageFitting.Fit([100, 255, 200, 255, 50, 255], new ImageShape(1, 2, 3), new ImageShape(1, 2, 1)));
    }

    [Fact]
    public void A_flat_image_stays_flat_at_any_size()
    {
        foreach (var (height, width) in new[] { (1, 1), (7, 13), (32, 32), (33, 31), (200, 3) })
        {
            var image = new byte[height * width * 3];
            image.AsSpan().Fill(255);

            Assert.All(ImageFitting.Fit(image, new ImageShape(height, width, 3), new ImageShape(32, 32, 3)), v => Assert.Equal(255, v));
        }
    }
}
