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

    /// <summary>Whether to measure, too, what each group is worth when it alone is left out: one more policy a group.</summary>
    public bool LeaveOneOut { get; init; }
}

/// <summary>
/// The validation-loss waterfall: groups of the masterful policy added one after the other, in search order, at the fidelity and on the
/// seeds of the final trials, which are its two ends. Every figure is a mean of paired differences over the seeds.
/// </summary>
/// <param name="runner">Answers trials.</param>
public sealed class Attribution(ITrialRunner runner)
{
    /// <summary>
    /// One step a group; their deltas sum exactly to the mean select loss of masterful minus that of original. A group whose trial
    /// failed is joined with the next one, so that the sum still holds. No steps for a policy of nothing.
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
        var groups = TechniqueGroup.Of(policy);
        var ladder = Ladder(policy, groups);
        var leftOut = request.LeaveOneOut && groups.Count > 1 ? [.. groups.Select(g => Without(policy, g))] : Array.Empty<Policy>();
        var inner = ladder.Take(ladder.Count - 1).Concat(leftOut).SelectMany(p => request.Original.Select(t => Inner(t, p)));
        var all = await TrialBatch.RunAsync(runner, [.. request.Original, .. inner, .. request.Masterful], cancellation).ConfigureAwait(false);
        var arms = all.Chunk(request.Original.Count).Select(r => new PolicyMeasurement(r)).ToList();
        return Steps(groups, arms, leftOut.Length > 0);
    }

    /// <summary>The policy after each group was added; the last is the policy itself.</summary>
    private static List<Policy> Ladder(Policy policy, IReadOnlyList<TechniqueGroup> groups)
    {
        var ladder = new List<Policy>();
        for (var count = 1; count <= groups.Count; count++)
        {
            var on = groups.Take(count).SelectMany(g => g.Techniques).ToHashSet();
            ladder.Add(policy with { Values = [.. policy.Values.Where(v => on.Contains(v.Technique))] });
        }

        return ladder;
    }

    private static Policy Without(Policy policy, TechniqueGroup group) =>
        policy with { Values = [.. policy.Values.Where(v => !group.Techniques.Contains(v.Technique))] };

    private static TrialSpec Inner(TrialSpec original, Policy policy) =>
        original with { Policy = policy, EvaluateTest = false, KeepWeights = false };

    /// <summary>Arms are: original, each rung but the last, each leave-one-out policy, masterful.</summary>
    private static List<AttributionStep> Steps(IReadOnlyList<TechniqueGroup> groups, List<PolicyMeasurement> arms, bool leaveOneOut)
    {
        var steps = new List<AttributionStep>();
        var masterful = arms[^1];
        var (before, joined) = (arms[0], new List<string>());
        for (var g = 0; g < groups.Count; g++)
        {
            joined.Add(groups[g].Name);
            var after = g == groups.Count - 1 ? masterful : arms[g + 1];
            if (!after.Completed && g < groups.Count - 1)
            {
                continue;
            }

            var loss = PairedDifference.Of(before.Losses, after.Losses);
            var without = leaveOneOut && joined.Count == 1 ? arms[groups.Count + g] : null;
            steps.Add(new AttributionStep
            {
                Technique = string.Join('+', joined),
                ValidationLossDelta = loss.Mean,
                StandardError = loss.StandardError,
                Significant = loss.StandardError is { } error && Math.Abs(loss.Mean) > 2 * error,
                ErrorRateDelta = PairedDifference.Of(before.Errors, after.Errors).Mean,
                LeaveOneOutDelta = without is { Completed: true } ? PairedDifference.Of(masterful.Losses, without.Losses).Mean : null,
            });
            (before, joined) = (after, []);
        }

        return steps;
    }
}

/// <summary>One policy's trials, in the order of the seeds.</summary>
internal sealed class PolicyMeasurement(IReadOnlyList<TrialResult> results)
{
    /// <summary>Whether every trial completed.</summary>
    public bool Completed { get; } = results.All(r => r.Status == TrialStatus.Completed);

    /// <summary>Select loss of each seed, nats.</summary>
    public IReadOnlyList<double> Losses { get; } = [.. results.Select(r => r.SelectLoss)];

    /// <summary>Select error of each seed.</summary>
    public IReadOnlyList<double> Errors { get; } = [.. results.Select(r => r.SelectError)];
}
