namespace Masterful.Core.Evaluation;

/// <summary>What two arms take each image for, at each of their paired seeds.</summary>
internal sealed class PairedPredictions
{
    private readonly int[][] _original;
    private readonly int[][] _masterful;

    /// <summary>Of predictions on the same images in the same order.</summary>
    internal PairedPredictions(IReadOnlyList<Predictions> original, IReadOnlyList<Predictions> masterful)
        : this(original[0].Labels, original[0].ClassCount, [.. original.Select(Taken)], [.. masterful.Select(Taken)])
    {
    }

    /// <summary>Of what each image is taken for.</summary>
    /// <param name="labels">True class of each image.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="original">By seed and image; −1 is none.</param>
    /// <param name="masterful">The same, paired by position.</param>
    internal PairedPredictions(int[] labels, int classCount, int[][] original, int[][] masterful)
    {
        ArgumentOutOfRangeException.ThrowIfZero(original.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterful.Length, original.Length);
        (Labels, ClassCount, _original, _masterful) = (labels, classCount, original, masterful);
        Support = new int[classCount];
        foreach (var label in labels)
        {
            Support[label]++;
        }
    }

    /// <summary>Seed pairs.</summary>
    internal int Seeds => _original.Length;

    /// <summary>Number of classes.</summary>
    internal int ClassCount { get; }

    /// <summary>True class of each image.</summary>
    internal int[] Labels { get; }

    /// <summary>Images of each class.</summary>
    internal int[] Support { get; }

    /// <summary>Calls with seed, image, and what either model takes it for, −1 where a logit is NaN.</summary>
    internal void ForEach(Action<int, int, int, int> see)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            for (var image = 0; image < Labels.Length; image++)
            {
                see(seed, image, _original[seed][image], _masterful[seed][image]);
            }
        }
    }

    private static int[] Taken(Predictions predictions) =>
        [.. Enumerable.Range(0, predictions.Count).Select(i => ClassificationMetrics.Predicted(predictions[i]))];
}
