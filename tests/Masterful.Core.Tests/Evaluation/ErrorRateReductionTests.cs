using System.Diagnostics;
using Masterful.Core.Evaluation;
using Xunit;

namespace Masterful.Core.Tests.Evaluation;

public sealed class ErrorRateReductionTests
{
    /// <summary>The truth of the simulated populations: a share of errors that the masterful model does not make.</summary>
    private const double Truth = 0.15;

    [Theory]
    [InlineData(3, 10_000, 0.0)]
    [InlineData(3, 10_000, 0.015)]
    [InlineData(3, 10_000, 0.03)]
    [InlineData(5, 4_000, 0.03)]
    public void The_interval_covers_the_truth_as_often_as_it_says(int seeds, int images, double seedSpread)
    {
        const int Simulations = 150;
        var covered = 0;
        var deltaCovered = 0;
        var random = new Random(11);
        for (var simulation = 0; simulation < Simulations; simulation++)
        {
            var (original, masterful) = Simulate(random, seeds, images, seedSpread);
            var reduction = ErrorRateReduction.Compare(original, masterful, 0.95, simulation, resamples: 1000);
            covered += reduction.Interval is { } i && i.Low <= Truth && Truth <= i.High ? 1 : 0;
            deltaCovered += reduction.DeltaInterval is { } d && d.Low <= Truth && Truth <= d.High ? 1 : 0;
        }

        // 95% ± two standard errors of 150 simulations, with the cautious side left open to what a test of seeds costs.
        Assert.InRange(covered / (double)Simulations, 0.91, 0.995);
        Assert.InRange(deltaCovered / (double)Simulations, 0.91, 0.995);
    }

    [Fact]
    public void Bootstrap_and_delta_method_agree_on_much_data()
    {
        var (original, masterful) = Simulate(new Random(2), 3, 20_000, 0.0);
        var reduction = ErrorRateReduction.Compare(original, masterful, 0.95, 1);

        var width = reduction.DeltaInterval!.Value.High - reduction.DeltaInterval.Value.Low;
        Assert.Equal(width, reduction.Interval!.Value.High - reduction.Interval.Value.Low, 0.25 * width);
        Assert.InRange(reduction.Value!.Value, reduction.Interval.Value.Low, reduction.Interval.Value.High);
    }

    [Fact]
    public void The_value_is_the_share_of_the_errors_that_went_away()
    {
        var reduction = ErrorRateReduction.Compare(
            [Wrong(10, 0, 1, 2, 3), Wrong(10, 0, 1, 2, 3)], [Wrong(10, 0, 1, 2), Wrong(10, 0, 9)], 0.95, 0);

        Assert.Equal(1 - (5 / 8.0), reduction.Value!.Value, 1e-12);
    }

    [Fact]
    public void An_original_without_errors_has_no_reduction()
    {
        var reduction = ErrorRateReduction.Compare([Wrong(10)], [Wrong(10, 1)], 0.95, 0);

        Assert.Null(reduction.Value);
        Assert.Null(reduction.Interval);
    }

    [Fact]
    public void A_model_compared_with_itself_has_exactly_no_reduction()
    {
        Predictions[] arm = [Wrong(10, 1, 2)];
        var reduction = ErrorRateReduction.Compare(arm, arm, 0.95, 0);

        Assert.Equal(0, reduction.Value);
        Assert.Equal(new Interval(0, 0), reduction.Interval);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(8, true)]
    public void A_few_errors_that_all_went_away_do_not_make_an_interval_of_no_width(int errors, bool sure)
    {
        var reduction = ErrorRateReduction.Compare([Wrong(10_000, [.. Enumerable.Range(0, errors)])], [Wrong(10_000)], 0.95, 0);

        Assert.Equal(1, reduction.Value);
        Assert.Equal(sure, reduction.Interval!.Value.Low > 0);
        Assert.True(reduction.Interval.Value.Low < 0.9);
    }

    [Fact]
    public void Seeds_that_disagree_widen_the_interval()
    {
        int[] some = [.. Enumerable.Range(0, 300)];
        Predictions[] original = [Wrong(3000, some), Wrong(3000, some), Wrong(3000, some)];
        var alike = ErrorRateReduction.Compare(original, [Wrong(3000, some[..200]), Wrong(3000, some[..200]), Wrong(3000, some[..200])], 0.95, 0);
        var unlike = ErrorRateReduction.Compare(original, [Wrong(3000, some[..20]), Wrong(3000, some[..280]), Wrong(3000, some)], 0.95, 0);

        Assert.Equal(alike.Value!.Value, unlike.Value!.Value, 1e-12);
        Assert.True(alike.Interval!.Value.Low > 0.2);
        Assert.True(unlike.Interval!.Value.Low < -0.5);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval()
    {
        var (original, masterful) = Simulate(new Random(5), 3, 500, 0.02);

        Assert.Equal(ErrorRateReduction.Compare(original, masterful, 0.9, 4), ErrorRateReduction.Compare(original, masterful, 0.9, 4));
        Assert.NotEqual(ErrorRateReduction.Compare(original, masterful, 0.9, 4), ErrorRateReduction.Compare(original, masterful, 0.9, 5));
    }

    [Fact]
    public void Ten_thousand_images_take_less_than_two_seconds()
    {
        var (original, masterful) = Simulate(new Random(5), 5, 10_000, 0.02);
        var watch = Stopwatch.StartNew();
        ErrorRateReduction.Compare(original, masterful, 0.95, 4);

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 2);
    }

    [Fact]
    public void An_arms_interval_covers_its_error_rate()
    {
        const int Simulations = 200;
        var random = new Random(8);
        var covered = Enumerable.Range(0, Simulations).Count(i =>
        {
            var (original, _) = Simulate(random, 3, 1000, 0.03);
            var arm = Comparison.Arm(original, ["a", "b"], 0.3, 0.95, i);
            return arm.ErrorRateLow <= 0.1 && 0.1 <= arm.ErrorRateHigh;
        });

        Assert.InRange(covered / (double)Simulations, 0.91, 0.995);
    }

    /// <summary>
    /// Images differ in difficulty (mean error 10%), seeds in how much better or worse they are on every image, and pairs share a
    /// part of that; errors are drawn given both. Effects multiply with mean 1, so that the population's reduction is known.
    /// </summary>
    private static (Predictions[] Original, Predictions[] Masterful) Simulate(Random random, int seeds, int images, double seedSpread)
    {
        var difficulty = new double[images];
        var gain = new double[images];
        for (var i = 0; i < images; i++)
        {
            difficulty[i] = 0.5 * Math.Pow(random.NextDouble(), 4);
            gain[i] = (1 - Truth) * (0.5 + random.NextDouble());
        }

        double Effect() => seedSpread * Math.Sqrt(3) * ((2 * random.NextDouble()) - 1);
        Predictions Draw(double effect, Func<int, double> probability)
        {
            var logits = new float[2 * images];
            for (var i = 0; i < images; i++)
            {
                logits[(2 * i) + (random.NextDouble() < probability(i) * (1 + effect) ? 1 : 0)] = 1;
            }

            return new Predictions(logits, 2, new int[images]);
        }

        var original = new Predictions[seeds];
        var masterful = new Predictions[seeds];
        for (var s = 0; s < seeds; s++)
        {
            var shared = Effect() / 2;
            original[s] = Draw(shared + Effect(), i => difficulty[i]);
            masterful[s] = Draw(shared + Effect(), i => difficulty[i] * gain[i]);
        }

        return (original, masterful);
    }

    private static Predictions Wrong(int images, params int[] wrong)
    {
        var logits = new float[2 * images];
        for (var i = 0; i < images; i++)
        {
            logits[(2 * i) + (wrong.Contains(i) ? 1 : 0)] = 1;
        }

        return new Predictions(logits, 2, new int[images]);
    }
}
