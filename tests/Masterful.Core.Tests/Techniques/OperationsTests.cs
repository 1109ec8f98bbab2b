using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Techniques;

public sealed class OperationsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Names => [.. Operations.All.Select(o => o.Name)];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void No_strength_is_no_change(string name)
    {
        var images = Images(3);

        Assert.True(Probe(name, 0, images).eq(images).all().item<bool>());
        Assert.True((Probe(name, 1e-6, images) - images).abs().mean().item<float>() < 0.1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void More_strength_is_more_change_and_nearby_strengths_look_alike(string name)
    {
        var images = Images(3);
        var changes = new[] { 0.25, 0.4, 0.41, 0.9 }.Select(s => Probe(name, s, images)).ToArray();

        Assert.True(Distance(changes[0], images) > 1e-3);
        // Past the middle an inverted image comes back in the negative, a hue around the circle: so the first steps are compared.
        Assert.True(Distance(changes[1], images) > Distance(changes[0], images));
        Assert.True(Distance(changes[1], changes[2]) < 0.35 * Distance(changes[1], images));
        Assert.True(Distance(changes[3], images) > Distance(changes[0], images));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Probes_are_the_same_for_equal_seeds_and_signed_ones_go_both_ways(string name)
    {
        var images = Images(3).narrow(0, 0, 1).expand(32, 3, 16, 16);
        var changed = Probe(name, 0.5, images);

        Assert.True(changed.eq(Probe(name, 0.5, images)).all().item<bool>());
        var like = (changed - changed.narrow(0, 0, 1)).abs().flatten(1).sum(1).lt(1e-2).sum().item<long>();
        if (Operations.Find(name)!.Signed)
        {
            Assert.InRange(like, 6, 26);
        }
        else
        {
            Assert.Equal(32, like);
        }
    }

    [Theory]
    [InlineData("hue")]
    [InlineData("saturation_up")]
    [InlineData("saturation_down")]
    public void Grey_images_have_no_colours_to_change(string name)
    {
        var images = Images(1);

        Assert.True(Probe(name, 0.7, images).eq(images).all().item<bool>());
    }

    [Fact]
    public void Grey_images_change_like_colour_images_that_show_grey()
    {
        var grey = Images(1);
        foreach (var operation in Operations.All)
        {
            var difference = Probe(operation.Name, 0.6, grey.expand(-1, 3, -1, -1)) - Probe(operation.Name, 0.6, grey);
            // The mean grey of colours is taken in whole levels, of grey images too; luma of equal channels may round down by one.
            Assert.True(difference.abs().mean().item<float>() < 1, operation.Name);
        }
    }

    [Fact]
    public void Names_are_unique_and_every_cluster_has_operations()
    {
        Assert.Equal(Operations.All.Count, Operations.All.Select(o => o.Name).Distinct().Count());
        Assert.Equal([Technique.Spatial, Technique.Hsv, Technique.Contrast, Technique.Blur], Operations.Clusters);
        Assert.Empty(Operations.Of(Technique.Rotate));
        Assert.Throws<ArgumentException>(() => Probe("sepia", 0.5, Images(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Probe("hue", double.NaN, Images(3)));
    }

    private static double Distance(Tensor a, Tensor b) => (a - b).abs().mean().item<float>();

    private static Tensor Probe(string name, double strength, Tensor images)
    {
        using var generator = new Generator(6);
        return OperationProbe.Apply(name, strength, images, generator);
    }

    /// <summary>Smooth waves of whole levels that differ by channel and image.</summary>
    private static Tensor Images(int channels)
    {
        var (n, c) = (arange(32f).view(-1, 1, 1, 1), arange((float)channels).view(1, -1, 1, 1));
        var (y, x) = (arange(16f).view(1, 1, -1, 1), arange(16f).view(1, 1, 1, -1));
        return (((0.5 * x) + c + n).sin() * ((0.3 * y) - (0.5 * c) + (0.2 * n)).cos() * 110).add(127).floor();
    }
}
