namespace Masterful.Core.Search;

/// <summary>Mean of paired differences with its standard error, s ÷ √n; the error is null for a single pair.</summary>
/// <param name="Mean">Mean of after − before.</param>
/// <param name="StandardError">Of the mean.</param>
internal readonly record struct PairedDifference(double Mean, double? StandardError)
{
    /// <summary>The difference of two equally long series, paired by position.</summary>
    public static PairedDifference Of(IReadOnlyList<double> before, IReadOnlyList<double> after)
    {
        var differences = after.Zip(before, (a, b) => a - b).ToList();
        var mean = differences.Average();
        if (differences.Count < 2)
        {
            return new PairedDifference(mean, null);
        }

        var variance = differences.Sum(d => (d - mean) * (d - mean)) / (differences.Count - 1);
        return new PairedDifference(mean, Math.Sqrt(variance / differences.Count));
    }
}
