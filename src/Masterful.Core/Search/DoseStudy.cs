using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Search;

/// <summary>
/// Measures what synthetic or unlabeled images are worth beside the policy that was found, against a control that has their compute and
/// none of them: more steps alone lower the loss, and that is not the images' doing.
/// </summary>
/// <param name="ledger">Asks for trials.</param>
/// <param name="request">The search.</param>
/// <param name="pairedNoise">Standard deviation of ln loss between the two trials of a pair.</param>
/// <param name="logger">Hears why.</param>
internal sealed class DoseStudy(SearchLedger ledger, SearchRequest request, double pairedNoise, ILogger logger)
{
    /// <summary>
    /// How often images that do nothing may be taken for useful, whichever of their doses looks best: one and a half standard errors for one
    /// dose. Seldomer than for a technique, as they cost work in every training from then on; no seldomer, as a few hundred select
    /// images can't show a third fewer errors at two.
    /// </summary>
    private const double FalseAcceptance = 0.0668;

    /// <summary>Measures and judges.</summary>
    /// <param name="plan">How.</param>
    /// <param name="policy">What the images are added to.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<DoseResponse> MeasureAsync(DosePlan plan, Policy policy, CancellationToken cancellation)
    {
        (ledger.Stage, ledger.Planned) = (NameOf(plan.Technique), Math.Max(ledger.Planned, ledger.Trials + plan.Trials));
        var arms = Enumerable.Range(0, plan.Seeds)
            .Select(s => plan.Arms(request.Template with { Seed = Seeds.Derive(request.Template.Seed, $"search/dose/{s}") }, policy))
            .ToList();
        var asked = arms.SelectMany(a => a).ToList();
        var answers = await ledger.AskAsync(asked, cancellation).ConfigureAwait(false);
        var bySeed = answers.Chunk(arms[0].Count).ToList();
        var first = arms[0].Count - plan.Doses.Count - 1;
        var response = answers.Contains(null)
            ? Unmeasured(plan.Technique, plan.Ratio, $"The budget ended before {NameOf(plan.Technique)} images were measured: they are not used.")
            : Judge(plan, [.. Enumerable.Range(first, plan.Doses.Count + 1).Select(arm => bySeed.ConvertAll(s => s[arm]!))]);
        logger.LogInformation("{Technique}: {Reason}", NameOf(plan.Technique), response.Reason);
        return response;
    }

    /// <summary>The answer where nothing was measured.</summary>
    public static DoseResponse Unmeasured(Technique technique, double ratio, string reason) => new(technique, ratio, 0, 0, [], 0, reason);

    private DoseResponse Judge(DosePlan plan, IReadOnlyList<List<TrialResult>> arms)
    {
        var control = arms[0];
        var comparisons = arms.Skip(1).Select(a => Confirmation.Of(control, a, pairedNoise)).ToList();
        DosePoint[] points =
        [
            new DosePoint(0, Mean(control, r => r.SelectLoss), Mean(control, r => r.SelectError), null, null),
            .. plan.Doses.Select((dose, i) => new DosePoint(
                dose,
                Mean(arms[i + 1], r => r.SelectLoss),
                Mean(arms[i + 1], r => r.SelectError),
                comparisons[i].Pairs == plan.Seeds ? comparisons[i].Gain : null,
                comparisons[i].Pairs == plan.Seeds ? comparisons[i].StandardError : null)),
        ];

        // A policy says how many unlabeled images a batch has, not which: only the full dose can be chosen. Of synthetic images, any.
        var eligible = Enumerable.Range(0, plan.Doses.Count)
            .Where(i => comparisons[i].Pairs == plan.Seeds && (plan.Technique == Technique.Synthetic || plan.Doses[i] == 1))
            .ToList();
        var name = NameOf(plan.Technique);
        if (eligible.Count == 0)
        {
            var failure = arms.SelectMany(a => a).First(r => r.Status == TrialStatus.Failed).Failure;
            return new(plan.Technique, plan.Ratio, plan.EpochShare, plan.Seeds, points, 0, $"The {name} images are not used, as a trial failed: {failure}");
        }

        var best = eligible.MaxBy(i => comparisons[i].Gain);
        var ratio = plan.Technique == Technique.Synthetic ? plan.Ratio * plan.Doses[best] : plan.Ratio;
        var measured = comparisons[best];
        var threshold = NormalDistribution.Quantile(Math.Pow(1 - FalseAcceptance, 1.0 / eligible.Count));
        var helps = measured.Gain > threshold * measured.StandardError;
        var verdict = $"{Figures.Short(ratio, 2)} {name} image{(ratio == 1 ? "" : "s")} for each labelled one change{(ratio == 1 ? "s" : "")} validation loss by "
            + $"{Figures.SignedPercent(Math.Exp(-measured.Gain) - 1)} ± {Figures.Percent(measured.StandardError, 1)} against a control of the same compute, "
            + $"by {plan.Seeds} seed{(plan.Seeds == 1 ? "" : "s")}: {(helps ? "used." : "not used.")}";
        return new(plan.Technique, plan.Ratio, plan.EpochShare, plan.Seeds, points, helps ? ratio : 0, verdict);
    }

    private static double Mean(List<TrialResult> arm, Func<TrialResult, double> figure) =>
        arm.All(r => r.Status == TrialStatus.Completed) ? arm.Average(figure) : double.NaN;

    private static string NameOf(Technique technique) => TechniqueAxis.Of(technique).Name;
}
