using Masterful.Core.Evaluation;
using Xunit;

namespace Masterful.Core.Tests.Evaluation;

public sealed class ClassificationMetricsTests
{
    private static Predictions Golden { get; } = new(
        [.. GoldenStatistics.Root.GetProperty("classification").GetProperty("logits").EnumerateArray().SelectMany(r => r.Numbers()).Select(v => (float)v)],
        4,
        GoldenStatistics.Root.GetProperty("classification").GetProperty("truth").Integers());

    [Fact]
    public void All_metrics_agree_with_scikit_learn()
    {
        var golden = GoldenStatistics.Root.GetProperty("classification");
        var metrics = ClassificationMetrics.Of(Golden);

        Assert.Equal(golden.GetProperty("confusion_rows_truth").EnumerateArray().Select(r => r.Integers()), metrics.Confusion);
        Assert.Equal(golden.GetProperty("support").Integers(), metrics.Support);
        AssertClose(golden.GetProperty("recall").Numbers(), metrics.Recall, 1e-12);
        AssertClose(golden.GetProperty("precision").Numbers(), metrics.Precision, 1e-12);
        Assert.Equal(golden.GetProperty("error_rate").GetDouble(), metrics.ErrorRate, 1e-12);
        Assert.Equal(golden.GetProperty("error_rate").GetDouble(), ClassificationMetrics.ErrorRateOf(Golden), 1e-12);
        Assert.Equal(golden.GetProperty("mean_cross_entropy").GetDouble(), metrics.CrossEntropy, 1e-7);
    }

    [Fact]
    public void Recall_of_an_absent_class_and_precision_of_one_that_is_never_predicted_are_undefined()
    {
        var metrics = ClassificationMetrics.Of(new Predictions([1, 0, 0, 1, 0, 0], 3, [0, 1]));

        Assert.Equal([0.5, double.NaN, double.NaN], metrics.Precision);
        Assert.Equal([1, 0, double.NaN], metrics.Recall);
        Assert.Equal(0.5, metrics.ErrorRate);
    }

    [Fact]
    public void What_is_undefined_is_so_in_an_arm_and_in_its_changes()
    {
        Predictions[] original = [new([1, 0, 0, 1, 0, 0], 3, [0, 1]), new([1, 0, 0, 1, 0, 0], 3, [0, 1])];
        Predictions[] masterful = [new([1, 0, 0, 0, 1, 0], 3, [0, 1]), new([1, 0, 0, 0, 1, 0], 3, [0, 1])];
        string[] names = ["a", "b", "absent"];

        var arm = Comparison.Arm(original, names, 0.5, 0.95, 1);
        var compared = Comparison.Compare(original, masterful, names, 0.5, 0.4, 0.95, 1);
        var same = Comparison.Compare(original, original, names, 0.5, 0.5, 0.95, 1);

        Assert.Equal((0, 0.0), (arm.Classes[2].Support, arm.Classes[2].Predicted));
        Assert.All([arm.Classes[2].Recall, arm.Classes[2].RecallLow, arm.Classes[2].RecallHigh, arm.Classes[1].Precision, arm.Classes[1].PrecisionLow, arm.Classes[2].PrecisionHigh], v => Assert.Equal(double.NaN, v));
        Assert.Equal(["within-noise", "within-noise", "undefined"], compared.Classes.Select(c => c.Verdict));
        Assert.Equal(["within-noise", "undefined", "undefined"], compared.Classes.Select(c => c.PrecisionVerdict));
        Assert.Equal(["same", "same", "undefined"], same.Classes.Select(c => c.Verdict));
        Assert.Equal(0.5, compared.Measures.Single(m => m.Measure == "meanRecall").Change, 1e-12);
        Assert.Equal(0.5, compared.Measures.Single(m => m.Measure == "meanPrecision").Change, 1e-12);
    }

    [Fact]
    public void Logits_of_any_size_give_a_finite_loss() =>
        Assert.Equal(1500, ClassificationMetrics.MeanCrossEntropy(new Predictions([3000, 0, -2000, 1000], 2, [1, 1])), 1e-6);

    [Fact]
    public void A_row_with_a_NaN_is_an_error_and_the_loss_is_NaN()
    {
        var metrics = ClassificationMetrics.Of(new Predictions([float.NaN, 0, 5, 0], 2, [0, 0]));

        Assert.Equal(0.5, metrics.ErrorRate);
        Assert.Equal(2, metrics.Support[0]);
        Assert.True(double.IsNaN(metrics.CrossEntropy));
    }

    [Fact]
    public void Seeds_are_pooled()
    {
        var pooled = ClassificationMetrics.Of([new Predictions([1, 0, 0, 1], 2, [0, 1]), new Predictions([1, 0, 1, 0], 2, [0, 1])]);

        Assert.Equal([[2, 0], [1, 1]], pooled.Confusion);
        Assert.Equal(0.25, pooled.ErrorRate);
    }

    [Fact]
    public void A_fitted_temperature_is_the_minimum_of_the_loss()
    {
        var fit = TemperatureScaling.Fit(Golden);

        Assert.Equal(fit.Loss, ClassificationMetrics.MeanCrossEntropy(Golden, fit.Temperature), 1e-12);
        for (var t = 0.06; t < 20; t *= 1.02)
        {
            Assert.True(ClassificationMetrics.MeanCrossEntropy(Golden, t) >= fit.Loss, $"T = {t} beats {fit}");
        }
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(7)]
    public void Scaled_logits_give_the_same_loss_and_a_scaled_temperature(float scale)
    {
        var fit = TemperatureScaling.Fit(Golden);
        var scaled = TemperatureScaling.Fit(Golden with { Logits = [.. Golden.Logits.Select(v => v * scale)] });

        Assert.Equal(fit.Loss, scaled.Loss, 1e-7);
        Assert.Equal(fit.Temperature * scale, scaled.Temperature, 1e-3);
    }

    [Fact]
    public void A_model_without_errors_is_sharpened_to_the_end_of_the_range() =>
        Assert.Equal(TemperatureScaling.Range.Lowest, TemperatureScaling.Fit(new Predictions([1, 0, 0, 1], 2, [0, 1])).Temperature, 1e-6);

    [Fact]
    public void Hopeless_logits_are_softened_to_the_end_of_the_range() =>
        Assert.Equal(TemperatureScaling.Range.Highest, TemperatureScaling.Fit(new Predictions([1, 0, 0, 1], 2, [1, 0])).Temperature, 1e-6);

    [Fact]
    public void A_NaN_gives_a_NaN_loss() =>
        Assert.True(double.IsNaN(TemperatureScaling.Fit(new Predictions([float.NaN, 0, 0, 1], 2, [0, 1])).Loss));

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual, double tolerance) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
}
