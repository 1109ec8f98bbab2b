using Masterful.Results;

namespace Masterful.Core.Evaluation;

/// <summary>Changes of figures over all images from original to masterful, with intervals over images and paired seeds.</summary>
/// <param name="confidence">Of the intervals.</param>
internal sealed class OverallChanges(double confidence)
{
    /// <summary>Mean over the classes that have images of the change of recall.</summary>
    internal MeasureChange MeanRecall(PairedPredictions pairs)
    {
        var classes = pairs.Support.Count(s => s > 0);
        var table = Enumerable.Range(0, pairs.Seeds).Select(_ => new double[pairs.Labels.Length]).ToArray();
        pairs.ForEach((seed, image, original, masterful) =>
        {
            var label = pairs.Labels[image];
            var share = pairs.Labels.Length / ((double)classes * pairs.Support[label]);
            table[seed][image] = ((original == label ? 0 : 1) - (masterful == label ? 0 : 1)) * share;
        });
        return Judge("meanRecall", table, lowerIsBetter: false);
    }

    /// <summary>Of a loss: mean of each image's.</summary>
    /// <param name="measure">Its name in files.</param>
    /// <param name="original">Each image's loss, one list a seed.</param>
    /// <param name="masterful">The same, paired by position.</param>
    internal MeasureChange Loss(string measure, IEnumerable<double[]> original, IEnumerable<double[]> masterful) => Judge(
        measure, [.. original.Zip(masterful, (before, after) => after.Zip(before, (a, b) => a - b).ToArray())], lowerIsBetter: true);

    /// <summary>
    /// Mean over the classes that both arms predict of the change of precision: what each image adds to a class's change, as in
    /// <see cref="ClassDifference.OfPrecision"/>, over all classes.
    /// </summary>
    internal MeasureChange MeanPrecision(PairedPredictions pairs, IReadOnlyList<ClassDifference?> differences)
    {
        var shares = differences.Select(d => d is null ? 0 : 1.0 / differences.Count(x => x is not null)).ToArray();
        var (before, after) = (new PredictedClasses(pairs.ClassCount), new PredictedClasses(pairs.ClassCount));
        pairs.ForEach((_, image, original, masterful) =>
        {
            before.Count(original, pairs.Labels[image]);
            after.Count(masterful, pairs.Labels[image]);
        });
        var cells = pairs.Seeds * (double)pairs.Labels.Length;
        var table = Enumerable.Range(0, pairs.Seeds).Select(_ => new double[pairs.Labels.Length]).ToArray();
        pairs.ForEach((seed, image, original, masterful) =>
        {
            double Of(PredictedClasses arm, int predicted) => predicted < 0 || shares[predicted] == 0
                ? 0
                : shares[predicted] * cells * arm.Influence(predicted, pairs.Labels[image]);
            table[seed][image] = Of(after, masterful) - Of(before, original);
        });
        var change = differences.Sum(d => d is null ? 0 : d.Change) / Math.Max(1, differences.Count(d => d is not null));
        return Judge("meanPrecision", table, lowerIsBetter: false, differences.All(d => d is null) ? double.NaN : change);
    }

    private MeasureChange Judge(string measure, double[][] bySeed, bool lowerIsBetter, double? known = null)
    {
        var images = bySeed[0].Length;
        var byImage = new double[images];
        foreach (var seed in bySeed)
        {
            for (var i = 0; i < images; i++)
            {
                byImage[i] += seed[i];
            }
        }

        var variance = CrossedVariance.Of([.. bySeed.Select(s => s.Sum())], byImage, bySeed.Sum(s => s.Sum(v => v * v)));
        var change = known ?? (byImage.Sum() / (images * (double)bySeed.Length));
        if (!double.IsFinite(change) || !double.IsFinite(variance.Total))
        {
            return new MeasureChange(measure, change, double.NaN, double.NaN, double.IsFinite(change) ? null : Verdict.Undefined);
        }

        var half = StudentDistribution.Quantile((1 + confidence) / 2, variance.DegreesOfFreedom) * Math.Sqrt(variance.Total);
        var (low, high) = (change - half, change + half);
        return new MeasureChange(measure, change, low, high, lowerIsBetter ? Verdict.OfFall(change, low, high) : Verdict.Of(change, low, high));
    }
}
