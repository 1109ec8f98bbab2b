using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;

namespace Masterful.Core.Pipeline;

/// <summary>
/// The full-budget trainings of original and masterful: paired seeds that the search never saw, so that the luck by which a policy
/// was chosen does not stand in its figures. They are also the two ends of the attribution, which therefore sums exactly.
/// </summary>
/// <param name="runner">Answers trials.</param>
/// <param name="onSelect">Whether the evaluation split is select, for data without a test split.</param>
internal sealed class FinalStage(ITrialRunner runner, bool onSelect)
{
    /// <summary>
    /// Trains both arms, the original first; one arm for a policy of nothing, whose masterful model is the original.
    /// </summary>
    /// <exception cref="DiagnosticException">No training of the original came to an end: nothing to compare with.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal async Task<FinalTrials> TrainAsync(TrialSpec template, Policy policy, int seeds, CancellationToken cancellation)
    {
        var original = Arm(template, Policy.None, seeds);
        var masterful = policy.IsNone ? original : Arm(template, policy, seeds);
        Task<IReadOnlyList<TrialResult>> AskAsync(TrialSpec[] trials) => TrialBatch.RunAsync(runner, trials, cancellation);

        // The first of the original alone, one a worker: where none of the original can be trained, the other arm is not either. Then all
        // that are left at once, so that no worker waits for the last of an arm.
        var results = (await AskAsync(original[..Math.Clamp(runner.Parallelism, 1, seeds)]).ConfigureAwait(false)).ToList();
        if (results.All(r => r.Status == TrialStatus.Failed))
        {
            results.AddRange(await AskAsync(original[results.Count..]).ConfigureAwait(false));
        }

        if (results.All(r => r.Status == TrialStatus.Failed))
        {
            throw new DiagnosticException(
                TrainingDiagnostics.OriginalFailed,
                $"No final training of the original model came to an end, so there is nothing to compare with. The first one failed: {results[0].Failure}");
        }

        var asked = results.Count;
        var rest = await AskAsync([.. original[asked..], .. policy.IsNone ? [] : masterful]).ConfigureAwait(false);
        results.AddRange(rest.Take(seeds - asked));
        return FinalTrials.Of(original, masterful, [.. results], [.. policy.IsNone ? results : rest.Skip(seeds - asked)], onSelect);
    }

    private TrialSpec[] Arm(TrialSpec template, Policy policy, int seeds) =>
    [
        .. Enumerable.Range(0, seeds).Select(i => template with
        {
            Policy = policy,
            Seed = Seeds.Derive(template.Seed, $"final/{i}"),
            EvaluateTest = !onSelect,
            // Of both arms: where the policy does not hold, the original is what is handed on.
            KeepWeights = true,
        }),
    ];
}

/// <summary>The final trainings of which both arms came to an end, by pairs of one seed, and what is to be said of the others.</summary>
internal sealed record FinalTrials
{
    /// <summary>The original's trials, one a pair.</summary>
    public required IReadOnlyList<TrialSpec> OriginalTrials { get; init; }

    /// <summary>The masterful model's trials, in the same order.</summary>
    public required IReadOnlyList<TrialSpec> MasterfulTrials { get; init; }

    /// <summary>The original's results.</summary>
    public required IReadOnlyList<TrialResult> Original { get; init; }

    /// <summary>The masterful model's results; the same list as the original's for a policy of nothing.</summary>
    public required IReadOnlyList<TrialResult> Masterful { get; init; }

    /// <summary>The original's predictions on the evaluation split.</summary>
    public required IReadOnlyList<Predictions> OriginalPredictions { get; init; }

    /// <summary>The masterful model's predictions; the same list as the original's for a policy of nothing.</summary>
    public required IReadOnlyList<Predictions> MasterfulPredictions { get; init; }

    /// <summary>One sentence a failed training.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>
    /// Mean over the pairs of the select split's cross-entropy, each after its one fitted temperature, as the search compares policies;
    /// NaN without a pair.
    /// </summary>
    internal static double ValidationLoss(IReadOnlyList<TrialResult> arm) => arm.Count == 0 ? double.NaN : arm.Average(r => r.SelectLoss);

    /// <summary>Every training of the original that completed, as both arms: what is left when the policy does not hold.</summary>
    internal required Func<FinalTrials> OriginalAlone { get; init; }

    /// <summary>Keeps the pairs of which both arms completed.</summary>
    internal static FinalTrials Of(
        TrialSpec[] original, TrialSpec[] masterful, TrialResult[] originalResults, TrialResult[] masterfulResults, bool onSelect)
    {
        Predictions? Figures(TrialResult result) =>
            result.Status == TrialStatus.Completed && double.IsFinite(result.SelectLoss) ? onSelect ? result.Select : result.Test : null;

        var same = ReferenceEquals(original, masterful);
        var pairs = Enumerable.Range(0, original.Length)
            .Where(i => Figures(originalResults[i]) is not null && Figures(masterfulResults[i]) is not null)
            .ToArray();
        TrialResult[] kept = [.. pairs.Select(i => originalResults[i])];
        Predictions[] predictions = [.. kept.Select(r => Figures(r)!)];
        return new FinalTrials
        {
            OriginalTrials = [.. pairs.Select(i => original[i])],
            MasterfulTrials = [.. pairs.Select(i => masterful[i])],
            Original = kept,
            Masterful = same ? kept : [.. pairs.Select(i => masterfulResults[i])],
            OriginalPredictions = predictions,
            MasterfulPredictions = same ? predictions : [.. pairs.Select(i => Figures(masterfulResults[i])!)],
            OriginalAlone = () => Of(original, original, originalResults, originalResults, onSelect),
            Notes =
            [
                .. Failures("original", originalResults),
                .. same ? [] : Failures("masterful", masterfulResults),
            ],
        };

        IEnumerable<string> Failures(string arm, TrialResult[] results) => results.Index()
            .Where(r => Figures(r.Item) is null)
            .Select(r => $"The {arm} model's final training {r.Index + 1} of {results.Length} failed ({r.Item.Failure ?? "no figures"}); the pair is left out.");
    }
}
