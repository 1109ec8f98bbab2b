using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Techniques;

public sealed class BatchAugmenterTests : IDisposable
{
    private const int Classes = 10;
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<Technique> Techniques =>
        [.. Enum.GetValues<Technique>().Where(t => t is not (Technique.Synthetic or Technique.Unlabeled))];

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void No_policy_leaves_pixels_as_they_are_and_targets_one_hot()
    {
        var (images, labels) = Batch(64);

        var batch = Apply(Policy.None, images, labels, 1);

        Assert.True(SameBits(batch.Images, images.to(ScalarType.Float32)));
        Assert.True(SameBits(batch.Targets.argmax(1), labels));
        Assert.Equal(64, batch.Targets.sum().item<float>());
    }

    [Theory]
    [MemberData(nameof(Techniques))]
    public void A_technique_at_zero_changes_nothing(Technique technique)
    {
        var (images, labels) = Batch(16);
        var policy = new Policy { Name = "zero", Values = [new PolicyValue(technique, 0)] };

        Assert.True(SameBits(Apply(policy, images, labels, 1).Images, images.to(ScalarType.Float32)));
    }

    [Theory]
    [MemberData(nameof(Techniques))]
    public void Equal_seeds_give_equal_bits_and_other_seeds_do_not(Technique technique)
    {
        var (images, labels) = Batch(64);
        var policy = Policy.None.With(technique, TechniqueAxis.Of(technique).Maximum / 2);

        var (first, again, other) = (Apply(policy, images, labels, 7), Apply(policy, images, labels, 7), Apply(policy, images, labels, 8));

        Assert.True(SameBits(first.Images, again.Images));
        Assert.True(SameBits(first.Targets, again.Targets));
        if (technique != Technique.LabelSmoothing)
        {
            Assert.False(SameBits(first.Images, other.Images));
        }
    }

    [Theory]
    [MemberData(nameof(Techniques))]
    public void Pixels_stay_within_0_and_255_and_targets_are_distributions(Technique technique)
    {
        foreach (var shape in new long[][] { [64, 3, 32, 32], [1, 3, 32, 32], [32, 3, 20, 33], [32, 1, 28, 28], [3, 1, 1, 1] })
        {
            var (images, labels) = Batch(shape);

            var batch = Apply(Only(technique), images, labels, 3);

            Assert.Equal(shape, batch.Images.shape);
            Assert.True(batch.Images.ge(0).all().item<bool>());
            Assert.True(batch.Images.le(255).all().item<bool>());
            Assert.True(batch.Targets.ge(0).all().item<bool>());
            Assert.True((batch.Targets.sum(1) - 1).abs().lt(1e-5).all().item<bool>());
        }
    }

    [Fact]
    public void The_input_is_not_changed()
    {
        var (images, labels) = Batch(64);
        var floats = images.to(ScalarType.Float32);
        var before = floats.clone();

        Apply(Everything(), floats, labels, 1);

        Assert.True(SameBits(floats, before));
    }

    [Fact]
    public void Batches_leave_no_tensor_behind()
    {
        var (images, labels) = Batch(64);
        var augmenter = new BatchAugmenter(Everything(), Classes);
        using var generator = new Generator(1);
        augmenter.Apply(images, labels, generator).Dispose();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (var i = 0; i < 5; i++)
        {
            augmenter.Apply(images, labels, generator).Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static bool SameBits(Tensor a, Tensor b) => a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>();

    private static Policy Only(Technique technique) => Policy.None.With(technique, TechniqueAxis.Of(technique).Maximum);

    private static Policy Everything() =>
        Techniques.Aggregate(Policy.None, (policy, row) => policy.With(row.Data, TechniqueAxis.Of(row.Data).Maximum / 2));

    private static AugmentedBatch Apply(Policy policy, Tensor images, Tensor labels, ulong seed)
    {
        using var generator = new Generator(seed);
        return new BatchAugmenter(policy, Classes).Apply(images, labels, generator);
    }

    private static (Tensor Images, Tensor Labels) Batch(params long[] shape)
    {
        long[] full = shape.Length == 1 ? [shape[0], 3, 32, 32] : shape;
        using var generator = new Generator(99);
        return (randint(0, 256, full, ScalarType.Byte, CPU, generator: generator), arange(full[0], ScalarType.Int64).remainder(Classes));
    }
}
