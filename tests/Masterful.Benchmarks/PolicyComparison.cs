using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;

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
        var trainings = new PolicyTrainings(session);
        var found = await trainings.SearchAsync(session.Spec.Policy.Budget, cancellation).ConfigureAwait(false);
        (string Name, Policy Policy)[] compared = [.. Fixed, ("masterful: " + PolicyTrainings.Describe(found.Policy), found.Policy)];
        var trained = await trainings.TrainAsync([.. compared.Select(c => c.Policy)], cancellation).ConfigureAwait(false);
        await output.WriteLineAsync($"| {session.Spec.Dataset.Name} | test error ± standard error | error-rate reduction |\n| --- | ---: | ---: |").ConfigureAwait(false);
        var measured = new List<(string Name, double Error, double StandardError)>();
        foreach (var ((name, policy), results) in compared.Zip(trained))
        {
            var errors = results.Select(r => ClassificationMetrics.ErrorRateOf(r.Test!)).ToList();
            var deviation = Math.Sqrt(errors.Sum(e => Math.Pow(e - errors.Average(), 2)) / Math.Max(1, errors.Count - 1) / errors.Count);
            measured.Add((name.Split(':')[0], errors.Average(), deviation));
            var reduction = policy.IsNone ? null : trainings.Reduction(trained[0], results);
            await output.WriteLineAsync(
                $"| {name} | {errors.Average():0.00%} ± {deviation:0.00%} | {(reduction is { Value: { } value, Interval: { } interval } ? $"{value:0.0%} ({interval.Low:0.0%} to {interval.High:0.0%})" : "")} |").ConfigureAwait(false);
        }

        await output.WriteLineAsync(
            $"\nSearch: {found.Ledger.Sum(l => l.Trials)} trials, {trainings.Ratio(found):0.00} of the final trainings' work, {trainings.Trainings(found):0.0} trainings.\n").ConfigureAwait(false);
        return new PolicyErrors(session.Spec.Dataset.Name ?? "", measured);
    }
}
