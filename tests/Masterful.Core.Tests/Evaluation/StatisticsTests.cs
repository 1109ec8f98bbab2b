using Masterful.Core.Evaluation;
using Xunit;

namespace Masterful.Core.Tests.Evaluation;

public sealed class StatisticsTests
{
    [Fact]
    public void Wilson_intervals_agree_with_statsmodels() =>
        Assert.All(GoldenStatistics.Root.GetProperty("wilson").EnumerateArray(), golden =>
        {
            var interval = WilsonInterval.Of(
                golden.GetProperty("successes").GetInt32(), golden.GetProperty("n").GetInt32(), golden.GetProperty("confidence").GetDouble());
            Assert.Equal(golden.GetProperty("low").GetDouble(), interval.Low, 1e-12);
            Assert.Equal(golden.GetProperty("high").GetDouble(), interval.High, 1e-12);
        });

    [Fact]
    public void McNemars_tests_agree_with_statsmodels() =>
        Assert.All(GoldenStatistics.Root.GetProperty("mcnemar").EnumerateArray(), golden =>
        {
            var table = golden.GetProperty("table");
            var (b, c) = (table[0][1].GetInt32(), table[1][0].GetInt32());
            Assert.Equal(golden.GetProperty("exact_p").GetDouble(), McNemar.Exact(b, c), 1e-12);
            if (golden.GetProperty("chi2_corrected_p") is { ValueKind: System.Text.Json.JsonValueKind.Number } p)
            {
                Assert.Equal(p.GetDouble(), McNemar.ChiSquare(b, c), 1e-12);
            }
        });

    [Theory]
    [InlineData(10, 14, true)]
    [InlineData(10, 15, false)]
    public void McNemar_is_exact_under_25_discordant_images(int b, int c, bool exact) =>
        Assert.Equal(exact ? McNemar.Exact(b, c) : McNemar.ChiSquare(b, c), McNemar.Test(b, c));

    [Fact]
    public void McNemar_counts_the_images_that_only_one_model_gets_right()
    {
        var first = new Predictions([1, 0, 1, 0, 1, 0, 0, 1], 2, [0, 0, 0, 0]);
        var second = new Predictions([0, 1, 0, 1, 0, 1, 0, 1], 2, [0, 0, 0, 0]);

        Assert.Equal(0.25, McNemar.Test(first, second), 1e-12);
    }

    [Fact]
    public void Holms_correction_agrees_with_statsmodels()
    {
        var golden = GoldenStatistics.Root.GetProperty("holm");
        Assert.All(
            golden.GetProperty("adjusted").Numbers().Zip(Holm.Adjust(golden.GetProperty("p").Numbers())),
            pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void Holms_levels_reject_what_his_adjusted_p_rejects()
    {
        var random = new Random(4);
        for (var i = 0; i < 200; i++)
        {
            double[] p = [.. Enumerable.Range(0, 1 + (i % 12)).Select(_ => Math.Pow(random.NextDouble(), 4))];

            Assert.Equal(Holm.Adjust(p).Select(a => a <= 0.05), p.Zip(Holm.Levels(p, 0.05), (value, level) => value <= level));
        }

        Assert.Equal([0.05 / 3, 0.05 / 2, 0.05 / 2], Holm.Levels([0.001, 0.03, 0.9], 0.05));
    }

    [Fact]
    public void Without_trials_there_is_no_share_and_no_interval() =>
        Assert.Equal(new Interval(double.NaN, double.NaN), WilsonInterval.Of(0, 0, 0.95));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7.5)]
    [InlineData(400)]
    [InlineData(2e6)]
    public void Students_tail_is_that_of_its_quantile(double degreesOfFreedom) => Assert.All([0.9, 0.3, 0.05, 1e-3, 1e-6], p =>
        Assert.Equal(p, StudentDistribution.TwoSided(StudentDistribution.Quantile(1 - (p / 2), degreesOfFreedom), degreesOfFreedom), 1e-3 * p));

    [Fact]
    public void Isotonic_regression_agrees_with_scikit_learn()
    {
        var golden = GoldenStatistics.Root.GetProperty("isotonic");
        Assert.All(
            golden.GetProperty("fitted").Numbers().Zip(IsotonicRegression.Fit(golden.GetProperty("y").Numbers())),
            pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void Isotonic_regression_weighs_what_it_pools() =>
        Assert.Equal([1, 2.75, 2.75, 4], IsotonicRegression.Fit([1, 5, 2, 4], [1, 1, 3, 1]));

    [Theory]
    [InlineData(0.975, 1.9599639845400545)]
    [InlineData(0.995, 2.5758293035489004)]
    [InlineData(0.05, -1.6448536269514722)]
    [InlineData(1e-9, -5.9978070150076865)]
    [InlineData(0.5, 0)]
    public void Normal_quantiles_are_those_of_the_tables(double probability, double z) =>
        Assert.Equal(z, NormalDistribution.Quantile(probability), 1e-12);

    [Theory]
    [InlineData(0.975, 1, 12.7062047361747)]
    [InlineData(0.975, 2, 4.30265272974946)]
    [InlineData(0.975, 5, 2.57058183563631)]
    [InlineData(0.95, 30, 1.69726088659395)]
    [InlineData(0.025, 10, -2.22813885198627)]
    [InlineData(0.975, 9999, 1.96020123999)]
    public void Student_quantiles_are_those_of_the_tables(double probability, double degreesOfFreedom, double t) =>
        Assert.Equal(t, StudentDistribution.Quantile(probability, degreesOfFreedom), 1e-6 * Math.Abs(t));

    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(900)]
    public void Gamma_draws_have_the_mean_and_the_variance_of_their_shape(double shape)
    {
        var variates = new RandomVariates(3);
        var draws = Enumerable.Range(0, 40_000).Select(_ => variates.Gamma(shape)).ToArray();
        var mean = draws.Average();

        Assert.Equal(shape, mean, 4 * Math.Sqrt(shape / draws.Length));
        Assert.Equal(1, draws.Average(d => (d - mean) * (d - mean)) / shape, 0.06);
    }
}
