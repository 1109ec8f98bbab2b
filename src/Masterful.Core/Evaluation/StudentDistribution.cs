namespace Masterful.Core.Evaluation;

/// <summary>Student's t distribution.</summary>
public static class StudentDistribution
{
    /// <summary>The t with P(T ≤ t) = <paramref name="probability"/>.</summary>
    /// <param name="probability">Between 0 and 1, both exclusive.</param>
    /// <param name="degreesOfFreedom">At least 1, not necessarily whole.</param>
    public static double Quantile(double probability, double degreesOfFreedom)
    {
        if (probability < 0.5)
        {
            return -Quantile(1 - probability, degreesOfFreedom);
        }

        if (degreesOfFreedom > 1e6)
        {
            return NormalDistribution.Quantile(probability);
        }

        // With t = √ν tan θ the density is proportional to cos^(ν−1) θ, so the quantile is a bisection over a finite range of θ.
        var area = (probability - 0.5) * 2 * CosinePowerIntegral(degreesOfFreedom, Math.PI / 2);
        var (low, high) = (0.0, Math.PI / 2);
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = CosinePowerIntegral(degreesOfFreedom, middle) < area ? (middle, high) : (low, middle);
        }

        return Math.Sqrt(degreesOfFreedom) * Math.Tan((low + high) / 2);
    }

    /// <summary>∫ cos^(ν−1) from 0 to <paramref name="end"/> by Simpson's rule, for ν ≥ 1.</summary>
    private static double CosinePowerIntegral(double degreesOfFreedom, double end)
    {
        // Beyond this angle the integrand is under 1e-18 of its peak.
        var reach = Math.Min(end, 9.2 / Math.Sqrt(Math.Max(degreesOfFreedom, 1)));
        const int Intervals = 400;
        var sum = 0.0;
        for (var i = 0; i <= Intervals; i++)
        {
            var weight = i is 0 or Intervals ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.Pow(Math.Max(0, Math.Cos(reach * i / Intervals)), degreesOfFreedom - 1);
        }

        return sum * reach / (3 * Intervals);
    }
}
