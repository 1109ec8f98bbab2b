using System.Diagnostics;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class RealDataTests : IDisposable
{
    private readonly TestData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Fashion_mnist_is_read_whole_and_a_second_time_at_once()
    {
        var spec = _data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz") with { Root = RealData.FashionMnist };
        using var first = _data.Load(spec, new ImageShape(28, 28, 1));
        var clock = Stopwatch.StartNew();
        using var second = _data.Load(spec, new ImageShape(28, 28, 1));
        TestContext.Current.TestOutputHelper!.WriteLine($"second load: {clock.Elapsed.TotalMilliseconds:0} ms");

        Assert.Equal((54_000, 6_000, 10_000), (first.Train.Count, first.Select.Count, first.Test.Count));
        Assert.All(first.Health.ClassCounts["select"], count => Assert.Equal(600, count));
        // Known figures: mean 0.2860 and deviation 0.3530 of train, on a scale of 0 to 1.
        Assert.Equal(0.2860, first.Health.Mean[0] / 255, 0.001);
        Assert.Equal(0.3530, first.Health.StandardDeviation[0] / 255, 0.001);
        Assert.Equal((0, 0, 0), (first.Health.Leaks, first.Health.Duplicates, first.Health.ConflictingLabels));
        Assert.Equal(first.Fingerprint, second.Fingerprint);
    }
}
