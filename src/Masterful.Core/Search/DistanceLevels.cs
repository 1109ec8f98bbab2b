using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;

namespace Masterful.Core.Search;

/// <summary>
/// Distance analysis: the strengths at which every operation moves a half-trained model by the same amount, so that one level moves
/// all operations of a cluster comparably.
/// </summary>
internal static class DistanceLevels
{
    /// <summary>Eleven, from nothing to the end of the range.</summary>
    public static IReadOnlyList<double> Strengths { get; } = [.. Enumerable.Range(0, 11).Select(i => i / 10.0)];

    /// <summary>Rise of mean cross-entropy, in nats, that levels 1 to 5 stand for.</summary>
    private static readonly double[] Targets = [0.05, 0.1, 0.2, 0.4, 0.8];

    /// <summary>An operation must leave the model right on at least half of the images.</summary>
    private const double LargestError = 0.5;

    /// <summary>The operations whose levels the techniques need.</summary>
    public static IReadOnlyList<string> OperationsOf(IEnumerable<Technique> techniques) =>
        [.. techniques.SelectMany(t => t == Technique.Rotate ? [Operations.Rotate] : Operations.Of(t)).Select(o => o.Name)];

    /// <summary>Levels from a probe; what was capped or forbidden is told in <paramref name="notes"/>.</summary>
    public static Calibration Calibrate(DistanceProbeResult probe, ICollection<string> notes)
    {
        var levels = new Dictionary<string, IReadOnlyList<double>>();
        foreach (var operation in probe.Operations)
        {
            levels[operation.Operation] = Levels(operation, probe, notes);
        }

        return new Calibration(levels);
    }

    /// <summary>
    /// Where the monotone curve first reaches each target. A curve that never reaches one is capped at the end of its range, and no level
    /// goes beyond the largest strength at which the error stays within one half (for a model that is hardly better itself: within a third
    /// of the way from its clean error to 1): with none such, the operation is off.
    /// </summary>
    private static List<double> Levels(OperationDistance operation, DistanceProbeResult probe, ICollection<string> notes)
    {
        var curve = IsotonicRegression.Fit([.. operation.Losses.Select(l => double.IsFinite(l) ? Math.Max(0, l - probe.CleanLoss) : Targets[^1] * 10)]);
        var allowed = Math.Max(LargestError, probe.CleanError + ((1 - probe.CleanError) / 3));
        var within = 0;
        while (within + 1 < Strengths.Count && operation.Errors[within + 1] <= allowed)
        {
            within++;
        }

        if (within < Strengths.Count - 1)
        {
            notes.Add(within == 0
                ? $"{operation.Operation} is not used: at its weakest it pushes the error over {allowed:0%}."
                : $"{operation.Operation} is kept to {Strengths[within]:0%} of its range: beyond, it pushes the error over {allowed:0%}.");
        }
        else if (curve[^1] < Targets[0])
        {
            notes.Add($"{operation.Operation} hardly moves the model ({curve[^1]:0.000} nats at its strongest): every level has its whole range.");
        }

        return [.. Targets.Select(t => Math.Min(Strengths[within], Solve(curve, t)))];
    }

    /// <summary>The strength at which a rising curve reaches a value, by linear interpolation; the end of the range when it does not.</summary>
    private static double Solve(IReadOnlyList<double> curve, double target)
    {
        for (var i = 1; i < curve.Count; i++)
        {
            if (curve[i] >= target)
            {
                var share = curve[i] > curve[i - 1] ? (target - curve[i - 1]) / (curve[i] - curve[i - 1]) : 1;
                return Math.Round(Strengths[i - 1] + ((Strengths[i] - Strengths[i - 1]) * Math.Clamp(share, 0, 1)), 4);
            }
        }

        return 1;
    }
}
