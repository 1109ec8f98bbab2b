using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;

namespace Masterful.Benchmarks;

/// <summary>Test error of fixed policies and of the one that the search finds, whole trainings on the same seeds, and what the search cost.</summary>
internal sealed class PolicyComparison(BenchmarkSession session)
{
    private static readonly (string Name, Policy Policy)[] Fixed =
    [
        ("none", Policy.None),
        ("horizontal_mirror 0.5", Policy.None.With(Technique.HorizontalMirror, 0.5)),
        ("TrivialAugment", Policy.None.With(Technique.TrivialAugment, 1)),
        ("RandAugment(2, 9)", Policy.None.With(Technique.RandAugment, 30)),
    ];

    /// <summary>A Markdown table with one row a policy; returns what it says.</summary>
    public async Task<PolicyErrors> WriteAsync(TextWriter output, CancellationToken cancellation)
    {
        var seeds = session.Spec.Training.Seeds;
        var found = await new PolicySearch(session.Runner, TimeProvider.System, NullLogger.Instance).SearchAsync(
            new SearchRequest
            {
                Template = session.Template,
                Techniques = session.Spec.Policy.Techniques,
                Budget = session.Spec.Policy.Budget,
                FinalSeeds = seeds,
                Sizes = session.Sizes,
            },
            null,
            cancellation).ConfigureAwait(false);
        var original = await TrainAsync(Policy.None, seeds, cancellation).ConfigureAwait(false);
        var confirmed = found.Confirm(original, await TrainAsync(found.Policy, seeds, cancellation).ConfigureAwait(false));

        await output.WriteLineAsync($"| {session.Spec.Dataset.Name} | test error ± standard error | error-rate reduction |\n| --- | ---: | ---: |").ConfigureAwait(false);
        var measured = new List<(string Name, double Error, double StandardError)>();
        foreach (var (name, policy) in Fixed.Append(("masterful: " + Describe(confirmed.Policy), confirmed.Policy)))
        {
            var results = await TrainAsync(policy, seeds, cancellation).ConfigureAwait(false);
            var errors = results.Select(r => ClassificationMetrics.ErrorRateOf(r.Test!)).ToList();
            var deviation = Math.Sqrt(errors.Sum(e => Math.Pow(e - errors.Average(), 2)) / Math.Max(1, seeds - 1) / seeds);
            measured.Add((name.Split(':')[0], errors.Average(), deviation));
            var reduction = policy.IsNone ? null : ErrorRateReduction.Compare(
                [.. original.Select(r => r.Test!)], [.. results.Select(r => r.Test!)], session.Spec.Evaluation.Confidence, session.Template.Seed);
            await output.WriteLineAsync(
                $"| {name} | {errors.Average():0.00%} ± {deviation:0.00%} | {(reduction is { Value: { } value, Interval: { } interval } ? $"{value:0.0%} ({interval.Low:0.0%} to {interval.High:0.0%})" : "")} |").ConfigureAwait(false);
        }

        var passes = found.Ledger.Sum(l => l.ImagePasses);
        await output.WriteLineAsync(
            $"\nSearch: {found.Ledger.Sum(l => l.Trials)} trials, {(double)passes / TrialCost.FinalStage(session.Template, session.Sizes, seeds):0.00} of the final trainings' work, "
            + $"{(double)passes / TrialCost.ImagePasses(session.Template with { EvaluateTest = true }, session.Sizes):0.0} trainings.\n").ConfigureAwait(false);
        return new PolicyErrors(session.Spec.Dataset.Name ?? "", measured);
    }

    private async Task<TrialResult[]> TrainAsync(Policy policy, int seeds, CancellationToken cancellation)
    {
        var results = new TrialResult[seeds];
        for (var i = 0; i < seeds; i++)
        {
            results[i] = await session.Runner.RunAsync(
                session.Template with { Policy = policy, Seed = Seeds.Derive(session.Template.Seed, $"final/{i}"), EvaluateTest = true }, cancellation).ConfigureAwait(false);
        }

        return results;
    }

    private static string Describe(Policy policy) => policy.IsNone
        ? "none"
        : string.Join(", ", policy.Values.Select(v => FormattableString.Invariant($"{TechniqueAxis.Of(v.Technique).Name} {v.Value:0.##}")));
}
