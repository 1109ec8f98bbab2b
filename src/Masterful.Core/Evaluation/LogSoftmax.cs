namespace Masterful.Core.Evaluation;

/// <summary>Cross-entropy of one row of logits, stable for any finite size: the largest logit is subtracted before exponentiation.</summary>
internal static class LogSoftmax
{
    /// <summary>ln Σ exp(zᵢ / T) − z[label] / T in nats; NaN when a logit is NaN.</summary>
    internal static double CrossEntropy(ReadOnlySpan<float> logits, int label, double inverseTemperature = 1)
    {
        var largest = Largest(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp((logit - largest) * inverseTemperature);
        }

        return Math.Log(sum) - ((logits[label] - largest) * inverseTemperature);
    }

    /// <summary>softmax(z / T), written to <paramref name="probabilities"/>.</summary>
    internal static void Probabilities(ReadOnlySpan<float> logits, Span<double> probabilities, double inverseTemperature)
    {
        var largest = Largest(logits);
        var sum = 0.0;
        for (var c = 0; c < logits.Length; c++)
        {
            sum += probabilities[c] = Math.Exp((logits[c] - largest) * inverseTemperature);
        }

        for (var c = 0; c < logits.Length; c++)
        {
            probabilities[c] /= sum;
        }
    }

    /// <summary>The largest logit; NaN when any is NaN.</summary>
    internal static double Largest(ReadOnlySpan<float> logits)
    {
        var largest = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        return largest;
    }
}
