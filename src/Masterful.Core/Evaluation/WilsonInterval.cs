namespace Masterful.Core.Evaluation;

/// <summary>The score interval of a share (Wilson 1927): never outside 0..1 and sensible at 0 and at all successes.</summary>
public static class WilsonInterval
{
    /// <summary>The interval; NaN without trials, of which there is no share.</summary>
    /// <param name="successes">0 .. <paramref name="trials"/>; may be a mean over seeds, so not whole.</param>
    /// <param name="trials">0 or more.</param>
    /// <param name="confidence">Such as 0.95.</param>
    public static Interval Of(double successes, double trials, double confidence)
    {
        if (trials <= 0)
        {
            return new Interval(double.NaN, double.NaN);
        }

        var z = NormalDistribution.Quantile((1 + confidence) / 2);
        var share = successes / trials;
        var denominator = 1 + (z * z / trials);
        var centre = (share + (z * z / (2 * trials))) / denominator;
        var half = z * Math.Sqrt((share * (1 - share) / trials) + (z * z / (4 * trials * trials))) / denominator;
        return new Interval(Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
