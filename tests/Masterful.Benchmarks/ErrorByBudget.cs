using System.Globalization;
using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;

namespace Masterful.Benchmarks;

/// <summary>What searches of several budgets gain in test error on one data set, whole trainings on the same seeds.</summary>
internal sealed class ErrorByBudget(BenchmarkSession session, IReadOnlyList<double> ratios)
{
    /// <summary>A Markdown table with one row a budget; returns the reductions of the error rate.</summary>
    public async Task<BudgetSeries> WriteAsync(TextWriter output, CancellationToken cancellation)
    {
        var searches = new PolicyTrainings(session);
        var original = await searches.TrainAsync(Policy.None, cancellation).ConfigureAwait(false);
        await output.WriteLineAsync(
            $"{session.Spec.Dataset.Name}: test error without a policy {PolicyTrainings.Error(original):0.00%}\n\n"
            + "| ratio | trials | trainings | policy | test error | fewer errors |\n| ---: | ---: | ---: | --- | ---: | ---: |").ConfigureAwait(false);
        var points = new List<(double Ratio, double Gained, double StandardError)>();
        foreach (var ratio in ratios)
        {
            var found = await searches.SearchAsync(new BudgetSpec { Ratio = ratio }, cancellation).ConfigureAwait(false);
            var masterful = await searches.TrainAsync(found.Policy, cancellation).ConfigureAwait(false);
            var reduction = searches.Reduction(original, masterful);
            var (gained, low, high) = (reduction.Value ?? 0, reduction.Interval?.Low ?? 0, reduction.Interval?.High ?? 0);
            points.Add((ratio, gained, (high - low) / 2 / NormalDistribution.Quantile((1 + session.Spec.Evaluation.Confidence) / 2)));
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {ratio:0.##} | {found.Ledger.Sum(l => l.Trials)} | {searches.Trainings(found):0.0} | {PolicyTrainings.Describe(found.Policy)} | {PolicyTrainings.Error(masterful):0.00%} | {gained:0.0%} ({low:0.0%} to {high:0.0%}) |")).ConfigureAwait(false);
        }

        await output.WriteLineAsync().ConfigureAwait(false);
        return new BudgetSeries(session.Spec.Dataset.Name ?? "", points);
    }
}
