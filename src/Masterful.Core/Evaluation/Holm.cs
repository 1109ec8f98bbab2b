namespace Masterful.Core.Evaluation;

/// <summary>Holm's step-down correction for testing several hypotheses (Holm 1979).</summary>
public static class Holm
{
    /// <summary>Adjusted p-values, in the order given: reject those at or under the level.</summary>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> p)
    {
        var adjusted = new double[p.Count];
        var largest = 0.0;
        foreach (var (rank, index) in Ranked(p))
        {
            largest = Math.Max(largest, Math.Min(1, p[index] * (p.Count - rank)));
            adjusted[index] = largest;
        }

        return adjusted;
    }

    /// <summary>
    /// The level at which each hypothesis is tested, in the order given: rejected ones at their own step's, the others at that of the step
    /// at which rejecting ends. An interval of that level excludes the hypothesis exactly where it is rejected.
    /// </summary>
    /// <param name="p">Two-sided p-values, not adjusted.</param>
    /// <param name="level">Of all together.</param>
    public static IReadOnlyList<double> Levels(IReadOnlyList<double> p, double level)
    {
        var levels = new double[p.Count];
        var (steps, rejecting) = (p.Count, true);
        foreach (var (rank, index) in Ranked(p))
        {
            steps = rejecting ? p.Count - rank : steps;
            levels[index] = level / steps;
            rejecting = rejecting && p[index] <= levels[index];
        }

        return levels;
    }

    private static IEnumerable<(int Rank, int Index)> Ranked(IReadOnlyList<double> p) => Enumerable.Range(0, p.Count).OrderBy(i => p[i]).Index();
}
