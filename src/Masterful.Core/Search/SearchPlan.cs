using Masterful.Core.Training;
using Masterful.Core.Trials;

namespace Masterful.Core.Search;

/// <summary>How a budget is laid out over a search.</summary>
/// <param name="Fidelity">Of every trial.</param>
/// <param name="Trials">Trials that the budget allows at that fidelity.</param>
/// <param name="BaselineSeeds">Trials of no policy before any other.</param>
/// <param name="ProbeImages">Select images of the distance analysis, 0 for none.</param>
internal sealed record SearchPlan(Fidelity Fidelity, int Trials, int BaselineSeeds, int ProbeImages)
{
    /// <summary>Fewer trials than this tell nothing: two baselines and a few candidates.</summary>
    private const int FewestTrials = 6;

    /// <summary>Beyond this many, a larger budget buys longer trials: they show more of an effect, and with less noise.</summary>
    private const int MostTrials = 28;

    /// <summary>A smaller budget buys fewer trials before it buys shorter ones than this share of a training.</summary>
    private const double PreferredShare = 0.37;

    /// <summary>Shorter trainings than this say little about whole ones.</summary>
    private const double SmallestShare = 0.08;

    /// <summary>Below this share of the images, or this many, epochs are cut as well.</summary>
    private const double SmallestImageShare = 0.35;

    private const double FewestImages = 300;

    /// <summary>Share of the budget that distance analysis may take.</summary>
    private const double ProbeShare = 0.05;

    /// <summary>Fewer select images than this can't tell levels apart.</summary>
    private const int FewestProbeImages = 50;

    /// <summary>The plan for a budget; null when the budget is too small for any.</summary>
    /// <param name="request">The search.</param>
    /// <param name="cap">Image-passes that may be spent.</param>
    /// <param name="operations">Operations to calibrate.</param>
    public static SearchPlan? Make(SearchRequest request, double cap, int operations)
    {
        var training = (double)TrialCost.ImagePasses(request.Template with { Fidelity = Fidelity.Full, EvaluateTest = false }, request.Sizes);
        var probe = (int)Math.Min(2000, Math.Min(request.Sizes.Select, ProbeShare * cap / (1 + (operations * DistanceLevels.Strengths.Count))));
        var probeImages = operations > 0 && probe >= FewestProbeImages ? probe : 0;
        var trainings = (cap - SearchLedger.ProbeCost(operations, DistanceLevels.Strengths.Count, probeImages)) / training;
        var wanted = Math.Clamp(Math.Min(trainings / PreferredShare, request.Budget.Trials ?? int.MaxValue), FewestTrials, MostTrials);
        var share = Math.Min(trainings / wanted, 1);
        for (; share >= SmallestShare; share *= 0.95)
        {
            var fidelity = Split(request, share);
            var cost = TrialCost.ImagePasses(request.Template with { Fidelity = fidelity }, request.Sizes);
            var trials = (int)Math.Min(trainings * training / cost, request.Budget.Trials ?? int.MaxValue);
            if (trials >= FewestTrials)
            {
                return new SearchPlan(fidelity, trials, 2, probeImages);
            }
        }

        return null;
    }

    /// <summary>
    /// A share of a training as epochs × images. Images are cut first: what a policy gains is mostly what it keeps a model from
    /// memorising, and that takes epochs. Measured on Fashion-MNIST (4,800 images, 12 epochs) and the first 776 images of SVHN (80 epochs),
    /// half the images keep three quarters of the effects and their order, half the epochs halve the large ones and turn the sign of
    /// the small ones.
    /// </summary>
    private static Fidelity Split(SearchRequest request, double share)
    {
        var epochs = request.Template.Recipe.Epochs;
        var images = Math.Min(1, Math.Max(share, Math.Max(SmallestImageShare, FewestImages / request.Sizes.Train)));
        var whole = Math.Clamp(Math.Floor(share / images * epochs), 1, epochs);
        return new Fidelity(whole / epochs, Math.Min(1, Math.Round(share * epochs / whole, 3)));
    }
}
