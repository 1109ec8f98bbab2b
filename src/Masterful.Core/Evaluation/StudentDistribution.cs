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

        // With t = √ν tan θ the density is proportional to cos^(ν−1) θ. The logarithm of the tail beyond θ is concave, so Newton's steps
        // from the right come down to the quantile and never pass it; the first may overshoot the range.
        var area = 2 * (1 - probability) * CosinePowerIntegral(degreesOfFreedom, Math.PI / 2);
        var (low, high, angle) = (0.0, Math.PI / 2, 0.0);
        for (var i = 0; i < 60; i++)
        {
            var tail = CosinePowerIntegral(degreesOfFreedom, Math.PI / 2, angle);
            (low, high) = tail > area ? (angle, high) : (low, angle);
            var step = tail > 0 ? Math.Log(tail / area) * tail / Math.Pow(Math.Cos(angle), degreesOfFreedom - 1) : double.NaN;
            var next = angle + step;
            next = next > low && next < high ? next : (low + high) / 2;
            if (Math.Abs(next - angle) < 1e-13 * high)
            {
                break;
            }

            angle = next;
        }

        return Math.Sqrt(degreesOfFreedom) * Math.Tan(angle);
    }

    /// <summary>P(|T| ≥ |t|).</summary>
    /// <param name="t">Any finite value.</param>
    /// <param name="degreesOfFreedom">At least 1, not necessarily whole.</param>
    public static double TwoSided(double t, double degreesOfFreedom)
    {
        if (degreesOfFreedom > 1e6)
        {
            return 2 * NormalDistribution.Survival(Math.Abs(t));
        }

        var angle = Math.Atan(Math.Abs(t) / Math.Sqrt(degreesOfFreedom));
        return Math.Min(1, CosinePowerIntegral(degreesOfFreedom, Math.PI / 2, angle) / CosinePowerIntegral(degreesOfFreedom, Math.PI / 2));
    }

    /// <summary>∫ cos^(ν−1) from <paramref name="start"/> to <paramref name="end"/> by Simpson's rule, for ν ≥ 1.</summary>
    private static double CosinePowerIntegral(double degreesOfFreedom, double end, double start = 0)
    {
        // Beyond this angle the integrand is under 1e-18 of its peak.
        var reach = Math.Min(end, 9.2 / Math.Sqrt(Math.Max(degreesOfFreedom, 1))) - start;
        if (reach <= 0)
        {
            return 0;
        }

        const int Intervals = 400;
        var sum = 0.0;
        for (var i = 0; i <= Intervals; i++)
        {
            var weight = i is 0 or Intervals ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.Pow(Math.Max(0, Math.Cos(start + (reach * i / Intervals))), degreesOfFreedom - 1);
        }

        return sum * reach / (3 * Intervals);
    }
}
