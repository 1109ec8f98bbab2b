using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Search;

/// <summary>What of a recipe is to be settled.</summary>
public sealed record RecipeSearchRequest
{
    /// <summary>The trial that every trial is made from: no policy, the recipe as far as it is given, the run's seed.</summary>
    public required TrialSpec Template { get; init; }

    /// <summary>Whether the learning rate is to be found; else the template's stays.</summary>
    public required bool LearningRate { get; init; }

    /// <summary>Whether the batch size is to be found; else the template's stays.</summary>
    public required bool BatchSize { get; init; }

    /// <summary>How many images each split has.</summary>
    public required SplitSizes Sizes { get; init; }

    /// <summary>The caps of the whole search, of which settling the recipe may take at most half.</summary>
    public BudgetSpec Budget { get; init; } = new(Ratio: null);

    /// <summary>Seeds of the final stage, whose cost the ratio cap is a multiple of.</summary>
    public int FinalSeeds { get; init; } = 1;
}

/// <summary>The recipe that original and masterful share, and what settling it cost.</summary>
/// <param name="Recipe">Settled.</param>
/// <param name="Ledger">Work and time, stage <c>baseline</c>.</param>
/// <param name="Notes">Failed trials and choices at the end of a range.</param>
/// <param name="Halved">Whether memory ran out at the batch size that was asked for, and half of it is used.</param>
public sealed record SettledRecipe(Recipe Recipe, LedgerEntry Ledger, IReadOnlyList<string> Notes, bool Halved = false);

/// <summary>
/// Settles <c>learning_rate: auto</c> and <c>batch_size: auto</c> once, before any policy: short runs on a log grid of learning rates,
/// then a parabola in the logarithm through the best and its neighbours. Its seed derives from the run's by its own purpose, so that
/// no later random stream depends on it. What it costs is part of what the search may cost.
/// </summary>
/// <param name="runner">Answers trials.</param>
/// <param name="clock">For the cap on time.</param>
/// <param name="logger">Hears what each run gave.</param>
public sealed class RecipeSearch(ITrialRunner runner, TimeProvider clock, ILogger logger)
{
    /// <summary>The usual rate, the middle of the grid.</summary>
    private const int Middle = 3;

    private static readonly int[] BatchSizes = [64, 128, 256];

    private readonly List<string> _notes = [];
    private Fidelity? _fidelity;
    private SearchLedger _ledger = null!;
    private bool _ranOutOfMemory;
    private bool _halved;

    /// <summary>
    /// Half the batch for the memory that there is, at the learning rate that the square-root rule gives it, as on the ladder of batch
    /// sizes.
    /// </summary>
    public static Recipe Halve(Recipe recipe) =>
        recipe with { BatchSize = Math.Max(1, recipe.BatchSize / 2), LearningRate = recipe.LearningRate * Math.Sqrt(0.5) };

    /// <summary>Trials and work that settling takes.</summary>
    public static (int Trials, long ImagePasses) Plan(RecipeSearchRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (ladder, rates) = (LadderOf(request).Length, Grid(request.Template.Recipe.Optimizer).Count);
        var trials = (request.BatchSize && ladder > 1 ? ladder : 0) + (request.LearningRate ? rates : 0);
        return trials > 0 && new RecipeBudget(request, ladder, rates).Fidelity is { } fidelity
            ? (trials, trials * TrialCost.ImagePasses(request.Template with { Fidelity = fidelity, EvaluateTest = false }, request.Sizes))
            : (0, 0);
    }

    /// <summary>The recipe with nothing left to settle; the template's own, at no cost, when nothing was to be found.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<SettledRecipe> SettleAsync(RecipeSearchRequest request, CancellationToken cancellation)
    {
        var budget = new RecipeBudget(request, LadderOf(request).Length, Grid(request.Template.Recipe.Optimizer).Count);
        (_fidelity, _halved) = (budget.Fidelity, false);
        _ledger = new SearchLedger(runner, budget.Caps, request.Sizes, clock, null) { Cap = budget.ImagePasses };
        _notes.Clear();
        _notes.AddRange(budget.Notes);
        var recipe = request.Template.Recipe;
        if (request.BatchSize)
        {
            recipe = await SettleBatchSizeAsync(request, recipe, cancellation).ConfigureAwait(false);
        }

        if (request.LearningRate)
        {
            recipe = await SettleLearningRateAsync(request.Template, recipe, cancellation).ConfigureAwait(false);
        }

        return new SettledRecipe(recipe, LedgerEntry.Sum(_ledger.Stage, _ledger.Stages), [.. _notes], _halved);
    }

    /// <summary>0.4 of a decade apart, around what the update rule usually wants (SGD with momentum 0.1; AdamW 2e-3; LAMB 1e-2).</summary>
    internal static IReadOnlyList<double> Grid(OptimizerKind optimizer)
    {
        var middle = optimizer switch { OptimizerKind.Sgd => 0.1, OptimizerKind.AdamW => 2e-3, _ => 1e-2 };
        return [.. Enumerable.Range(-3, 6).Select(i => middle * Math.Pow(10, i * 0.4))];
    }

    /// <summary>
    /// The minimum of the parabola in log x through the best point and its two neighbours, kept between the neighbours; the best point
    /// itself where it stands at an end or a neighbour diverged.
    /// </summary>
    internal static double ParabolaMinimum(IReadOnlyList<double> xs, IReadOnlyList<double> losses)
    {
        var best = Enumerable.Range(0, xs.Count).MinBy(i => losses[i]);
        if (best == 0 || best == xs.Count - 1 || !double.IsFinite(losses[best - 1]) || !double.IsFinite(losses[best + 1]))
        {
            return xs[best];
        }

        var (a, b, c) = (Math.Log(xs[best - 1]), Math.Log(xs[best]), Math.Log(xs[best + 1]));
        var (left, right) = (losses[best - 1] - losses[best], losses[best + 1] - losses[best]);
        var bend = ((c - b) * left) + ((b - a) * right);
        var shift = (((c - b) * (c - b) * left) - ((b - a) * (b - a) * right)) / (2 * bend);
        return bend > 0 ? Math.Exp(Math.Clamp(b + shift, a, c)) : xs[best];
    }

    private async Task<Recipe> SettleLearningRateAsync(TrialSpec template, Recipe recipe, CancellationToken cancellation)
    {
        var rates = Grid(recipe.Optimizer);
        var losses = await LossesAsync(template, [.. rates.Select(r => recipe with { LearningRate = r })], cancellation).ConfigureAwait(false);
        if (_ranOutOfMemory && !_halved && recipe.BatchSize > 1)
        {
            _halved = true;
            _notes.Add($"Batches of {recipe.BatchSize} images ran out of memory: every model of this run is trained in batches of {recipe.BatchSize / 2}.");
            return await SettleLearningRateAsync(template, Halve(recipe), cancellation).ConfigureAwait(false);
        }

        if (losses.All(l => l is null))
        {
            _notes.Add($"policy.budget leaves no room to search for the learning rate; {rates[Middle]:g2} is used, as is usual.");
            return recipe with { LearningRate = rates[Middle] };
        }

        if (losses.All(l => l is null or double.PositiveInfinity))
        {
            _notes.Add($"Every learning rate from {rates[0]:g2} to {rates[^1]:g2} failed; {rates[0]:g2} is used.");
            return recipe with { LearningRate = rates[0] };
        }

        var rate = Round(ParabolaMinimum(rates, [.. losses.Select(l => l ?? double.PositiveInfinity)]));
        if (rate <= rates[0] || rate >= rates[^1])
        {
            _notes.Add($"The learning rate {rate:g2} is at the end of the range that was tried ({rates[0]:g2} to {rates[^1]:g2}).");
        }

        logger.LogInformation("Learning rate {Rate:g3}", rate);
        return recipe with { LearningRate = rate };
    }

    /// <summary>
    /// The ladder's best, each batch size at the learning rate that the linear-to-square-root rule gives it; a larger batch must be
    /// better than a smaller one to replace it.
    /// </summary>
    private async Task<Recipe> SettleBatchSizeAsync(RecipeSearchRequest request, Recipe recipe, CancellationToken cancellation)
    {
        var sizes = LadderOf(request);
        if (sizes.Length == 1)
        {
            return recipe with { BatchSize = sizes[0] };
        }

        var start = request.LearningRate ? Grid(recipe.Optimizer)[Middle] : recipe.LearningRate;
        Recipe At(int size) => recipe with
        {
            BatchSize = size,
            LearningRate = request.LearningRate ? start * Math.Sqrt(size / 128.0) : start,
        };
        var losses = await LossesAsync(request.Template, [.. sizes.Select(At)], cancellation).ConfigureAwait(false);
        if (losses.All(l => l is null))
        {
            _notes.Add($"policy.budget leaves no room to search for the batch size; {sizes[0]} is used.");
        }

        var best = Enumerable.Range(0, sizes.Length).MinBy(i => losses[i] ?? double.PositiveInfinity);
        logger.LogInformation("Batch size {Size}", sizes[best]);
        return At(sizes[best]) with { LearningRate = recipe.LearningRate };
    }

    /// <summary>Fewer than eight steps an epoch leave short runs nothing to learn by.</summary>
    private static int[] LadderOf(RecipeSearchRequest request) =>
        [.. BatchSizes.Where((b, i) => i == 0 || request.Sizes.Train >= 8 * b).Select(b => Math.Min(b, request.Sizes.Train))];

    /// <summary>
    /// Select losses in the order of the recipes, infinite for a run that failed; null for one that the budget left no room for. Those in the
    /// middle are asked for first.
    /// </summary>
    private async Task<IReadOnlyList<double?>> LossesAsync(TrialSpec template, IReadOnlyList<Recipe> recipes, CancellationToken cancellation)
    {
        var losses = new double?[recipes.Count];
        if (_fidelity is not { } fidelity)
        {
            return losses;
        }

        var seed = Seeds.Derive(template.Seed, "recipe");
        var order = Enumerable.Range(0, recipes.Count).OrderBy(i => Math.Abs(i - (recipes.Count / 2))).ToList();
        var results = await _ledger.AskAsync(
            [
                .. order.Select(i => template with
                {
                    Recipe = recipes[i],
                    Seed = seed,
                    Fidelity = fidelity,
                    EvaluateTest = false,
                    KeepWeights = false,
                }),
            ],
            cancellation).ConfigureAwait(false);
        _ranOutOfMemory = results.Any(r => r is { RanOutOfMemory: true });
        foreach (var (i, result) in order.Zip(results).OrderBy(r => r.First))
        {
            if (result is null)
            {
                continue;
            }

            var completed = result.Status == TrialStatus.Completed && double.IsFinite(result.SelectLoss);
            losses[i] = completed ? result.SelectLoss : double.PositiveInfinity;
            logger.LogInformation(
                "Batch size {Size}, learning rate {Rate:g3}: {Outcome}",
                recipes[i].BatchSize,
                recipes[i].LearningRate,
                completed ? $"validation loss {Figures.Loss(result.SelectLoss)}" : result.Failure);
        }

        return losses;
    }

    /// <summary>Two digits: more would claim what a handful of short runs can't know.</summary>
    private static double Round(double rate)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(rate)) - 1);
        return Math.Round(Math.Round(rate / unit) * unit, 12);
    }
}
