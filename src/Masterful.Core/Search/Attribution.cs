using Masterful.Core.Evaluation;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Search;

/// <summary>What is attributed.</summary>
public sealed record AttributionRequest
{
    /// <summary>The final trials of the original, one a seed, as the final stage asked for them.</summary>
    public required IReadOnlyList<TrialSpec> Original { get; init; }

    /// <summary>The final trials of the masterful policy, paired with <see cref="Original"/> by position.</summary>
    public required IReadOnlyList<TrialSpec> Masterful { get; init; }

    /// <summary>
    /// Whether to measure, too, what each group is worth when it alone is left out: one more policy a group but the last, whose
    /// absence the waterfall has already.
    /// </summary>
    public bool LeaveOneOut { get; init; }
}

/// <summary>
/// The waterfalls of validation loss and error: groups of the masterful policy added one after the other, in search order, at the
/// fidelity and on the seeds of the final trials, which are their two ends. Every figure is a mean of paired differences over the seeds;
/// its standard error is that of other seeds and of other select images together.
/// </summary>
/// <param name="runner">Answers trials.</param>
public sealed class Attribution(ITrialRunner runner)
{
    /// <summary>
    /// One step a group; their deltas sum exactly to the mean select loss (and error) of masterful minus that of original. A group
    /// whose trial failed is joined with the next one, so that the sum still holds. No steps for a policy of nothing.
    /// </summary>
    /// <exception cref="ArgumentException">The two arms are not paired.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<IReadOnlyList<AttributionStep>> MeasureAsync(AttributionRequest request, CancellationToken cancellation)
    {
        if (request.Original.Count != request.Masterful.Count || request.Original.Count == 0)
        {
            throw new ArgumentException("Each original trial needs its masterful trial.", nameof(request));
        }

        var policy = request.Masterful[0].Policy;
        if (policy.IsNone)
        {
            return [];
        }

        var inner = Inner(policy, request.LeaveOneOut).ToList();
        var trials = inner.SelectMany(p => request.Original.Select(t => t with { Policy = p, EvaluateTest = false, KeepWeights = false }));
        var all = await TrialBatch.RunAsync(runner, [.. request.Original, .. trials, .. request.Masterful], cancellation).ConfigureAwait(false);
        var arms = all.Chunk(request.Original.Count).Select(r => new PolicyMeasurement(r)).ToList();
        var groups = TechniqueGroup.Of(policy);
        var leftOut = Enumerable.Range(0, request.LeaveOneOut && groups.Count > 1 ? groups.Count : 0)
            .Select(g => arms[1 + (g == groups.Count - 1 ? g - 1 : groups.Count - 1 + g)]).ToList();
        return Steps(groups, [.. arms.Take(groups.Count), arms[^1]], leftOut);
    }

    /// <summary>
    /// The policies that are trained between original and masterful, each at every seed: after each group but the last was added, and,
    /// for leave-one-out, without each group but the last.
    /// </summary>
    public static IEnumerable<Policy> Inner(Policy policy, bool leaveOneOut)
    {
        var groups = TechniqueGroup.Of(policy);
        var ladder = Enumerable.Range(1, Math.Max(0, groups.Count - 1)).Select(count => Only(policy, groups.Take(count)));
        return leaveOneOut ? ladder.Concat(groups.SkipLast(1).Select(left => Only(policy, groups.Where(g => g != left)))) : ladder;
    }

    private static Policy Only(Policy policy, IEnumerable<TechniqueGroup> groups)
    {
        var on = groups.SelectMany(g => g.Techniques).ToHashSet();
        return policy with { Values = [.. policy.Values.Where(v => on.Contains(v.Technique))] };
    }

    /// <param name="groups">Of the policy.</param>
    /// <param name="ladder">Original, after each group, masterful.</param>
    /// <param name="leftOut">The whole policy without each group; empty where that was not measured.</param>
    private static List<AttributionStep> Steps(
        IReadOnlyList<TechniqueGroup> groups, List<PolicyMeasurement> ladder, List<PolicyMeasurement> leftOut)
    {
        var bars = new List<(string Name, PolicyChange Added, PolicyChange? LeftOut)>();
        var (before, joined) = (ladder[0], new List<string>());
        for (var g = 0; g < groups.Count; g++)
        {
            joined.Add(groups[g].Name);
            if (!ladder[g + 1].Completed && g < groups.Count - 1)
            {
                continue;
            }

            var missed = joined.Count == 1 && leftOut.Count > 0 && leftOut[g].Completed ? new PolicyChange(ladder[^1], leftOut[g]) : null;
            bars.Add((string.Join('+', joined), new PolicyChange(before, ladder[g + 1]), missed));
            (before, joined) = (ladder[g + 1], []);
        }

        List<PolicyChange> changes = [.. bars.Select(b => b.Added), .. bars.Select(b => b.LeftOut).OfType<PolicyChange>()];
        var degrees = SeedDegrees(ladder[0].Losses.Count, bars.Count);
        var (loss, error) = (SeedVarianceOf(changes, degrees, m => m.Losses), SeedVarianceOf(changes, degrees, m => m.Errors));
        return [.. bars.Select(bar => new AttributionStep
        {
            Technique = bar.Name,
            ValidationLossDelta = bar.Added.Loss,
            StandardError = bar.Added.LossError(loss),
            Significant = bar.Added.LossError(loss) is { } noise && Math.Abs(bar.Added.Loss) > 2 * noise,
            ErrorRateDelta = bar.Added.Error,
            ErrorRateStandardError = bar.Added.ErrorError(error),
            LeaveOneOutDelta = bar.LeftOut?.Loss,
            LeaveOneOutStandardError = bar.LeftOut?.LossError(loss),
            LeaveOneOutErrorRateDelta = bar.LeftOut?.Error,
            LeaveOneOutErrorRateStandardError = bar.LeftOut?.ErrorError(error),
        })];
    }

    /// <summary>
    /// Variance of a paired difference over seeds, the same for every step: three pairs alone know their spread only to within a factor
    /// of two, and a step whose pairs happen to agree would pass for certain. Null with one pair.
    /// </summary>
    private static SeedVariance? SeedVarianceOf(List<PolicyChange> changes, double degrees, Func<PolicyMeasurement, IReadOnlyList<double>> figures)
    {
        var pairs = figures(changes[0].Before).Count;
        return pairs < 2 ? null : new SeedVariance(
            changes.Average(change =>
            {
                var error = PairedDifference.Of(figures(change.Before), figures(change.After)).StandardError!.Value;
                return error * error * pairs;
            }),
            degrees);
    }

    /// <summary>
    /// Degrees of freedom of the variance over seeds: n − 1 a step, less what neighbours share. Their differences have an arm in
    /// common and so correlate by −½, their variances by ¼: the mean of k has variance (1 + (k − 1) / 2k) / k of one's.
    /// </summary>
    private static double SeedDegrees(int pairs, int steps) => (pairs - 1) * steps / (1 + ((steps - 1) / (2.0 * steps)));
}

/// <summary>Variance of a paired difference over seeds.</summary>
/// <param name="OfPair">Of one pair.</param>
/// <param name="Degrees">Of freedom that it is estimated with.</param>
internal sealed record SeedVariance(double OfPair, double Degrees);

/// <summary>One policy's trials, in the order of the seeds.</summary>
internal sealed class PolicyMeasurement(IReadOnlyList<TrialResult> results)
{
    /// <summary>Whether every trial completed.</summary>
    public bool Completed { get; } = results.All(r => r.Status == TrialStatus.Completed);

    /// <summary>Select loss of each seed, nats.</summary>
    public IReadOnlyList<double> Losses { get; } = [.. results.Select(r => r.SelectLoss)];

    /// <summary>Select error of each seed.</summary>
    public IReadOnlyList<double> Errors { get; } = [.. results.Select(r => r.SelectError)];

    /// <summary>Each select image's loss, mean over the seeds; null without predictions.</summary>
    public IReadOnlyList<double>? ImageLosses { get; } = OverSeeds(results, TemperatureScaling.Losses);

    /// <summary>The share of seeds that have each select image wrong; null without predictions.</summary>
    public IReadOnlyList<double>? ImageErrors { get; } = OverSeeds(results, ClassificationMetrics.ErrorsOf);

    private static double[]? OverSeeds(IReadOnlyList<TrialResult> results, Func<Predictions, double[]> figures)
    {
        if (results.Any(r => r.Select is null))
        {
            return null;
        }

        var sums = new double[results[0].Select!.Count];
        foreach (var seed in results.Select(r => figures(r.Select!)))
        {
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += seed[i] / results.Count;
            }
        }

        return sums;
    }
}

/// <summary>What changes from one policy to another.</summary>
internal sealed class PolicyChange(PolicyMeasurement before, PolicyMeasurement after)
{
    public PolicyMeasurement Before => before;

    public PolicyMeasurement After => after;

    /// <summary>Of the mean select loss, nats.</summary>
    public double Loss { get; } = PairedDifference.Of(before.Losses, after.Losses).Mean;

    /// <summary>Of the mean select error.</summary>
    public double Error { get; } = PairedDifference.Of(before.Errors, after.Errors).Mean;

    /// <summary>Standard error of <see cref="Loss"/>, from the variance of a pair over seeds; null where that is not known.</summary>
    public double? LossError(SeedVariance? seeds) => StandardError(seeds, before.ImageLosses, after.ImageLosses);

    /// <summary>Standard error of <see cref="Error"/>.</summary>
    public double? ErrorError(SeedVariance? seeds) => StandardError(seeds, before.ImageErrors, after.ImageErrors);

    /// <summary>
    /// Widened so that ± two of it are a 95% interval though a few seeds know their own spread badly: by Student's t at Satterthwaite's
    /// degrees of freedom, over two.
    /// </summary>
    private double? StandardError(SeedVariance? seeds, IReadOnlyList<double>? imagesBefore, IReadOnlyList<double>? imagesAfter)
    {
        if (seeds is null)
        {
            return null;
        }

        var images = imagesBefore is { Count: > 1 } && imagesAfter is not null ? PairedDifference.Of(imagesBefore, imagesAfter).StandardError!.Value : 0;
        var ofSeeds = seeds.OfPair / before.Losses.Count;
        var variance = ofSeeds + (images * images);
        return ofSeeds == 0 ? images : Math.Sqrt(variance) * StudentDistribution.Quantile(0.975, seeds.Degrees * Math.Pow(variance / ofSeeds, 2)) / 2;
    }
}
