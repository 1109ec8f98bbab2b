using Masterful.Core.Techniques;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Techniques;

/// <summary>The sets of TrivialAugmentWide and RandAugment as torchvision 0.21 documents them, for 32×32 images.</summary>
public sealed class AugmentationSetsTests : IDisposable
{
    private static readonly string[] Names =
    [
        "identity", "shear_x_from_top", "shear_y_from_left", "translate_x", "translate_y", "rotate", "brightness", "saturation", "contrast",
        "sharpness", "posterize", "solarize", "autocontrast", "equalize",
    ];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Both_sets_hold_the_published_operations()
    {
        Assert.Equal(Names, TrivialAugment.Set.Select(t => t.Transform?.Name ?? "identity"));
        Assert.Equal(Names, RandAugment.Set.Select(t => t.Transform?.Name ?? "identity"));
        Assert.Equal(Names[1..10], TrivialAugment.Set.Where(t => t.Signed).Select(t => t.Transform!.Name));
        Assert.Equal(Names[1..10], RandAugment.Set.Where(t => t.Signed).Select(t => t.Transform!.Name));
    }

    [Theory]
    [InlineData("shear_x_from_top", 0.99, 0.3)]
    [InlineData("translate_y", 32 / 32.0, 14 / 32.0)]
    [InlineData("rotate", 135, 30)]
    [InlineData("brightness", 0.99, 0.9)]
    [InlineData("sharpness", 0.99, 0.9)]
    [InlineData("posterize", 2, 4)]
    [InlineData("solarize", 0, 0)]
    public void Ranges_end_where_the_published_ones_do(string name, double trivial, double rand)
    {
        var plan = new TransformPlan([1, 3, 32, 32]);

        Assert.Equal(trivial, TrivialAugment.Set.Single(t => t.Transform?.Name == name).Range(1, plan), 9);
        Assert.Equal(rand, RandAugment.Set.Single(t => t.Transform?.Name == name).Range(1, plan), 9);
    }

    [Fact]
    public void Posterize_takes_the_published_bits_at_each_of_31_bins()
    {
        var plan = new TransformPlan([1, 3, 32, 32]);
        var set = TrivialAugment.Set.Single(t => t.Transform?.Name == "posterize");

        var bits = Enumerable.Range(0, 31).Select(bin => (int)set.Range(bin / 30.0, plan));

        Assert.Equal([8, 8, 8, 7, 7, 7, 7, 7, 6, 6, 6, 6, 6, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2], bits);
    }

    [Fact]
    public void Shear_of_the_sets_keeps_the_top_left_corner()
    {
        var images = full([1, 1, 8, 8], 100f);
        var plan = new TransformPlan(images.shape);
        plan.Add(Stage.TrivialAugment, 0, Transforms.ShearXFromTop, 0.5);

        plan.Run(images);

        // Row y moves left by half of y + 0.5 pixels, so that only the right end of low rows is empty.
        Assert.True(images.narrow(3, 0, 3).eq(100).all().item<bool>());
        Assert.Equal(75, images[0, 0, 0, 7].item<float>(), 0.01);
        Assert.Equal(0, images[0, 0, 7, 7].item<float>(), 0.01);
    }

    [Fact]
    public void Rand_augment_turns_after_colouring_without_colouring_the_empty_corners()
    {
        var images = full([1, 3, 16, 16], 50f);
        var plan = new TransformPlan(images.shape);
        plan.Add(Stage.RandAugmentFirst, 0, Transforms.Invert, 1);
        plan.Add(Stage.RandAugmentSecond, 0, Transforms.Rotate, 45, inPlace: true);

        plan.Run(images);

        Assert.Equal(0, images[0, 0, 0, 0].item<float>());
        Assert.Equal(205, images[0, 0, 8, 8].item<float>(), 0.01);
    }
}
