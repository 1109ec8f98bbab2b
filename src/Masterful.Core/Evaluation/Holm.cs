namespace Masterful.Core.Evaluation;

/// <summary>Holm's step-down correction for testing several hypotheses (Holm 1979).</summary>
public static class Holm
{
    /// <summary>Adjusted p-values, in the order given: reject those at or under the level.</summary>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> p)
    {
        var adjusted = new double[p.Count];
        var largest = 0.0;
        foreach (var (rank, index) in Enumerable.Range(0, p.Count).OrderBy(i => p[i]).Index())
        {
            largest = Math.Max(largest, Math.Min(1, p[index] * (p.Count - rank)));
            adjusted[index] = largest;
        }

        return adjusted;
    }
}
