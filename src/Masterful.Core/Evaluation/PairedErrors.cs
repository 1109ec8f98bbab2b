namespace Masterful.Core.Evaluation;

/// <summary>
/// Which images the original and the masterful model get wrong, over paired seeds, and what follows from it about the populations
/// that images and seeds were drawn from. One arm alone is the special case of an empty second arm.
/// </summary>
internal sealed class PairedErrors
{
    private readonly bool[][] _original;
    private readonly bool[][] _masterful;

    private readonly bool _alone;

    private PairedErrors(bool[][] original, bool[][] masterful, bool alone) =>
        (_original, _masterful, _alone) = (original, masterful, alone);

    /// <summary>Seed pairs.</summary>
    internal int Seeds => _original.Length;

    /// <summary>Images.</summary>
    internal int Images => _original[0].Length;

    /// <summary>Mean error of the original, 0..1.</summary>
    internal double OriginalRate => Rate(_original);

    /// <summary>Mean error of the masterful model, 0..1.</summary>
    internal double MasterfulRate => Rate(_masterful);

    /// <summary>Compares predictions on the same images.</summary>
    internal static PairedErrors Of(IReadOnlyList<Predictions> original, IReadOnlyList<Predictions> masterful)
    {
        ArgumentOutOfRangeException.ThrowIfZero(original.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterful.Count, original.Count);
        return new PairedErrors([.. original.Select(Errors)], [.. masterful.Select(Errors)], alone: false);
    }

    /// <summary>One arm, against a model that is never wrong.</summary>
    internal static PairedErrors OfOne(IReadOnlyList<Predictions> arm)
    {
        var errors = arm.Select(Errors).ToArray();
        return new PairedErrors(errors, [.. errors.Select(e => new bool[e.Length])], alone: true);
    }

    /// <summary>
    /// Images by how many seeds of the original and how many of the masterful model get them wrong: all that an image can contribute
    /// to a mean over seeds, so that resampling images is resampling these at most (seeds + 1)² counts.
    /// </summary>
    internal IReadOnlyDictionary<(int Original, int Masterful), int> Patterns()
    {
        var (original, masterful) = (ErrorsByImage(_original), ErrorsByImage(_masterful));
        return original.Zip(masterful).CountBy(pattern => pattern).ToDictionary(p => p.Key, p => p.Value);
    }

    /// <summary>The two opposite patterns: wrong in the original alone and in the masterful model alone; for one arm, wrong and right.</summary>
    internal IReadOnlyList<(int Original, int Masterful)> Extremes => [(Seeds, 0), (0, _alone ? 0 : Seeds)];

    /// <summary>Where the variance of the mean of <c>original × e0 + masterful × e1</c> comes from.</summary>
    internal CrossedVariance Variance(double original, double masterful)
    {
        var bySeed = new double[Seeds];
        var byImage = new double[Images];
        var squares = 0.0;
        for (var s = 0; s < Seeds; s++)
        {
            for (var i = 0; i < Images; i++)
            {
                var value = (_original[s][i] ? original : 0) + (_masterful[s][i] ? masterful : 0);
                bySeed[s] += value;
                byImage[i] += value;
                squares += value * value;
            }
        }

        return CrossedVariance.Of(bySeed, byImage, squares);
    }

    private int[] ErrorsByImage(bool[][] errors)
    {
        var counts = new int[Images];
        foreach (var seed in errors)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += seed[i] ? 1 : 0;
            }
        }

        return counts;
    }

    private static double Rate(bool[][] errors) => errors.Average(seed => seed.Count(e => e) / (double)seed.Length);

    private static bool[] Errors(Predictions predictions) =>
        [.. Enumerable.Range(0, predictions.Count).Select(i => ClassificationMetrics.Predicted(predictions[i]) != predictions.Labels[i])];
}
