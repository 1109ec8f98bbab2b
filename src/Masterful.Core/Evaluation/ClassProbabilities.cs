namespace Masterful.Core.Evaluation;

/// <summary>What a model gives each class of each image, with the labels that the images carry.</summary>
/// <param name="Values">Row-major <c>[Count, ClassCount]</c>; each row sums to 1.</param>
/// <param name="ClassCount">Number of classes.</param>
/// <param name="Labels">Given class of each image, which may be wrong.</param>
public sealed record ClassProbabilities(double[] Values, int ClassCount, int[] Labels)
{
    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>The probabilities of an image.</summary>
    public ReadOnlySpan<double> this[int image] => Values.AsSpan(image * ClassCount, ClassCount);

    /// <summary>
    /// Puts the predictions of folds together, each calibrated by its one temperature first: models of different folds, one surer of
    /// itself than the other, then speak of the same probabilities.
    /// </summary>
    /// <param name="folds">For each fold the positions of its images and the logits on them, in that order.</param>
    /// <param name="labels">Labels of all images.</param>
    public static ClassProbabilities OfFolds(IEnumerable<(IReadOnlyList<int> Images, Predictions Predictions)> folds, int[] labels)
    {
        double[] values = [];
        var classes = 0;
        foreach (var (images, predictions) in folds)
        {
            classes = predictions.ClassCount;
            values = values.Length > 0 ? values : new double[labels.Length * classes];
            var temperature = TemperatureScaling.Fit(predictions).Temperature;
            for (var i = 0; i < images.Count; i++)
            {
                LogSoftmax.Probabilities(predictions[i], values.AsSpan(images[i] * classes, classes), 1 / temperature);
            }
        }

        return new ClassProbabilities(values, classes, labels);
    }
}
