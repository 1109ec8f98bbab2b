namespace Masterful.Core.Evaluation;

/// <summary>
/// R = Σᵢ(e0ᵢ − e1ᵢ) / Σᵢ e0ᵢ, where eᵢ is the mean error of image i over the seeds, original (0) and masterful (1).
/// </summary>
public sealed record ErrorRateReduction
{
    /// <summary>R: 0.1 is a tenth fewer errors, below 0 is more errors; null when the original makes no error.</summary>
    public double? Value { get; init; }

    /// <summary>Interval of R by bootstrap over images and seed pairs; null with the value.</summary>
    public Interval? Interval { get; init; }

    /// <summary>The cross-check: the delta method's interval, with Student's quantile at Satterthwaite's degrees of freedom.</summary>
    public Interval? DeltaInterval { get; init; }

    /// <summary>Compares two arms on the same images in the same order; element i of both lists is a pair of the same seed.</summary>
    /// <param name="original">Predictions of each seed.</param>
    /// <param name="masterful">Predictions of each seed; the same list object means the same model, whose reduction is 0 exactly.</param>
    /// <param name="confidence">Of the intervals, such as 0.95.</param>
    /// <param name="seed">Of the resampling.</param>
    /// <param name="resamples">More make the interval's ends steadier, not better.</param>
    public static ErrorRateReduction Compare(
        IReadOnlyList<Predictions> original, IReadOnlyList<Predictions> masterful, double confidence, long seed, int resamples = 10_000)
    {
        var errors = PairedErrors.Of(original, masterful);
        if (errors.OriginalRate == 0)
        {
            return new ErrorRateReduction();
        }

        if (ReferenceEquals(original, masterful))
        {
            return new ErrorRateReduction { Value = 0, Interval = new Interval(0, 0), DeltaInterval = new Interval(0, 0) };
        }

        var value = 1 - (errors.MasterfulRate / errors.OriginalRate);
        return new ErrorRateReduction
        {
            Value = value,
            Interval = new CrossedBootstrap(errors, confidence, seed, resamples).Reduction(),
            DeltaInterval = Delta(errors, value, confidence),
        };
    }

    /// <summary>Linearised, R's error is the mean of ((1 − R)·e0 − e1) over the mean of e0.</summary>
    private static Interval Delta(PairedErrors errors, double value, double confidence)
    {
        var variance = errors.Variance(1 - value, -1);
        var half = StudentDistribution.Quantile((1 + confidence) / 2, variance.DegreesOfFreedom)
            * Math.Sqrt(variance.Total) / errors.OriginalRate;
        return new Interval(value - half, value + half);
    }
}
