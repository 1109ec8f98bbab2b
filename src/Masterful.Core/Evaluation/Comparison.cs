using Masterful.Results;

namespace Masterful.Core.Evaluation;

/// <summary>The figures of a result file that come from predictions.</summary>
public static class Comparison
{
    /// <summary>One arm's figures: rates and losses are means over the seeds, intervals are of the population that images and seeds stand for.</summary>
    /// <param name="seeds">Predictions on the evaluation split, one for each seed, at least one.</param>
    /// <param name="classes">Names in label order.</param>
    /// <param name="validationLoss">Mean over the seeds of the select split's cross-entropy after one fitted temperature each, in nats.</param>
    /// <param name="confidence">Of every interval.</param>
    /// <param name="seed">Of the resampling.</param>
    public static ArmResult Arm(
        IReadOnlyList<Predictions> seeds, IReadOnlyList<string> classes, double validationLoss, double confidence, long seed)
    {
        var metrics = ClassificationMetrics.Of(seeds);
        var interval = new CrossedBootstrap(PairedErrors.OfOne(seeds), confidence, seed).Difference();
        return new ArmResult
        {
            ErrorRate = metrics.ErrorRate,
            ErrorRateLow = Math.Max(0, interval.Low),
            ErrorRateHigh = Math.Min(1, interval.High),
            ErrorRatePerSeed = [.. seeds.Select(ClassificationMetrics.ErrorRateOf)],
            ValidationLoss = validationLoss,
            TestLoss = metrics.CrossEntropy,
            Classes = [.. classes.Select((name, c) => Class(metrics, name, c, seeds.Count, confidence))],
            Confusion = metrics.Confusion,
        };
    }

    /// <summary>An arm of which no training came to an end: every figure is NaN, so that no gate passes on it.</summary>
    public static ArmResult MissingArm(IReadOnlyList<string> classes) => new()
    {
        ErrorRate = double.NaN,
        ErrorRateLow = double.NaN,
        ErrorRateHigh = double.NaN,
        ErrorRatePerSeed = [],
        ValidationLoss = double.NaN,
        TestLoss = double.NaN,
        Classes = [.. classes.Select(name => new ClassResult
        {
            Name = name,
            Recall = double.NaN,
            RecallLow = double.NaN,
            RecallHigh = double.NaN,
            Precision = double.NaN,
            PrecisionLow = double.NaN,
            PrecisionHigh = double.NaN,
        })],
    };

    /// <summary>The two arms compared; element i of both lists is a pair of the same seed, and the same list object is the same model.</summary>
    public static ComparisonResult Compare(
        IReadOnlyList<Predictions> original, IReadOnlyList<Predictions> masterful, IReadOnlyList<string> classes,
        double originalValidationLoss, double masterfulValidationLoss, double confidence, long seed)
    {
        var reduction = ErrorRateReduction.Compare(original, masterful, confidence, seed);
        return new ComparisonResult
        {
            ErrorRateReduction = reduction.Value,
            Low = reduction.Interval?.Low,
            High = reduction.Interval?.High,
            Confidence = confidence,
            DeltaLow = reduction.DeltaInterval?.Low,
            DeltaHigh = reduction.DeltaInterval?.High,
            McnemarP = McNemar.Test(original[0], masterful[0]),
            ValidationLossReduction = (originalValidationLoss - masterfulValidationLoss) / originalValidationLoss,
            Classes = ReferenceEquals(original, masterful)
                ? [.. classes.Select(name => new ClassChange(name, 0, 0, 0))]
                : [.. classes.Select((name, c) => Change(original, masterful, name, c, confidence, seed))],
        };
    }

    private static ClassResult Class(ClassificationMetrics metrics, string name, int label, int seeds, double confidence)
    {
        var hits = metrics.Confusion[label][label] / (double)seeds;
        var recall = WilsonInterval.Of(hits, metrics.Support[label] / (double)seeds, confidence);
        var precision = WilsonInterval.Of(hits, metrics.PredictedCount[label] / (double)seeds, confidence);
        return new ClassResult
        {
            Name = name,
            Support = metrics.Support[label] / seeds,
            Recall = metrics.Recall[label],
            RecallLow = recall.Low,
            RecallHigh = recall.High,
            Precision = metrics.Precision[label],
            PrecisionLow = precision.Low,
            PrecisionHigh = precision.High,
        };
    }

    /// <summary>Recall is 1 − error among the images of the class, so its change is the mean of e0 − e1 over them.</summary>
    private static ClassChange Change(
        IReadOnlyList<Predictions> original, IReadOnlyList<Predictions> masterful, string name, int label, double confidence, long seed)
    {
        if (!original[0].Labels.Contains(label))
        {
            return new ClassChange(name, double.NaN, double.NaN, double.NaN);
        }

        var errors = PairedErrors.Of(original, masterful, only: label);
        var interval = new CrossedBootstrap(errors, confidence, seed, resamples: 4000).Difference();
        return new ClassChange(name, errors.OriginalRate - errors.MasterfulRate, interval.Low, interval.High);
    }
}
