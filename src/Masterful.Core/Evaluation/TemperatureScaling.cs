namespace Masterful.Core.Evaluation;

/// <summary>The fitted temperature and the loss under it.</summary>
/// <param name="Temperature">Logits are divided by it.</param>
/// <param name="Loss">Mean cross-entropy in nats; NaN when the predictions hold a NaN or no image.</param>
public readonly record struct TemperatureFit(double Temperature, double Loss);

/// <summary>
/// Fits one temperature to logits (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2), so that losses of
/// policies compare what the models know and not how boldly they say it.
/// </summary>
public static class TemperatureScaling
{
    /// <summary>The sharpest and the softest temperature that a fit may choose: a model without errors has no finite optimum.</summary>
    public static (double Lowest, double Highest) Range { get; } = (0.05, 20);

    /// <summary>
    /// Minimises the mean cross-entropy over the temperature. In β = 1/T the loss is convex, so Newton steps that fall back to
    /// bisection of the derivative's sign find the one minimum.
    /// </summary>
    public static TemperatureFit Fit(Predictions predictions)
    {
        var (low, high) = (1 / Range.Highest, 1 / Range.Lowest);
        var beta = 1.0;
        for (var step = 0; step < 60 && high - low > 1e-9; step++)
        {
            var (slope, curvature) = Derivatives(predictions, beta);
            if (!double.IsFinite(slope))
            {
                return new TemperatureFit(1, double.NaN);
            }

            (low, high) = slope > 0 ? (low, beta) : (beta, high);
            var newton = beta - (slope / curvature);
            var next = newton > low && newton < high ? newton : (low + high) / 2;
            if (Math.Abs(next - beta) < 1e-10)
            {
                break;
            }

            beta = next;
        }

        return new TemperatureFit(1 / beta, ClassificationMetrics.MeanCrossEntropy(predictions, 1 / beta));
    }

    /// <summary>Cross-entropy of each image in nats, after the fitted temperature.</summary>
    public static double[] Losses(Predictions predictions)
    {
        var temperature = Fit(predictions).Temperature;
        return [.. Enumerable.Range(0, predictions.Count).Select(i => LogSoftmax.CrossEntropy(predictions[i], predictions.Labels[i], 1 / temperature))];
    }

    /// <summary>First and second derivative of the mean cross-entropy in β: mean of E[z] − z[label], and of Var[z], under softmax(βz).</summary>
    private static (double Slope, double Curvature) Derivatives(Predictions predictions, double beta)
    {
        var (slope, curvature) = (0.0, 0.0);
        for (var i = 0; i < predictions.Count; i++)
        {
            var logits = predictions[i];
            var largest = LogSoftmax.Largest(logits);
            var (sum, first, second) = (0.0, 0.0, 0.0);
            foreach (var logit in logits)
            {
                var below = logit - largest;
                var weight = Math.Exp(below * beta);
                sum += weight;
                first += weight * below;
                second += weight * below * below;
            }

            var mean = first / sum;
            slope += mean - (logits[predictions.Labels[i]] - largest);
            curvature += (second / sum) - (mean * mean);
        }

        return (slope / predictions.Count, curvature / predictions.Count);
    }
}
