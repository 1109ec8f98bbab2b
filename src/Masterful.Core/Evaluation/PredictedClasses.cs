namespace Masterful.Core.Evaluation;

/// <summary>How often an arm predicts each class, and how often rightly, over all seeds.</summary>
/// <param name="classes">Number of classes.</param>
internal sealed class PredictedClasses(int classes)
{
    private readonly int[] _right = new int[classes];
    private readonly int[] _predicted = new int[classes];

    /// <summary>Counts a prediction; −1 is none.</summary>
    internal void Count(int predicted, int label)
    {
        if (predicted >= 0)
        {
            _predicted[predicted]++;
            _right[predicted] += predicted == label ? 1 : 0;
        }
    }

    /// <summary>Times that the class is predicted.</summary>
    internal int Of(int label) => _predicted[label];

    /// <summary>TP / (TP + FP); NaN of a class that is never predicted.</summary>
    internal double Precision(int label) => _right[label] / (double)_predicted[label];

    /// <summary>
    /// What a prediction adds to its class's precision, to first order, as precision is a ratio of two counts: right or wrong less the
    /// precision, over the times that the class is predicted.
    /// </summary>
    internal double Influence(int predicted, int label) => ((predicted == label ? 1 : 0) - Precision(predicted)) / _predicted[predicted];
}
