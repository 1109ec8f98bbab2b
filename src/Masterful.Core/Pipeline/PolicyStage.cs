using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Pipeline;

/// <summary>The policy of a run, from the lock or by a search, and the final trainings of it.</summary>
/// <param name="run">The run.</param>
/// <param name="search">Finds policies.</param>
/// <param name="clock">For the cap on time.</param>
/// <param name="logger">Hears what happens.</param>
/// <param name="attributes">Whether an attribution follows, for the run's plan.</param>
internal sealed class PolicyStage(RunContext run, PolicySearcher search, TimeProvider clock, ILogger logger, bool attributes = false)
{
    private LockFingerprint Fingerprint =>
        LockFingerprint.Of(run.Spec, run.Model.Fingerprint, run.Data.Classes, run.Data.Fingerprint, run.Data.Train.Count);

    /// <summary>
    /// The lock while it holds, else a search. What a search finds is confirmed by the final trainings, on seeds that it never saw, and
    /// locked as soon as they are done.
    /// </summary>
    /// <returns>What to train with; and the final trainings of it, null where the lock was kept.</returns>
    public async Task<(PolicyChoice Choice, FinalTrials? Finals)> ChooseAsync(CancellationToken cancellation)
    {
        var locked = FromLock(out var undone);
        run.Progress?.Report(new PipelineProgress(PipelineStage.Model, null, 0, 0, 0, null, null) { Plan = RunPlan.Of(run, locked, attributes) });
        if (locked is not null)
        {
            return (locked, null);
        }

        var settled = await SettleAsync(cancellation).ConfigureAwait(false);
        var recipe = run.Template with { Recipe = settled.Recipe };
        var (found, fitting, shortage) = await SearchOrHalveAsync(recipe, settled, cancellation).ConfigureAwait(false);
        var (finals, final, late) = await TrainOrHalveAsync(
            fitting, found.Policy, !settled.Halved && shortage is null, cancellation).ConfigureAwait(false);
        settled = settled with { Recipe = final.Recipe, Notes = [.. settled.Notes, .. new[] { shortage, late }.OfType<string>()] };
        // Without a single pair nothing is known: the gate fails for want of figures, and the next run tries the trainings again.
        var confirmed = finals.Original.Count == 0 ? found : found.Confirm(finals.Original, finals.Masterful);
        var content = PolicyLock.Of(confirmed.Policy, confirmed.Source, settled.Recipe, Fingerprint);
        new SearchArchive(run.Spec.Runtime.Cache, logger).Save(content, new SearchRecord(confirmed, settled));
        var choice = new PolicyChoice
        {
            Recipe = settled.Recipe,
            Policy = confirmed.Policy,
            Source = confirmed.Source,
            Settled = settled,
            Search = confirmed,
            Notes =
            [
                .. undone, .. settled.Notes, .. confirmed.Notes,
                .. confirmed.CutShort is { } why ? [why] : Array.Empty<string>(),
                .. WriteLock(content),
            ],
        };
        return (choice, confirmed.Policy.IsNone && !found.Policy.IsNone ? finals.OriginalAlone() : finals);
    }

    /// <summary>Batch size and learning rate where the spec leaves them open.</summary>
    public Task<SettledRecipe> SettleAsync(CancellationToken cancellation)
    {
        var request = new RecipeSearchRequest
        {
            Template = run.Template,
            BatchSize = run.Spec.Training.BatchSize is null,
            LearningRate = run.Spec.Training.LearningRate is null,
            Sizes = run.Sizes,
            Budget = run.Spec.Policy.Budget,
            FinalSeeds = run.Spec.Training.Seeds,
        };
        run.Runner.Begin(PipelineStage.Baseline, RecipeSearch.Plan(request) is { Trials: > 0 } plan ? plan : null);
        return new RecipeSearch(run.Runner, clock, logger).SettleAsync(request, cancellation);
    }

    /// <summary>
    /// The search, with what settling the recipe left of the budget; where a trial runs out of memory, once more from its start in batches of
    /// half the size, with what is left then: what was trained in the larger ones can't be compared with what is trained in the smaller.
    /// What all of that cost stands in the outcome's ledger, which is the search's cost wherever it is asked for.
    /// </summary>
    private async Task<(SearchOutcome Found, TrialSpec Recipe, string? Note)> SearchOrHalveAsync(
        TrialSpec recipe, SettledRecipe settled, CancellationToken cancellation)
    {
        run.Runner.Begin(PipelineStage.Search);
        var finalStage = TrialCost.FinalStage(recipe, run.Sizes, run.Spec.Training.Seeds);
        var request = new SearchRequest
        {
            Template = recipe,
            Techniques = run.Spec.Policy.Techniques,
            Budget = Less(run.Spec.Policy.Budget, settled.Ledger, finalStage),
            FinalSeeds = run.Spec.Training.Seeds,
            Sizes = run.Sizes,
        };
        var progress = PipelineProgress.Relay<SearchProgress>(run.Progress, OfSearch);
        var guard = new MemoryGuard(run.Runner);
        try
        {
            var found = await search(settled.Halved ? run.Runner : guard, request, progress, cancellation).ConfigureAwait(false);
            return (found with { Ledger = [settled.Ledger, .. found.Ledger] }, recipe, null);
        }
        catch (BatchTooLargeException e)
        {
            logger.LogWarning("{Note}", e.Note);
            var fitting = recipe with { Recipe = RecipeSearch.Halve(recipe.Recipe) };
            var left = Less(request.Budget, guard.Spent, finalStage);
            var found = await search(run.Runner, request with { Template = fitting, Budget = left }, progress, cancellation).ConfigureAwait(false);
            return (found with { Ledger = [settled.Ledger, .. found.Ledger, guard.Spent] }, fitting, e.Note);
        }
    }

    private BudgetSpec Less(BudgetSpec budget, LedgerEntry spent, long finalStage) => new(
        budget.Time is { } time ? TimeSpan.FromSeconds(Math.Max(1, time.TotalSeconds - (spent.Seconds / Math.Max(1, run.Runner.Parallelism)))) : null,
        budget.Ratio is { } ratio ? Math.Max(0, ratio - (spent.ImagePasses / (double)finalStage)) : null,
        budget.Trials is { } trials ? Math.Max(0, trials - spent.Trials) : null);

    /// <summary>The final trainings of what the lock holds.</summary>
    public async Task<(PolicyChoice Choice, FinalTrials Finals)> TrainAsync(PolicyChoice choice, CancellationToken cancellation)
    {
        var (finals, recipe, note) = await TrainOrHalveAsync(
            run.Template with { Recipe = choice.Recipe }, choice.Policy, mayHalve: true, cancellation).ConfigureAwait(false);
        return (choice with { Recipe = recipe.Recipe, Notes = note is null ? choice.Notes : [.. choice.Notes, note] }, finals);
    }

    /// <summary>The final trainings; where one runs out of memory, those of both arms in batches of half the size.</summary>
    private async Task<(FinalTrials Finals, TrialSpec Recipe, string? Note)> TrainOrHalveAsync(
        TrialSpec recipe, Policy policy, bool mayHalve, CancellationToken cancellation)
    {
        try
        {
            return (await TrainFinalsAsync(mayHalve ? new MemoryGuard(run.Runner) : run.Runner, recipe, policy, cancellation).ConfigureAwait(false), recipe, null);
        }
        catch (BatchTooLargeException e)
        {
            logger.LogWarning("{Note}", e.Note);
            var fitting = recipe with { Recipe = RecipeSearch.Halve(recipe.Recipe) };
            return (await TrainFinalsAsync(run.Runner, fitting, policy, cancellation).ConfigureAwait(false), fitting, e.Note);
        }
    }

    private Task<FinalTrials> TrainFinalsAsync(ITrialRunner runner, TrialSpec recipe, Policy policy, CancellationToken cancellation)
    {
        var seeds = run.Spec.Training.Seeds;
        var onSelect = run.Spec.Evaluation.Split == "select";
        var arms = policy.IsNone ? 1 : 2;
        var teachers = policy[Technique.Unlabeled] > 0 ? 1 : 0;
        run.Runner.Begin(PipelineStage.Final, ((arms + teachers) * seeds, Planned(recipe, policy, seeds, !onSelect)));
        return new FinalStage(runner, onSelect).TrainAsync(recipe, policy, seeds, cancellation);
    }

    /// <summary>What the lock holds; null where there is none, or it is of another model, recipe or data.</summary>
    /// <param name="undone">Why a lock that is there was not kept.</param>
    /// <exception cref="DiagnosticException">The same, where the spec asks for the lock.</exception>
    public PolicyChoice? FromLock(out IReadOnlyList<string> undone)
    {
        var now = Fingerprint;
        undone = [];
        var path = PolicyLock.PathFor(run.Spec);
        if (run.Locked is not { } locked)
        {
            return run.Spec.Policy.Mode == PolicyMode.Locked
                ? throw new DiagnosticException(
                    PipelineDiagnostics.LockMissing, $"policy.mode is locked, but there is no {path}. Run `dotnet masterful search` and commit it.", run.Spec.PositionOf("policy.mode"))
                : null;
        }

        var differences = locked.Differences(now, run.Sizes);
        if (differences.Count > 0)
        {
            undone = [$"The locked policy '{locked.Policy.Name}' was not used: {string.Join("; ", differences)}."];
            logger.LogInformation("{Note}", undone[0]);
            return run.Spec.Policy.Mode == PolicyMode.Locked
                ? throw new DiagnosticException(
                    PipelineDiagnostics.LockDiffers, $"policy.mode is locked, but {string.Join("; ", differences)}. Undo that, or run `dotnet masterful search --update` and commit the new lock.", new SourcePosition(path))
                : null;
        }

        logger.LogInformation("Policy {Policy} from {Path}", locked.Policy.Name, path);
        var record = new SearchArchive(run.Spec.Runtime.Cache, logger).Find(locked);
        return new PolicyChoice
        {
            Settled = record?.Settled,
            Search = record?.Search,
            Recipe = run.Template.Recipe with { BatchSize = locked.BatchSize, LearningRate = locked.LearningRate },
            Policy = locked.Policy,
            Source = locked.Policy.IsNone ? PolicySource.None : "lock",
            Notes = locked.Fingerprint.Data == now.Data
                ? record?.Search.Notes ?? []
                : [$"The data changed since the policy was found ({locked.Fingerprint.TrainImages} training images then, {now.TrainImages} now); the locked policy was kept."],
        };
    }

    private IReadOnlyList<string> WriteLock(PolicyLock content)
    {
        var path = PolicyLock.PathFor(run.Spec);
        try
        {
            PolicyLockFile.Write(path, content);
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Path} can't be written: {Reason}", path, Cause.Of(e));
            return [$"The policy could not be locked ({Cause.Of(e).TrimEnd('.')}); the next run searches again."];
        }
    }

    private long Planned(TrialSpec template, Policy policy, int seeds, bool onTest)
    {
        var original = template with { EvaluateTest = onTest };
        var masterful = original with { Policy = policy };
        TrialSpec?[] trials = policy.IsNone ? [original] : [original, masterful, masterful.Teacher];
        return seeds * trials.OfType<TrialSpec>().Sum(t => TrialCost.ImagePasses(t, run.Sizes));
    }

    private static PipelineProgress OfSearch(SearchProgress search) => new(
        PipelineStage.Search, search.Stage, search.TrialsDone, search.TrialsPlanned, search.ImagePasses, search.ImagePassCap, search.SecondsLeft);
}
