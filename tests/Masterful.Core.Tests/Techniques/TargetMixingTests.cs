using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Techniques;

/// <summary>Targets say what is in the picture: every image is filled with its own class's level, so pixels can be read back as shares.</summary>
public sealed class TargetMixingTests : IDisposable
{
    private const int Classes = 5;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(Technique.Mixup)]
    [InlineData(Technique.Cutmix)]
    public void Mixed_targets_are_the_shares_of_the_mixed_pixels(Technique technique)
    {
        var labels = arange(500, ScalarType.Int64).remainder(Classes);
        var images = labels.to(ScalarType.Float32).mul(50).view(-1, 1, 1, 1).expand(500, 3, 12, 20);
        using var generator = new Generator(2);

        var batch = new BatchAugmenter(Policy.None.With(technique, 0.7), Classes).Apply(images, labels, generator);

        var shown = batch.Images.mean([1, 2, 3]);
        var told = batch.Targets.matmul(arange(Classes, ScalarType.Float32)).mul(50);
        Assert.True((shown - told).abs().max().item<float>() < 0.01);
        Assert.True(batch.Targets.gt(0.01).sum(1).eq(2).sum().item<long>() > 100);
    }

    [Fact]
    public void Cutmix_pastes_one_rectangle()
    {
        var labels = arange(200, ScalarType.Int64).remainder(Classes);
        var images = labels.to(ScalarType.Float32).mul(50).view(-1, 1, 1, 1).expand(200, 1, 12, 20);
        using var generator = new Generator(2);

        var pasted = new BatchAugmenter(Policy.None.With(Technique.Cutmix, 1), Classes).Apply(images, labels, generator).Images.ne(images);

        // A set of pixels is a rectangle when it is the product of its rows and columns.
        Assert.True(pasted.eq(pasted.any(2, true) & pasted.any(3, true)).all().item<bool>());
        Assert.True(pasted.any().item<bool>());
    }

    [Theory]
    [InlineData(50, 0.15)]
    [InlineData(100, 0.3)]
    public void Label_smoothing_moves_three_tenths_of_magnitude_evenly(double magnitude, double epsilon)
    {
        using var generator = new Generator(2);
        var labels = arange(Classes, ScalarType.Int64);

        var targets = new BatchAugmenter(Policy.None.With(Technique.LabelSmoothing, magnitude), Classes)
            .Apply(zeros(Classes, 3, 4, 4), labels, generator).Targets;

        var expected = (eye(Classes) * (1 - epsilon)) + (epsilon / Classes);
        Assert.True((targets - expected).abs().max().item<float>() < 1e-6);
    }
}
