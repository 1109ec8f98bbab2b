using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Techniques;

/// <summary>How often and how strongly techniques act, over many draws.</summary>
public sealed class TechniqueDrawsTests
{
    private const int Many = 20_000;

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public void A_replacement_rate_is_the_share_of_images_replaced(double rate)
    {
        using var scope = NewDisposeScope();
        // Each image differs from its mirror image, its turns and every other image.
        var images = arange(Many * 4, ScalarType.Float32).view(Many, 1, 2, 2).div_(Many * 4 / 255f);
        foreach (var technique in new[] { Technique.HorizontalMirror, Technique.Rotate90, Technique.Mixup })
        {
            using var generator = new Generator(5);
            var batch = new BatchAugmenter(Policy.None.With(technique, rate), 2).Apply(images, zeros(Many, ScalarType.Int64), generator);

            var replaced = batch.Images.ne(images).flatten(1).any(1).to(ScalarType.Float32).mean().item<float>();

            // Mixup leaves an image that it mixes with λ = 1 within rounding: a share of the order of P(1 − λ < 1e-7) = 2%.
            var slack = technique == Technique.Mixup ? 0.03 * rate : 0;
            Assert.InRange(replaced, rate - slack - (4 * StandardError(rate)), rate + (4 * StandardError(rate)));
        }
    }

    [Fact]
    public void Quarter_turns_are_drawn_evenly()
    {
        using var scope = NewDisposeScope();
        var image = tensor(new float[] { 1, 2, 3, 4 }, [1, 1, 2, 2]);
        using var generator = new Generator(5);

        var turned = new BatchAugmenter(Policy.None.With(Technique.Rotate90, 1), 2)
            .Apply(image.expand(Many, 1, 2, 2), zeros(Many, ScalarType.Int64), generator).Images;

        foreach (var quarters in new[] { 1, 2, 3 })
        {
            var share = turned.eq(rot90(image, quarters, (2, 3))).flatten(1).all(1).to(ScalarType.Float32).mean().item<float>();
            Assert.InRange(share, (1 / 3.0) - (4 * StandardError(1 / 3.0)), (1 / 3.0) + (4 * StandardError(1 / 3.0)));
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public void Angles_are_even_within_90_degrees_times_magnitude(double magnitude)
    {
        var (draws, technique) = (Sample(), new Rotate(magnitude));
        var limit = 90 * magnitude / 100;

        var angles = Enumerable.Range(0, Many).Select(i => technique.Degrees(draws, i)).ToArray();

        Assert.All(angles, a => Assert.InRange(a, -limit, limit));
        for (var decile = 0; decile < 10; decile++)
        {
            var (low, high) = (-limit + (decile * limit / 5), -limit + ((decile + 1) * limit / 5));
            Assert.InRange(angles.Count(a => a >= low && a < high) / (double)Many, 0.1 - (4 * StandardError(0.1)), 0.1 + (4 * StandardError(0.1)));
        }
    }

    [Theory]
    [InlineData(10, 32, 32)]
    [InlineData(100, 32, 32)]
    [InlineData(100, 20, 60)]
    public void Erased_areas_reach_but_do_not_exceed_40_percent_times_magnitude(double magnitude, int height, int width)
    {
        var (draws, erase) = (Sample(), new Erase(magnitude));
        var limit = 0.4 * magnitude / 100 * height * width;

        var boxes = Enumerable.Range(0, Many).Select(i => erase.BoxOf(draws, i, height, width)).ToArray();

        Assert.All(boxes, b => Assert.InRange(b.Area, 0, limit));
        Assert.All(boxes, b => Assert.True(b.Top >= 0 && b.Left >= 0 && b.Top + b.Rows <= height && b.Left + b.Columns <= width));
        Assert.True(boxes.Max(b => b.Area) > 0.85 * limit);
        Assert.InRange(boxes.Average(b => b.Area), 0.35 * limit, 0.5 * limit);
        Assert.Contains(boxes, b => b.Top + b.Rows == height);
    }

    [Fact]
    public void Erased_pixels_are_black_and_the_others_untouched()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var images = full([64, 3, 16, 24], 200f);

        var erased = new BatchAugmenter(Policy.None.With(Technique.Erase, 100), 2).Apply(images, zeros(64, ScalarType.Int64), generator).Images;

        Assert.True((erased.eq(0) | erased.eq(200)).all().item<bool>());
        using var same = new Generator(5);
        var draws = Draws.Sample(64, same);
        var black = erased.eq(0).sum([1, 2, 3]).data<long>().ToArray();
        Assert.Equal(Enumerable.Range(0, 64).Select(i => 3L * new Erase(100).BoxOf(draws, i, 16, 24).Area), black);
    }

    [Theory]
    [InlineData(1.0, 0.25, 0.25)]
    [InlineData(0.2, 0.5, 0.5)]
    [InlineData(0.2, 0.25, 0.0238147)]
    public void Beta_quantiles_are_right(double a, double share, double quantile) =>
        Assert.Equal(quantile, new SymmetricBeta(a).Quantile(share), 6);

    [Fact]
    public void Beta_draws_have_their_mean_and_variance()
    {
        var (draws, beta) = (Sample(), new SymmetricBeta(0.2));

        var values = Enumerable.Range(0, Many).Select(i => beta.Quantile(draws[Draw.MixupShare, i])).ToArray();

        Assert.All(values, v => Assert.InRange(v, 0, 1));
        Assert.Equal(0.5, values.Average(), 0.015);
        // The variance of Beta(a, a) is 1 / (4 (2a + 1)).
        Assert.Equal(1 / 5.6, values.Average(v => (v - 0.5) * (v - 0.5)), 0.004);
    }

    [Fact]
    public void Every_operation_of_a_cluster_is_drawn_as_often_and_within_its_strength()
    {
        var images = 4000;
        using var generator = new Generator(11);
        var draws = Draws.Sample(images, generator);
        foreach (var cluster in Operations.Clusters)
        {
            var choices = Operations.Of(cluster).Count;
            var column = cluster switch
            {
                Technique.Spatial => Draw.SpatialOperation,
                Technique.Hsv => Draw.HsvOperation,
                Technique.Contrast => Draw.ContrastOperation,
                _ => Draw.BlurOperation,
            };
            var counts = Enumerable.Range(0, images).CountBy(i => draws.Choose(column, i, choices)).ToDictionary();
            var share = 1.0 / choices;
            var slack = 4 * Math.Sqrt(share * (1 - share) / images);
            Assert.Equal(choices, counts.Count);
            Assert.All(counts.Values, c => Assert.InRange(c / (double)images, share - slack, share + slack));
        }
    }

    [Fact]
    public void A_cluster_stays_under_its_calibrated_strength_and_leaves_out_what_is_forbidden()
    {
        using var scope = NewDisposeScope();
        var levels = Operations.Of(Technique.Hsv).ToDictionary(
            o => o.Name, o => (IReadOnlyList<double>)(o.Name == "brightness_up" ? [0.1, 0.1, 0.1, 0.1, 0.25] : [0, 0, 0, 0, 0]));
        var policy = (Policy.None with { Calibration = new Calibration(levels) }).With(Technique.Hsv, 100);
        using var generator = new Generator(5);

        var bright = new BatchAugmenter(policy, 2).Apply(full([2000, 3, 1, 1], 100f), zeros(2000, ScalarType.Int64), generator).Images;

        // Strength 0.25 of brightness_up is a factor of 1.5.
        Assert.InRange(bright.min().item<float>(), 100, 101);
        Assert.InRange(bright.max().item<float>(), 149, 150);
        Assert.InRange(bright.mean().item<float>(), 124, 126);
    }

    [Fact]
    public void Turning_a_technique_on_moves_no_draw_of_another()
    {
        using var scope = NewDisposeScope();
        var images = rand([64, 3, 16, 16]).mul_(255);
        var labels = zeros(64, ScalarType.Int64);
        var rotated = Apply(Policy.None.With(Technique.Rotate, 50));
        var erasedAlone = Apply(Policy.None.With(Technique.Erase, 100));

        var both = Apply(Policy.None.With(Technique.Rotate, 50).With(Technique.Erase, 100));

        Assert.True(both.eq(where(erasedAlone.eq(0), erasedAlone, rotated)).all().item<bool>());

        Tensor Apply(Policy policy)
        {
            using var generator = new Generator(3);
            return new BatchAugmenter(policy, 2).Apply(images, labels, generator).Images;
        }
    }

    [Fact]
    public void A_larger_share_replaces_those_of_a_smaller_one_and_more()
    {
        var draws = Sample();

        Assert.Subset(draws.Under(Draw.MirrorGate, 0.6).ToHashSet(), draws.Under(Draw.MirrorGate, 0.2).ToHashSet());
        Assert.Equal(Many, draws.Under(Draw.MirrorGate, 1).Length);
    }

    [Fact]
    public void Partners_are_a_permutation() =>
        Assert.Equal(Enumerable.Range(0, Many), Sample().Permutation(Draw.CutmixPartner).Order());

    private static double StandardError(double share) => Math.Sqrt(share * (1 - share) / Many);

    private static Draws Sample()
    {
        using var generator = new Generator(17);
        return Draws.Sample(Many, generator);
    }
}
