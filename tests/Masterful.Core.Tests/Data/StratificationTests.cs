using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class StratificationTests
{
    private static readonly int[] Labels = [.. Enumerable.Range(0, 1000).Select(i => i < 700 ? 0 : i < 960 ? 1 : i < 999 ? 2 : 3)];

    [Fact]
    public void A_smaller_share_is_part_of_a_larger_one()
    {
        var data = Images.Dataset(new ImageShape(2, 2, 1), Labels);
        IReadOnlyList<int> previous = [];
        for (var count = 1; count <= 1000; count += 7)
        {
            var taken = data.StratifiedPositions(count, seed: 5);

            Assert.Equal(count, taken.Count);
            Assert.Empty(previous.Except(taken));
            previous = taken;
        }
    }

    [Fact]
    public void Each_class_is_within_one_image_of_its_share_and_none_is_lost()
    {
        var data = Images.Dataset(new ImageShape(2, 2, 1), Labels);

        var share = data.StratifiedShare(0.35, seed: 1);

        Assert.Equal(350, share.Count);
        foreach (var (label, size) in Labels.CountBy(l => l))
        {
            Assert.InRange(share.Labels.Count(l => l == label), Math.Max(1, (size * 0.35) - 1.01), (size * 0.35) + 1.01);
        }
    }

    [Fact]
    public void The_seed_decides_which_images_and_the_whole_is_the_whole()
    {
        var data = Images.Dataset(new ImageShape(2, 2, 1), Labels);

        Assert.Equal(data.StratifiedPositions(100, 1), data.StratifiedPositions(100, 1));
        Assert.NotEqual(data.StratifiedPositions(100, 1), data.StratifiedPositions(100, 2));
        Assert.Same(data, data.StratifiedShare(1, 3));
        Assert.NotEqual(data.Fingerprint, data.StratifiedShare(0.5, 3).Fingerprint);
        Assert.True(data.Image(data.StratifiedPositions(100, 1)[7]).SequenceEqual(data.StratifiedShare(0.1, 1).Image(7)));
    }
}
