using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;

namespace Masterful.Benchmarks;

/// <summary>Searches of a session's spec, and whole trainings of policies on the seeds of its final stage.</summary>
internal sealed class PolicyTrainings(BenchmarkSession session)
{
    /// <summary>Searches within a budget, and confirms what was found by whole trainings, as a run does.</summary>
    public async Task<SearchOutcome> SearchAsync(BudgetSpec budget, CancellationToken cancellation)
    {
        var request = new SearchRequest
        {
            Template = session.Template,
            Techniques = session.Spec.Policy.Techniques,
            Budget = budget,
            FinalSeeds = session.Spec.Training.Seeds,
            Sizes = session.Sizes,
        };
        var found = await new PolicySearch(session.Runner, TimeProvider.System, NullLogger.Instance).SearchAsync(request, null, cancellation).ConfigureAwait(false);
        var finals = await TrainAsync([Policy.None, found.Policy], cancellation).ConfigureAwait(false);
        return found.Confirm(finals[0], finals[1]);
    }

    /// <summary>Whole trainings of a policy, one a seed.</summary>
    public async Task<IReadOnlyList<TrialResult>> TrainAsync(Policy policy, CancellationToken cancellation) =>
        (await TrainAsync([policy], cancellation).ConfigureAwait(false))[0];

    /// <summary>Whole trainings of policies, one a seed for each, as many at once as there are workers.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<TrialResult>>> TrainAsync(IReadOnlyList<Policy> policies, CancellationToken cancellation)
    {
        var seeds = session.Spec.Training.Seeds;
        var results = await TrialBatch.RunAsync(
            session.Runner,
            [.. policies.SelectMany(policy => Enumerable.Range(0, seeds).Select(
                i => session.Template with { Policy = policy, Seed = Seeds.Derive(session.Template.Seed, $"final/{i}"), EvaluateTest = true }))],
            cancellation).ConfigureAwait(false);
        return [.. results.Chunk(seeds)];
    }

    /// <summary>Mean test error, 0..1.</summary>
    public static double Error(IReadOnlyList<TrialResult> results) => results.Average(r => ClassificationMetrics.ErrorRateOf(r.Test!));

    /// <summary>Of the error rate, from one policy's trainings to another's.</summary>
    public ErrorRateReduction Reduction(IReadOnlyList<TrialResult> original, IReadOnlyList<TrialResult> masterful) => ErrorRateReduction.Compare(
        [.. original.Select(r => r.Test!)], [.. masterful.Select(r => r.Test!)], session.Spec.Evaluation.Confidence, session.Template.Seed);

    /// <summary>Work of a search as a multiple of the final trainings'.</summary>
    public double Ratio(SearchOutcome found) =>
        (double)found.Ledger.Sum(l => l.ImagePasses) / TrialCost.FinalStage(session.Template, session.Sizes, session.Spec.Training.Seeds);

    /// <summary>Work of a search as a multiple of one final training's.</summary>
    public double Trainings(SearchOutcome found) =>
        (double)found.Ledger.Sum(l => l.ImagePasses) / TrialCost.ImagePasses(session.Template with { EvaluateTest = true }, session.Sizes);

    /// <summary>Its axes and values.</summary>
    public static string Describe(Policy policy) => policy.IsNone
        ? "none"
        : string.Join(", ", policy.Values.Select(v => FormattableString.Invariant($"{TechniqueAxis.Of(v.Technique).Name} {v.Value:0.##}")));
}
