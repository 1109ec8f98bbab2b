using Masterful.Core.Training;
using Xunit;

namespace Masterful.Core.Tests.Training;

public class EpochOrderTests
{
    private static readonly int[] Images = [.. Enumerable.Range(0, 50).Select(i => i * 2)];

    [Fact]
    public void Every_image_comes_once_and_the_incomplete_batch_is_dropped()
    {
        var order = EpochOrder.Create(Images, [], batchSize: 8, seed: 1);

        Assert.Equal(6, order.Batches.Count);
        Assert.Equal(48, order.Positions.Distinct().Count());
        Assert.Empty(order.Positions.Except(Images));
    }

    [Fact]
    public void Seeds_shuffle_differently_and_alike_each_time()
    {
        Assert.Equal(Order(1), Order(1));
        Assert.NotEqual(Order(1), Order(2));
        Assert.NotEqual(Images, Order(1));

        static int[] Order(long seed) => EpochOrder.Create(Images, [], batchSize: 10, seed).Positions;
    }

    [Fact]
    public void Synthetic_images_come_without_repetition_while_there_are_enough()
    {
        var order = EpochOrder.Create(Images, [Draws(30, 25)], batchSize: 75, seed: 3);
        var batch = Assert.Single(order.Batches);

        Assert.Equal([50, 25], batch.Counts);
        Assert.Equal(Images, order.Positions[..50].Order());
        Assert.Equal(25, order.Positions[50..].Distinct().Count());
    }

    [Fact]
    public void More_synthetic_images_than_there_are_come_equally_often()
    {
        var order = EpochOrder.Create(Images, [Draws(10, 25)], batchSize: 75, seed: 3);

        Assert.All(order.Positions[50..].GroupBy(p => p), g => Assert.InRange(g.Count(), 2, 3));
        Assert.Equal(10, order.Positions[50..].Distinct().Count());
    }

    [Fact]
    public void Adding_synthetic_images_leaves_the_real_ones_in_their_order()
    {
        var without = EpochOrder.Create(Images, [], batchSize: 50, seed: 5).Positions;
        var with = EpochOrder.Create(Images, [Draws(20, 20)], batchSize: 70, seed: 5).Positions;

        Assert.Equal(without, with[..50]);
    }

    [Fact]
    public void Each_source_stands_together_and_a_choice_named_twice_comes_twice_as_often()
    {
        AddedDraws[] added = [Draws(10, 10), new AddedDraws("unlabeled", [3, 3, 4], 30)];
        var order = EpochOrder.Create(Images, added, batchSize: 90, seed: 6);

        Assert.Equal([50, 10, 30], Assert.Single(order.Batches).Counts);
        Assert.Equal(Enumerable.Range(0, 10), order.Positions[50..60].Order());
        Assert.Equal((20, 10), (order.Positions[60..].Count(p => p == 3), order.Positions[60..].Count(p => p == 4)));
    }

    private static AddedDraws Draws(int available, int count) => new("synthetic", [.. Enumerable.Range(0, available)], count);
}
