using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>What each technique is worth, on the pairs of the final stage that came to an end: its bars sum exactly to the arms' difference.</summary>
/// <param name="runner">Answers trials and keeps the books.</param>
/// <param name="budget">Of the search: what it left pays for the leave-one-out series.</param>
/// <param name="sizes">How many images each split has.</param>
/// <param name="seeds">Of the final stage.</param>
internal sealed class AttributionStage(MeteredRunner runner, BudgetSpec budget, SplitSizes sizes, int seeds)
{
    /// <summary>The waterfall, and each technique's leave-one-out where the search left enough of its budget.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal async Task<IReadOnlyList<AttributionStep>> MeasureAsync(FinalTrials finals, PolicyChoice choice, CancellationToken cancellation)
    {
        if (choice.Policy.IsNone || finals.Original.Count == 0)
        {
            return [];
        }

        var waterfall = Cost(finals, choice.Policy, leaveOneOut: false);
        var both = Cost(finals, choice.Policy, leaveOneOut: true);
        var leaveOneOut = choice.Search is { } search && Left(search, finals, both.Trials - waterfall.Trials, both.ImagePasses - waterfall.ImagePasses);
        runner.Begin(PipelineStage.Attribution, leaveOneOut ? both : waterfall);
        return await new Attribution(runner).MeasureAsync(
            new AttributionRequest { Original = finals.OriginalTrials, Masterful = finals.MasterfulTrials, LeaveOneOut = leaveOneOut },
            cancellation).ConfigureAwait(false);
    }

    private (int Trials, long ImagePasses) Cost(FinalTrials finals, Policy policy, bool leaveOneOut)
    {
        var pairs = finals.Original.Count;
        var inner = Attribution.Inner(policy, leaveOneOut).ToList();
        return (
            pairs * inner.Count,
            pairs * inner.Sum(p => TrialCost.ImagePasses(finals.OriginalTrials[0] with { Policy = p, EvaluateTest = false }, sizes)));
    }

    /// <summary>
    /// Whether the caps that the search was given still hold when these trials are added to what it used; time at the pace of the final
    /// trainings. Of a policy that was searched for elsewhere nothing is left: whoever trains a locked policy wants no more trainings
    /// than it takes.
    /// </summary>
    private bool Left(SearchOutcome search, FinalTrials finals, int trials, long imagePasses)
    {
        var arms = finals.Original.Concat(finals.Masterful).ToList();
        var pace = arms.Sum(r => r.Seconds) / Math.Max(1, arms.Sum(r => r.ImagePasses));
        var cost = search.Cost;
        var seconds = (cost.Seconds + (pace * imagePasses)) / Math.Max(1, runner.Parallelism);
        return (budget.Ratio is not { } ratio || cost.ImagePasses + imagePasses <= ratio * TrialCost.FinalStage(finals.OriginalTrials[0], sizes, seeds))
            && (budget.Trials is not { } most || cost.Trials + trials <= most)
            && (budget.Time is not { } time || seconds <= time.TotalSeconds);
    }
}
