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
    /// <param name="original">Predictions on the evaluation split.</param>
    /// <param name="masterful">Predictions on the evaluation split.</param>
    /// <param name="classes">Names in label order.</param>
    /// <param name="originalValidationLoss">Mean over the seeds, nats.</param>
    /// <param name="masterfulValidationLoss">Mean over the seeds, nats.</param>
    /// <param name="confidence">Of every interval; of all classes together.</param>
    /// <param name="seed">Of the resampling.</param>
    /// <param name="select">Predictions on the select split, for the interval of the validation loss, or null.</param>
    public static ComparisonResult Compare(
        IReadOnlyList<Predictions> original, IReadOnlyList<Predictions> masterful, IReadOnlyList<string> classes,
        double originalValidationLoss, double masterfulValidationLoss, double confidence, long seed,
        (IReadOnlyList<Predictions> Original, IReadOnlyList<Predictions> Masterful)? select = null)
    {
        var reduction = ErrorRateReduction.Compare(original, masterful, confidence, seed);
        var (before, after) = (original.Average(ClassificationMetrics.ErrorRateOf), masterful.Average(ClassificationMetrics.ErrorRateOf));
        var outcome = ComparisonOutcome.Of(before, after, reduction.Value, reduction.Interval?.Low, reduction.Interval?.High);
        var pairs = new PairedPredictions(original, masterful);
        var same = ReferenceEquals(original, masterful);
        var precision = ClassDifference.OfPrecision(pairs);
        return new ComparisonResult
        {
            ErrorRateReduction = reduction.Value,
            Outcome = outcome,
            Low = reduction.Interval?.Low,
            High = reduction.Interval?.High,
            Confidence = confidence,
            DeltaLow = reduction.DeltaInterval?.Low,
            DeltaHigh = reduction.DeltaInterval?.High,
            McnemarP = McNemar.Test(original[0], masterful[0]),
            ValidationLossReduction = (originalValidationLoss - masterfulValidationLoss) / originalValidationLoss,
            Classes = Changes(classes, ClassDifference.OfRecall(pairs), precision, same, confidence),
            Measures = same ? [] : [.. Measures(original, masterful, pairs, precision, confidence, seed, select)],
        };
    }

    private static IReadOnlyList<ClassChange> Changes(
        IReadOnlyList<string> classes, IReadOnlyList<ClassDifference?> recall, IReadOnlyList<ClassDifference?> precision, bool same, double confidence)
    {
        IReadOnlyList<JudgedChange> Judge(IReadOnlyList<ClassDifference?> differences) =>
            same ? [.. differences.Select(d => d is null ? JudgedChange.Undefined : JudgedChange.Same)] : ClassJudgement.Of(differences, confidence);
        var (recalls, precisions) = (Judge(recall), Judge(precision));
        return
        [
            .. classes.Select((name, c) => new ClassChange(name, recalls[c].Change, recalls[c].Low, recalls[c].High)
            {
                P = recalls[c].P,
                Verdict = recalls[c].Verdict,
                PrecisionChange = precisions[c].Change,
                PrecisionLow = precisions[c].Low,
                PrecisionHigh = precisions[c].High,
                PrecisionP = precisions[c].P,
                PrecisionVerdict = precisions[c].Verdict,
            }),
        ];
    }

    private static IEnumerable<MeasureChange> Measures(
        IReadOnlyList<Predictions> original, IReadOnlyList<Predictions> masterful, PairedPredictions pairs, IReadOnlyList<ClassDifference?> precision,
        double confidence, long seed, (IReadOnlyList<Predictions> Original, IReadOnlyList<Predictions> Masterful)? select)
    {
        var (errors, overall) = (PairedErrors.Of(original, masterful), new OverallChanges(confidence));
        var (fall, interval) = (errors.OriginalRate - errors.MasterfulRate, new CrossedBootstrap(errors, confidence, seed).Difference());
        yield return new MeasureChange("errorRate", -fall, -interval.High, -interval.Low, Verdict.Of(fall, interval.Low, interval.High));
        yield return overall.MeanRecall(pairs);
        yield return overall.MeanPrecision(pairs, precision);
        yield return overall.Loss("testLoss", original.Select(Losses), masterful.Select(Losses));
        if (select is { } chosen)
        {
            yield return overall.Loss("validationLoss", chosen.Original.Select(TemperatureScaling.Losses), chosen.Masterful.Select(TemperatureScaling.Losses));
        }
    }

    private static double[] Losses(Predictions predictions) =>
        [.. Enumerable.Range(0, predictions.Count).Select(i => LogSoftmax.CrossEntropy(predictions[i], predictions.Labels[i], 1))];

    private static ClassResult Class(ClassificationMetrics metrics, string name, int label, int seeds, double confidence)
    {
        var hits = metrics.Confusion[label][label] / (double)seeds;
        var recall = WilsonInterval.Of(hits, metrics.Support[label] / (double)seeds, confidence);
        var precision = WilsonInterval.Of(hits, metrics.PredictedCount[label] / (double)seeds, confidence);
        return new ClassResult
        {
            Name = name,
            Support = metrics.Support[label] / seeds,
            Predicted = metrics.PredictedCount[label] / (double)seeds,
            Recall = metrics.Recall[label],
            RecallLow = recall.Low,
            RecallHigh = recall.High,
            Precision = metrics.Precision[label],
            PrecisionLow = precision.Low,
            PrecisionHigh = precision.High,
        };
    }
}
