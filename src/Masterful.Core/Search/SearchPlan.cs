using Masterful.Core.Training;
using Masterful.Core.Trials;

namespace Masterful.Core.Search;

/// <summary>How a budget is laid out over a search.</summary>
/// <param name="Fidelity">Of every trial of the races.</param>
/// <param name="Trials">Trials that the budget allows at that fidelity.</param>
/// <param name="BaselineSeeds">Trials of no policy before the races.</param>
/// <param name="ConfirmationSeeds">Fresh pairs that confirm the policy at the end.</param>
/// <param name="WholeTrials">Trials of the whole-policy candidates and the backward pass.</param>
/// <param name="ProbeImages">Select images of the distance analysis, 0 for none.</param>
internal sealed record SearchPlan(
    Fidelity Fidelity, int Trials, int BaselineSeeds, int ConfirmationSeeds, int WholeTrials, int ProbeImages)
{
    /// <summary>Fewer trials than this tell nothing: two baselines, a candidate twice, and a confirmation.</summary>
    private const int FewestTrials = 8;

    /// <summary>Shorter trainings than this say little about whole ones.</summary>
    private const double SmallestShare = 0.1;

    /// <summary>Below this many, images are no longer traded for epochs.</summary>
    private const double FewestImages = 1200;

    /// <summary>Epochs that a proxy keeps, where it can, by using fewer images.</summary>
    private const double KeptEpochs = 20;

    /// <summary>Share of the budget that distance analysis may take.</summary>
    private const double ProbeShare = 0.05;

    /// <summary>The plan for a budget; null when the budget is too small for any.</summary>
    /// <param name="request">The search.</param>
    /// <param name="cap">Image-passes that may be spent.</param>
    /// <param name="groups">Groups to race.</param>
    /// <param name="operations">Operations to calibrate.</param>
    public static SearchPlan? Make(SearchRequest request, double cap, int groups, int operations)
    {
        var training = (double)TrialCost.ImagePasses(request.Template with { Fidelity = Fidelity.Full, EvaluateTest = false }, request.Sizes);
        var probe = (int)Math.Min(2000, Math.Min(request.Sizes.Select, ProbeShare * cap / (1 + (operations * DistanceLevels.Strengths.Count))));
        var probeImages = operations > 0 && probe >= 100 ? probe : 0;
        var trainings = (cap - SearchLedger.ProbeCost(operations, DistanceLevels.Strengths.Count, probeImages)) / training;

        // Twice the budget buys longer trials and more of them in equal parts.
        var wanted = (14 + (6 * groups)) * Math.Sqrt(trainings / 9);
        wanted = Math.Clamp(Math.Min(wanted, request.Budget.Trials ?? int.MaxValue), FewestTrials, 400);
        var share = Math.Clamp(trainings / wanted, SmallestShare, 1);
        for (var tries = 0; tries < 8; tries++, share *= 0.9)
        {
            var fidelity = Split(request, share);
            var cost = TrialCost.ImagePasses(request.Template with { Fidelity = fidelity }, request.Sizes);
            var trials = (int)Math.Min(trainings * training / cost, request.Budget.Trials ?? int.MaxValue);
            if (trials >= FewestTrials)
            {
                var pairs = trials < 24 ? 2 : 3;
                return new SearchPlan(fidelity, trials, Math.Min(2, trials / 4), pairs, Math.Max(2, trials / 7), probeImages);
            }
        }

        return null;
    }

    /// <summary>
    /// A share of a training as epochs × images. What a policy gains is mostly what it keeps a model from memorising, and that takes
    /// epochs: on short trainings good policies lose. So images are cut first, and epochs only where images get scarce.
    /// </summary>
    private static Fidelity Split(SearchRequest request, double share)
    {
        var epochs = request.Template.Recipe.Epochs;
        var images = Math.Min(1, Math.Max(share * epochs / Math.Min(epochs, KeptEpochs), FewestImages / request.Sizes.Train));
        var whole = Math.Clamp(Math.Floor(share / images * epochs), 1, epochs);
        return new Fidelity(whole / epochs, Math.Min(1, Math.Round(share * epochs / whole, 3)));
    }
}
