using System.Globalization;
using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;

namespace Masterful.Benchmarks;

/// <summary>
/// Test error of a policy with a spec's synthetic or unlabeled images, by dose, against the control that has their compute and none of
/// them: what the search's dose study judges by validation loss on a few trials, here by test error on whole trainings.
/// </summary>
internal sealed class DoseComparison(BenchmarkSession session, Technique technique, Policy policy, int seeds, IReadOnlyList<double> doses)
{
    /// <summary>A Markdown table with one row a share of a training's epochs and arm.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="epochShares">Shares of the epochs that the doses have.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task WriteAsync(TextWriter output, IReadOnlyList<double> epochShares, CancellationToken cancellation)
    {
        var available = technique == Technique.Unlabeled ? session.Sizes.Unlabeled : session.Sizes.Synthetic;
        await output.WriteLineAsync(
            $"{session.Spec.Dataset.Name}: {available} {TechniqueAxis.Of(technique).Name} images beside {session.Sizes.Train}, {policy.Name}\n\n"
            + "| epochs | arm | validation loss | test error, by seed | mean | fewer errors than the control |\n| --- | --- | ---: | --- | ---: | ---: |").ConfigureAwait(false);
        foreach (var share in epochShares)
        {
            await WriteAsync(output, new DosePlan(technique, DosePlan.RatioOf(technique, session.Sizes), share, seeds, doses), cancellation).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(TextWriter output, DosePlan plan, CancellationToken cancellation)
    {
        List<TrialSpec[]> asked = [.. Enumerable.Range(0, seeds).Select(seed => plan
            .Arms(session.Template with { Seed = Seeds.Derive(session.Template.Seed, $"dose/{seed}") }, policy)
            .Select(trial => trial with { EvaluateTest = true }).ToArray())];
        var answers = await TrialBatch.RunAsync(session.Runner, [.. asked.SelectMany(trials => trials)], cancellation).ConfigureAwait(false);
        List<TrialResult[]> arms = [.. answers.Chunk(asked[0].Length)];
        string[] names =
        [
            .. technique == Technique.Unlabeled ? ["teacher"] : Array.Empty<string>(),
            "control",
            .. plan.Doses.Select(d => string.Create(CultureInfo.InvariantCulture, $"ratio {plan.Ratio:0.##}, {d:0%} of the images")),
        ];
        var control = Array.IndexOf(names, "control");
        var baseline = arms.Average(a => Error(a[control]));
        for (var arm = 0; arm < names.Length; arm++)
        {
            var errors = arms.ConvertAll(a => Error(a[arm]));
            await output.WriteLineAsync(
                $"| {plan.EpochShare:0%} | {names[arm]} | {arms.Average(a => a[arm].SelectLoss):0.0000} | {string.Join(", ", errors.Select(e => $"{e:0.00%}"))} | {errors.Average():0.00%} | "
                + $"{(arm > control ? $"{1 - (errors.Average() / baseline):0%}" : "")} |").ConfigureAwait(false);
        }
    }

    private static double Error(TrialResult result) => result.Test is { } test ? ClassificationMetrics.ErrorRateOf(test) : double.NaN;
}
