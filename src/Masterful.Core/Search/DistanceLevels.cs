using System.Globalization;
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

    /// <summary>Levels from a probe; what was capped or forbidden is told in <paramref name="notes"/>, a sentence a kind.</summary>
    public static Calibration Calibrate(DistanceProbeResult probe, ICollection<string> notes)
    {
        var allowed = Math.Max(LargestError, probe.CleanError + ((1 - probe.CleanError) / 3));
        var curves = probe.Operations.Select(o => new Curve(
            o.Operation,
            IsotonicRegression.Fit([.. o.Losses.Select(l => double.IsFinite(l) ? Math.Max(0, l - probe.CleanLoss) : Targets[^1] * 10)]),
            Strengths.Skip(1).TakeWhile((_, i) => o.Errors[i + 1] <= allowed).Count())).ToList();
        Note(notes, "not used, which push the error over {0:0%} at their weakest", allowed, curves.Where(c => c.Within == 0).Select(c => c.Operation));
        Note(
            notes,
            "kept to a share of their range, beyond which they push the error over {0:0%}",
            allowed,
            curves.Where(c => c.Within > 0 && !c.IsWhole).Select(c => $"{c.Operation} to {Strengths[c.Within]:0%}"));
        Note(notes, "used over their whole range at every level, as they hardly move the model", allowed, curves.Where(c => c.IsWhole && c.Distances[^1] < Targets[0]).Select(c => c.Operation));
        return new Calibration(curves.ToDictionary(c => c.Operation, c => c.Levels));
    }

    private static void Note(ICollection<string> notes, string what, double allowed, IEnumerable<string> operations)
    {
        if (operations.ToList() is { Count: > 0 } told)
        {
            notes.Add($"Operations that are {string.Format(CultureInfo.InvariantCulture, what, allowed)}: {string.Join(", ", told)}.");
        }
    }

    /// <summary>An operation's rise of the loss at each strength, made monotone, and how many steps stay within the error that is allowed.</summary>
    private sealed record Curve(string Operation, IReadOnlyList<double> Distances, int Within)
    {
        public bool IsWhole => Within == Strengths.Count - 1;

        /// <summary>
        /// Where the curve first reaches each target. A curve that never reaches one is capped at the end of its range, and no level goes
        /// beyond the largest strength at which the error stays within one half (for a model that is hardly better itself: within a third
        /// of the way from its clean error to 1): with none such, the operation is off.
        /// </summary>
        public IReadOnlyList<double> Levels => [.. Targets.Select(t => Math.Min(Strengths[Within], Solve(Distances, t)))];
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
