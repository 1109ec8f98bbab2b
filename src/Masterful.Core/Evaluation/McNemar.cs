namespace Masterful.Core.Evaluation;

/// <summary>
/// McNemar's test of two classifiers on the same images, from the discordant counts alone: the images that only the one, or only
/// the other, gets right.
/// </summary>
public static class McNemar
{
    /// <summary>From so many discordant images on, the chi-square approximation serves.</summary>
    public const int ExactBelow = 25;

    /// <summary>Two-sided p: exact under <see cref="ExactBelow"/> discordant images, else chi-square with continuity correction.</summary>
    public static double Test(int onlyFirst, int onlySecond) =>
        onlyFirst + onlySecond < ExactBelow ? Exact(onlyFirst, onlySecond) : ChiSquare(onlyFirst, onlySecond);

    /// <summary>Two-sided p of two sets of predictions on the same images.</summary>
    public static double Test(Predictions first, Predictions second)
    {
        var (onlyFirst, onlySecond) = (0, 0);
        for (var i = 0; i < first.Count; i++)
        {
            var firstRight = ClassificationMetrics.Predicted(first[i]) == first.Labels[i];
            var secondRight = ClassificationMetrics.Predicted(second[i]) == second.Labels[i];
            onlyFirst += firstRight && !secondRight ? 1 : 0;
            onlySecond += secondRight && !firstRight ? 1 : 0;
        }

        return Test(onlyFirst, onlySecond);
    }

    /// <summary>Twice the lower tail of a binomial with p = ½, at most 1.</summary>
    public static double Exact(int onlyFirst, int onlySecond)
    {
        var count = onlyFirst + onlySecond;
        var logarithm = -count * Math.Log(2);
        var tail = 0.0;
        for (var k = 0; k <= Math.Min(onlyFirst, onlySecond); k++)
        {
            tail += Math.Exp(logarithm);
            logarithm += Math.Log((count - k) / (k + 1.0));
        }

        return Math.Min(1, 2 * tail);
    }

    /// <summary>Upper tail of chi-square with one degree of freedom at (|b − c| − 1)² / (b + c); 1 without discordant images.</summary>
    public static double ChiSquare(int onlyFirst, int onlySecond)
    {
        if (onlyFirst + onlySecond == 0)
        {
            return 1;
        }

        var difference = Math.Abs(onlyFirst - onlySecond) - 1.0;
        return Math.Min(1, 2 * NormalDistribution.Survival(Math.Abs(difference) / Math.Sqrt(onlyFirst + onlySecond)));
    }
}
