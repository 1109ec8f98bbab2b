using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;

namespace Masterful.Core.Pipeline;

/// <summary>What a stage is planned to do.</summary>
/// <param name="Stage">One of <see cref="PipelineStage"/>.</param>
/// <param name="ImagePasses">Work.</param>
/// <param name="IsMost">Whether that is a cap, and the stage may end before it.</param>
/// <param name="MostSeconds">Wall time that ends the stage, that of those before it with such an end included; or null.</param>
public sealed record StageWork(string Stage, long ImagePasses, bool IsMost = false, double? MostSeconds = null);

/// <summary>All that a run is going to train, known before the first training: what an estimate of its time follows from.</summary>
public sealed record RunPlan
{
    /// <summary>Groups of techniques that a policy usually has: the attribution trains one policy less at every seed.</summary>
    private const int UsualGroups = 3;

    /// <summary>Multiples of the final stage that a search without a cap on work plans for.</summary>
    private const double UncappedRatio = 4;

    /// <summary>A whole training with no policy.</summary>
    public required TrialSpec Template { get; init; }

    /// <summary>How many images each split has.</summary>
    public required SplitSizes Sizes { get; init; }

    /// <summary>What the model takes.</summary>
    public required ImageShape Shape { get; init; }

    /// <summary>The search's.</summary>
    public required BudgetSpec Budget { get; init; }

    /// <summary>Paired repeats of the final trainings.</summary>
    public required int Seeds { get; init; }

    /// <summary>Whether the learning rate is searched for.</summary>
    public bool LearningRate { get; init; }

    /// <summary>Whether the batch size is searched for.</summary>
    public bool BatchSize { get; init; }

    /// <summary>The policy where it is known; null where it is searched for.</summary>
    public Policy? Locked { get; init; }

    /// <summary>Whether techniques are told apart after the final trainings.</summary>
    public bool Attributes { get; init; }

    /// <summary>Whether the model takes images of other sizes too.</summary>
    public bool FitsAnySize { get; init; }

    /// <summary>Images a second that one training makes, as a few images show it before any training; or null.</summary>
    public double? ProbedSpeed { get; init; }

    /// <summary>Trials that run at once.</summary>
    public required int Parallelism { get; init; }

    /// <summary>The stages that train, in order.</summary>
    public IReadOnlyList<StageWork> Work
    {
        get
        {
            var final = TrialCost.FinalStage(Template, Sizes, Seeds);
            var whole = TrialCost.ImagePasses(Template with { EvaluateTest = false }, Sizes);
            var recipe = RecipeSearch.Plan(Recipes).ImagePasses;
            var attributed = (Locked is null ? UsualGroups - 1 : Attribution.Inner(Locked, leaveOneOut: false).Count()) * Seeds;
            StageWork?[] stages =
            [
                Locked is null ? new StageWork(PipelineStage.Baseline, recipe, MostSeconds: Budget.Time?.TotalSeconds / 2) : null,
                Locked is null ? new StageWork(PipelineStage.Search, (long)((Budget.Ratio ?? UncappedRatio) * final) - recipe, IsMost: true, Budget.Time?.TotalSeconds) : null,
                new StageWork(PipelineStage.Final, Locked is { IsNone: true } ? final / 2 : final),
                Attributes ? new StageWork(PipelineStage.Attribution, attributed * whole) : null,
            ];
            return [.. stages.OfType<StageWork>().Where(s => s.ImagePasses > 0)];
        }
    }

    private RecipeSearchRequest Recipes => new() { Template = Template, Sizes = Sizes, LearningRate = LearningRate, BatchSize = BatchSize, Budget = Budget, FinalSeeds = Seeds };

    /// <summary>The plan of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="locked">The policy where it is known.</param>
    /// <param name="attributes">Whether an attribution follows.</param>
    internal static RunPlan Of(RunContext run, PolicyChoice? locked, bool attributes) => new()
    {
        Template = locked is null ? run.Template : run.Template with { Recipe = locked.Recipe },
        Sizes = run.Sizes,
        Shape = run.Spec.Model.InputShape,
        Budget = run.Spec.Policy.Budget,
        Seeds = run.Spec.Training.Seeds,
        LearningRate = run.Spec.Training.LearningRate is null,
        BatchSize = run.Spec.Training.BatchSize is null,
        Locked = locked?.Policy,
        Attributes = attributes,
        FitsAnySize = run.Spec.Model.Architecture is not null,
        Parallelism = Math.Max(1, run.Runner.Parallelism),
        ProbedSpeed = run.MeasureSpeed(),
    };
}
