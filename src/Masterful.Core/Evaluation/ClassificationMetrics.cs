namespace Masterful.Core.Evaluation;

/// <summary>What a confusion matrix and a set of logits say about a classifier.</summary>
public sealed record ClassificationMetrics
{
    /// <summary>Images by true class (rows) and predicted class (columns), both in label order.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>Images of each class.</summary>
    public required IReadOnlyList<int> Support { get; init; }

    /// <summary>TP / (TP + FN) of each class; NaN for a class without images.</summary>
    public required IReadOnlyList<double> Recall { get; init; }

    /// <summary>TP / (TP + FP) of each class; NaN for a class that was never predicted.</summary>
    public required IReadOnlyList<double> Precision { get; init; }

    /// <summary>Images predicted as each class.</summary>
    public required IReadOnlyList<int> PredictedCount { get; init; }

    /// <summary>Share of images misclassified, 0..1; NaN without images.</summary>
    public required double ErrorRate { get; init; }

    /// <summary>Mean −ln p(true class), in nats; NaN without images or when a logit is NaN.</summary>
    public required double CrossEntropy { get; init; }

    /// <summary>Measures predictions.</summary>
    /// <param name="predictions">Logits with labels in 0 .. ClassCount − 1. A row that holds a NaN predicts no class: it counts as an error.</param>
    public static ClassificationMetrics Of(Predictions predictions) => Of([predictions]);

    /// <summary>
    /// Pools several seeds' predictions on the same images: counts are summed, <see cref="Support"/> included; rates and the
    /// cross-entropy are means over all of them.
    /// </summary>
    public static ClassificationMetrics Of(IReadOnlyList<Predictions> seeds)
    {
        var classes = seeds[0].ClassCount;
        var confusion = new int[classes][];
        for (var i = 0; i < classes; i++)
        {
            confusion[i] = new int[classes];
        }

        var support = new int[classes];
        foreach (var predictions in seeds)
        {
            for (var i = 0; i < predictions.Count; i++)
            {
                support[predictions.Labels[i]]++;
                if (Predicted(predictions[i]) is >= 0 and var predicted)
                {
                    confusion[predictions.Labels[i]][predicted]++;
                }
            }
        }

        var predictedCount = Enumerable.Range(0, classes).Select(c => confusion.Sum(row => row[c])).ToArray();
        return new ClassificationMetrics
        {
            Confusion = confusion,
            Support = support,
            PredictedCount = predictedCount,
            Recall = [.. Enumerable.Range(0, classes).Select(c => Share(confusion[c][c], support[c]))],
            Precision = [.. Enumerable.Range(0, classes).Select(c => Share(confusion[c][c], predictedCount[c]))],
            ErrorRate = 1 - (Enumerable.Range(0, classes).Sum(c => (double)confusion[c][c]) / support.Sum()),
            CrossEntropy = seeds.Average(p => MeanCrossEntropy(p)),
        };
    }

    /// <summary>The class with the largest logit, the first of equals; −1 when a logit is NaN.</summary>
    public static int Predicted(ReadOnlySpan<float> logits)
    {
        var largest = LogSoftmax.Largest(logits);
        return double.IsNaN(largest) ? -1 : logits.IndexOf((float)largest);
    }

    /// <summary>Share of images misclassified, 0..1; NaN without images.</summary>
    public static double ErrorRateOf(Predictions predictions) => ErrorsOf(predictions).Sum() / predictions.Count;

    /// <summary>1 for each image misclassified, 0 for the others.</summary>
    public static double[] ErrorsOf(Predictions predictions) =>
        [.. Enumerable.Range(0, predictions.Count).Select(i => Predicted(predictions[i]) == predictions.Labels[i] ? 0.0 : 1.0)];

    /// <summary>Mean −ln softmax(logits / T)[true class] in nats; NaN without images or when a logit is NaN.</summary>
    /// <param name="predictions">Logits and labels.</param>
    /// <param name="temperature">T, over 0.</param>
    public static double MeanCrossEntropy(Predictions predictions, double temperature = 1)
    {
        var sum = 0.0;
        for (var i = 0; i < predictions.Count; i++)
        {
            sum += LogSoftmax.CrossEntropy(predictions[i], predictions.Labels[i], 1 / temperature);
        }

        return sum / predictions.Count;
    }

    /// <summary>0 of 0 is NaN: neither none nor all.</summary>
    private static double Share(int part, int whole) => part / (double)whole;
}
