namespace Masterful.Core.Evaluation;

/// <summary>The standard normal distribution.</summary>
public static class NormalDistribution
{
    /// <summary>P(Z &gt; z), with full relative precision in the tail.</summary>
    public static double Survival(double z) => ComplementaryError(z / Math.Sqrt(2)) / 2;

    /// <summary>The z with P(Z ≤ z) = <paramref name="probability"/>; ±∞ at 0 and 1.</summary>
    /// <param name="probability">0..1.</param>
    public static double Quantile(double probability)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        if (probability is 0 or 1)
        {
            return probability == 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        // Solved in the upper tail, where nothing cancels. Survival is convex there, so Newton from 0 rises to the root without overshoot.
        var tail = Math.Min(probability, 1 - probability);
        var z = 0.0;
        for (var i = 0; i < 200; i++)
        {
            var step = (Survival(z) - tail) / Density(z);
            z += step;
            if (Math.Abs(step) < 1e-15 * Math.Max(1, z))
            {
                break;
            }
        }

        return probability < 0.5 ? -z : z;
    }

    private static double Density(double z) => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>erfc: the all-positive series of erf (Abramowitz and Stegun 7.1.6) near 0, the continued fraction (7.1.14) beyond.</summary>
    private static double ComplementaryError(double x)
    {
        if (x < 0)
        {
            return 2 - ComplementaryError(-x);
        }

        if (x < 2)
        {
            var term = x;
            var sum = x;
            for (var n = 1; term > sum * 1e-17; n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }

            return 1 - (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum);
        }

        var fraction = x;
        for (var n = 120; n > 0; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }
}
