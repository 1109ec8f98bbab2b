using Masterful.Core.Spec;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Search;

/// <summary>How much of the search's budget settles the recipe, and how long its short runs may be for that.</summary>
internal sealed class RecipeBudget
{
    /// <summary>Share of the epochs of a short run: long enough for the schedule to anneal, short enough for six to cost one full training.</summary>
    private const double EpochShare = 0.15;

    /// <summary>The rest finds the policy.</summary>
    private const double MostOfBudget = 0.5;

    /// <summary>Shorter runs than this many steps tell rates apart by their first steps alone.</summary>
    private const int FewestSteps = 8;

    /// <param name="request">What is to be settled.</param>
    /// <param name="sizes">Batch sizes on the ladder.</param>
    /// <param name="rates">Learning rates on the grid.</param>
    public RecipeBudget(RecipeSearchRequest request, int sizes, int rates)
    {
        var final = TrialCost.FinalStage(request.Template, request.Sizes, request.FinalSeeds);
        var runs = (request.BatchSize && sizes > 1 ? sizes : 0) + (request.LearningRate ? rates : 0);
        ImagePasses = request.Budget.Ratio is { } ratio ? (long)Math.Floor(MostOfBudget * ratio * final) : null;
        Caps = request.Budget with { Trials = request.Budget.Trials is { } trials ? (int)(MostOfBudget * trials) : null };
        Fidelity = Shares().Select(share => Split(request, share))
            .FirstOrDefault(f => f is { } fidelity && (ImagePasses is not { } cap
                || runs * TrialCost.ImagePasses(request.Template with { Fidelity = fidelity, EvaluateTest = false }, request.Sizes) <= cap));
        Notes = runs > 0 && Fidelity is { } given && given.EpochShare * given.ImageShare < 0.9 * EpochShare
            ? [$"Settling the recipe may take half of policy.budget.ratio: its runs were {Figures.Percent(given.EpochShare * given.ImageShare, 1)} of a training each, in place of {Figures.Percent(EpochShare, 0)}."]
            : [];
    }

    /// <summary>Image-passes that settling the recipe may take; null without a cap on work.</summary>
    public long? ImagePasses { get; }

    /// <summary>The caps on time and trials that hold for it.</summary>
    public BudgetSpec Caps { get; }

    /// <summary>Of each run; null where not even the shortest that tell anything fit.</summary>
    public Fidelity? Fidelity { get; }

    /// <summary>What a reviewer should know.</summary>
    public IReadOnlyList<string> Notes { get; }

    private static IEnumerable<double> Shares()
    {
        for (var share = EpochShare; share > 1e-4; share *= 0.9)
        {
            yield return share;
        }
    }

    /// <summary>Epochs are cut down to one, then images, as a rate must anneal to be judged; null where too few steps are left.</summary>
    private static Fidelity? Split(RecipeSearchRequest request, double share)
    {
        var epochs = (double)request.Template.Recipe.Epochs;
        if (share * epochs >= 1 || share == EpochShare)
        {
            return new Fidelity(share, 1);
        }

        var images = share * epochs;
        return images * request.Sizes.Train < FewestSteps * Math.Min(request.Template.Recipe.BatchSize, request.Sizes.Train) ? null : new Fidelity(1 / epochs, images);
    }
}
