using System.Globalization;
using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Pipeline;

/// <summary>Searches for a policy over a runner.</summary>
public delegate Task<SearchOutcome> PolicySearcher(
    ITrialRunner runner, SearchRequest request, IProgress<SearchProgress>? progress, CancellationToken cancellation);

/// <summary>
/// The main program: from a spec to the figures of a report. Whatever it trains goes through the session's runner, so a run that was
/// killed goes on where it was when it is started again, and gives the same result.
/// </summary>
/// <param name="environment">Data, torch and journal.</param>
/// <param name="search">Finds policies.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="logger">Hears what happens.</param>
public sealed class MasterfulPipeline(IPipelineEnvironment environment, PolicySearcher search, TimeProvider clock, ILogger logger)
{
    /// <summary>A pipeline that searches by <see cref="PolicySearch"/>.</summary>
    public MasterfulPipeline(IPipelineEnvironment environment, TimeProvider clock, ILogger logger)
        : this(
            environment,
            (runner, request, progress, cancellation) => new PolicySearch(runner, clock, logger).SearchAsync(request, progress, cancellation),
            clock,
            logger)
    {
    }

    private const string NothingUsed = "The policy is none: the masterful model is the original model, and the error-rate reduction is 0.";

    /// <summary>
    /// Runs every stage and writes the report's figures, the policy lock and the trained model. The figures are written all or not at
    /// all: cancelled after the first of them, it writes the others and returns.
    /// </summary>
    /// <exception cref="DiagnosticException">Spec, data, model, lock or machine are not fit; exit code 3.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was trained is in the journal, and the report folder is as it was.</exception>
    public async Task<PipelineOutcome> RunAsync(
        MasterfulSpec spec, PipelineOptions options, IProgress<PipelineProgress>? progress, CancellationToken cancellation)
    {
        RunFolder.Prepare(spec, "report.path", spec.Report.Path);
        RunFolder.Prepare(spec, "output.path", spec.Output.Path);
        return await WithSessionAsync(
            spec,
            options,
            progress,
            async run =>
            {
                var outcome = await RunStagesAsync(run, cancellation).ConfigureAwait(false);
                return (outcome, outcome.Result.Gate.Status, Summary(outcome.Result));
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Goes as far as the policy and locks it; no report. A lock that holds is kept, and nothing trained, unless the mode is search. The
    /// final trainings, which confirm what was found, are journalled: a run that follows does not train them again.
    /// </summary>
    /// <exception cref="DiagnosticException">Spec, data, model, lock or machine are not fit; exit code 3.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was trained is in the journal.</exception>
    public Task<PolicyDecision> SearchAsync(MasterfulSpec spec, IProgress<PipelineProgress>? progress, CancellationToken cancellation) =>
        WithSessionAsync(
            spec,
            new PipelineOptions(),
            progress,
            async run =>
            {
                var (choice, finals) = await ChooseAsync(run, Template(run), Sizes(run.Data), cancellation).ConfigureAwait(false);
                var kept = finals is null;
                return (new PolicyDecision(ResultComposer.Policy(choice), kept, choice.Notes), kept ? "kept" : "searched", choice.Policy.Name);
            },
            cancellation);

    /// <summary>
    /// Finds labels that are likely wrong, among the images of train and select: each is predicted by a model that was trained on the
    /// other folds, with the locked policy where the lock holds, else with none. Writes no file; the trainings are journalled.
    /// </summary>
    /// <exception cref="DiagnosticException">Spec, data, model, lock or machine are not fit, or a fold's training failed; exit code 3.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was trained is in the journal.</exception>
    public Task<LabelAudit> AuditLabelsAsync(
        MasterfulSpec spec, LabelAuditOptions options, IProgress<PipelineProgress>? progress, CancellationToken cancellation) =>
        WithSessionAsync(
            spec,
            new PipelineOptions(),
            progress,
            async run =>
            {
                // First, since it costs nothing and says what is wrong.
                var stage = new LabelStage(run.Session.Runner, CrossValidation.Of(run.Data, options.Folds, spec.Training.Seed), run.Progress);
                var (sizes, template) = (Sizes(run.Data), Template(run));
                var choice = FromLock(run, template, Fingerprint(run), sizes, out var undone)
                    ?? new PolicyChoice
                    {
                        Recipe = (await SettleAsync(run, template, sizes, cancellation).ConfigureAwait(false)).Recipe,
                        Policy = Policy.None,
                        Source = PolicySource.None,
                        Notes = undone,
                    };
                var trial = template with { Recipe = choice.Recipe, Policy = choice.Policy };
                var audit = await stage.AuditAsync(trial, run.Data, options.SampleCount, cancellation).ConfigureAwait(false);
                return (audit with { Notes = choice.Notes }, "labels", $"{audit.Findings.Count} labels to look at");
            },
            cancellation);

    /// <summary>Opens data, model and journal, does the work, and notes in the journal how it ended.</summary>
    private async Task<T> WithSessionAsync<T>(
        MasterfulSpec spec,
        PipelineOptions options,
        IProgress<PipelineProgress>? progress,
        Func<Stages, Task<(T Outcome, string Status, string? Summary)>> work,
        CancellationToken cancellation)
    {
        var startedAt = clock.GetUtcNow();
        using var span = Telemetry.StartRun();
        var baseline = ReadBaseline(options.BaselinePath);
        var locked = spec.Policy.Mode == PolicyMode.Search ? null : PolicyLockFile.Read(PolicyLock.PathFor(spec));
        using var runLock = RunLock.Acquire(spec.Runtime.Cache, startedAt, logger);

        progress?.Report(new PipelineProgress(PipelineStage.Data, spec.Dataset.Name, 0, 0, 0, null, null));
        using var data = await environment.LoadDataAsync(spec, Relay<DataProgress>(progress, OfData), cancellation).ConfigureAwait(false);
        progress?.Report(new PipelineProgress(PipelineStage.Model, null, 0, 0, 0, null, null));
        var model = environment.CheckModel(spec.Model, data.Classes.Count);

        var run = new RunIdentity(options.RunId ?? NewId(startedAt, data.Fingerprint), startedAt);
        using var session = environment.OpenSession(run, spec, data);
        var identified = Relay<PipelineProgress>(progress, value => value with { RunId = run.Id });
        try
        {
            span?.SetTag("masterful.run.id", run.Id);
            using var runner = new MeteredRunner(session.Runner, identified, span);
            var (outcome, status, summary) =
                await work(new Stages(run, spec, options, data, model, baseline, locked, session, runner, identified)).ConfigureAwait(false);
            session.Finish(status, summary);
            span?.SetTag("masterful.run.status", status);
            return outcome;
        }
        catch (OperationCanceledException e)
        {
            Telemetry.Fail(span, e);
            session.Finish("cancelled", null);
            throw;
        }
        catch (Exception e)
        {
            Telemetry.Fail(span, e);
            session.Finish("error", e.Message);
            throw;
        }
    }

    private async Task<PipelineOutcome> RunStagesAsync(Stages run, CancellationToken cancellation)
    {
        var template = Template(run);
        var sizes = Sizes(run.Data);
        var (choice, known) = await ChooseAsync(run, template, sizes, cancellation).ConfigureAwait(false);
        if (known is null)
        {
            (known, choice) = await TrainLockedAsync(run, template, choice, sizes, cancellation).ConfigureAwait(false);
        }

        var (finals, recipe) = (known, template with { Recipe = choice.Recipe });
        var attribution = await new AttributionStage(run.Runner, run.Spec.Policy.Budget, sizes, run.Spec.Training.Seeds)
            .MeasureAsync(finals, choice, cancellation).ConfigureAwait(false);

        run.Runner.Begin(PipelineStage.Report);
        run.Progress?.Report(new PipelineProgress(PipelineStage.Report, null, 0, 0, 0, null, null));
        var samples = RunFolder.RenderSamples(run.Data.Train, run.Spec.Training.Seed);
        var figures = new RunFigures
        {
            Run = run.Identity,
            Spec = run.Spec,
            Options = run.Options,
            Environment = environment,
            Data = run.Data,
            Sizes = sizes,
            Model = run.Model,
            Template = recipe,
            Choice = choice,
            Finals = finals,
            Attribution = attribution,
            Runner = run.Runner,
            Baseline = run.Baseline,
            Notes = [.. choice.Notes, .. finals.Notes, .. BaselineNotes(run), .. choice.Policy.IsNone ? [NothingUsed] : Array.Empty<string>()],
            SamplesImage = samples is null ? null : RunFolder.SamplesName,
        };
        var result = ResultComposer.Compose(figures, clock.GetUtcNow());
        var policies = ResultComposer.Policies(figures);

        // The last moment to stop: figures of this run beside pages or a model of an earlier one would mislead whoever reads them.
        cancellation.ThrowIfCancellationRequested();
        var onSelect = run.Spec.Evaluation.Split == "select";
        var misclassified = MisclassifiedImages.Find(finals, onSelect ? "select" : "test", onSelect ? run.Data.Select : run.Data.Test);
        RunFolder.Write(run.Spec, new RunContent(result, policies, samples, misclassified), logger);
        SaveModel(run, finals, result);
        return new PipelineOutcome(result, policies, run.Spec.Report.Path, run.Data.Files);
    }

    /// <summary>
    /// The lock while it holds, else a search. What a search finds is confirmed by the final trainings, on seeds that it never saw, and
    /// locked as soon as they are done.
    /// </summary>
    private async Task<(PolicyChoice Choice, FinalTrials? Finals)> ChooseAsync(
        Stages run, TrialSpec template, SplitSizes sizes, CancellationToken cancellation)
    {
        var fingerprint = Fingerprint(run);
        if (FromLock(run, template, fingerprint, sizes, out var undone) is { } kept)
        {
            return (kept, null);
        }

        var settled = await SettleAsync(run, template, sizes, cancellation).ConfigureAwait(false);
        var recipe = template with { Recipe = settled.Recipe };
        var (found, fitting, shortage) = await SearchOrHalveAsync(run, recipe, sizes, !settled.Halved, cancellation).ConfigureAwait(false);
        var (finals, final, late) = await TrainOrHalveAsync(
            run, fitting, found.Policy, sizes, !settled.Halved && shortage is null, cancellation).ConfigureAwait(false);
        settled = settled with { Recipe = final.Recipe, Notes = [.. settled.Notes, .. new[] { shortage, late }.OfType<string>()] };
        // Without a single pair nothing is known: the gate fails for want of figures, and the next run tries the trainings again.
        var confirmed = finals.Original.Count == 0 ? found : found.Confirm(finals.Original, finals.Masterful);
        var content = PolicyLock.Of(confirmed.Policy, confirmed.Source, settled.Recipe, fingerprint);
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
                .. WriteLock(run.Spec, content),
            ],
        };
        return (choice, confirmed.Policy.IsNone && !found.Policy.IsNone ? finals.OriginalAlone() : finals);
    }

    private Task<SettledRecipe> SettleAsync(Stages run, TrialSpec template, SplitSizes sizes, CancellationToken cancellation)
    {
        run.Runner.Begin(PipelineStage.Baseline);
        return new RecipeSearch(run.Runner, logger).SettleAsync(
            new RecipeSearchRequest
            {
                Template = template,
                BatchSize = run.Spec.Training.BatchSize is null,
                LearningRate = run.Spec.Training.LearningRate is null,
                Sizes = sizes,
            },
            cancellation);
    }

    /// <summary>
    /// The search; where a trial runs out of memory, once more from its start in batches of half the size, with what is left of the
    /// budget: what was trained in the larger ones can't be compared with what is trained in the smaller.
    /// </summary>
    private async Task<(SearchOutcome Found, TrialSpec Recipe, string? Note)> SearchOrHalveAsync(
        Stages run, TrialSpec recipe, SplitSizes sizes, bool mayHalve, CancellationToken cancellation)
    {
        run.Runner.Begin(PipelineStage.Search);
        var request = new SearchRequest
        {
            Template = recipe,
            Techniques = run.Spec.Policy.Techniques,
            Budget = run.Spec.Policy.Budget,
            FinalSeeds = run.Spec.Training.Seeds,
            Sizes = sizes,
        };
        var progress = Relay<SearchProgress>(run.Progress, OfSearch);
        var guard = new MemoryGuard(run.Runner);
        try
        {
            return (await search(mayHalve ? guard : run.Runner, request, progress, cancellation).ConfigureAwait(false), recipe, null);
        }
        catch (BatchTooLargeException e)
        {
            logger.LogWarning("{Note}", e.Note);
            var fitting = recipe with { Recipe = RecipeSearch.Halve(recipe.Recipe) };
            var left = Less(request.Budget, guard, TrialCost.FinalStage(recipe, sizes, request.FinalSeeds));
            var found = await search(run.Runner, request with { Template = fitting, Budget = left }, progress, cancellation).ConfigureAwait(false);
            return (found with { Ledger = [.. found.Ledger, guard.Spent] }, fitting, e.Note);
        }
    }

    private static BudgetSpec Less(BudgetSpec budget, MemoryGuard guard, long finalStage) => new(
        budget.Time is { } time ? TimeSpan.FromSeconds(Math.Max(1, time.TotalSeconds - (guard.Spent.Seconds / Math.Max(1, guard.Parallelism)))) : null,
        budget.Ratio is { } ratio ? Math.Max(0, ratio - (guard.Spent.ImagePasses / (double)finalStage)) : null,
        budget.Trials is { } trials ? Math.Max(0, trials - guard.Spent.Trials) : null);

    private async Task<(FinalTrials Finals, PolicyChoice Choice)> TrainLockedAsync(
        Stages run, TrialSpec template, PolicyChoice choice, SplitSizes sizes, CancellationToken cancellation)
    {
        var (finals, recipe, note) = await TrainOrHalveAsync(
            run, template with { Recipe = choice.Recipe }, choice.Policy, sizes, mayHalve: true, cancellation).ConfigureAwait(false);
        return (finals, choice with { Recipe = recipe.Recipe, Notes = note is null ? choice.Notes : [.. choice.Notes, note] });
    }

    /// <summary>The final trainings; where one runs out of memory, those of both arms in batches of half the size.</summary>
    private async Task<(FinalTrials Finals, TrialSpec Recipe, string? Note)> TrainOrHalveAsync(
        Stages run, TrialSpec recipe, Policy policy, SplitSizes sizes, bool mayHalve, CancellationToken cancellation)
    {
        try
        {
            return (await TrainFinalsAsync(run, mayHalve ? new MemoryGuard(run.Runner) : run.Runner, recipe, policy, sizes, cancellation).ConfigureAwait(false), recipe, null);
        }
        catch (BatchTooLargeException e)
        {
            logger.LogWarning("{Note}", e.Note);
            var fitting = recipe with { Recipe = RecipeSearch.Halve(recipe.Recipe) };
            return (await TrainFinalsAsync(run, run.Runner, fitting, policy, sizes, cancellation).ConfigureAwait(false), fitting, e.Note);
        }
    }

    private static Task<FinalTrials> TrainFinalsAsync(
        Stages run, ITrialRunner runner, TrialSpec recipe, Policy policy, SplitSizes sizes, CancellationToken cancellation)
    {
        var seeds = run.Spec.Training.Seeds;
        var onSelect = run.Spec.Evaluation.Split == "select";
        var arms = policy.IsNone ? 1 : 2;
        var teachers = policy[Technique.Unlabeled] > 0 ? 1 : 0;
        run.Runner.Begin(PipelineStage.Final, ((arms + teachers) * seeds, Planned(recipe, policy, sizes, seeds, !onSelect)));
        return new FinalStage(runner, onSelect).TrainAsync(recipe, policy, seeds, cancellation);
    }

    private PolicyChoice? FromLock(Stages run, TrialSpec template, LockFingerprint now, SplitSizes sizes, out IReadOnlyList<string> undone)
    {
        undone = [];
        var path = PolicyLock.PathFor(run.Spec);
        if (run.Locked is not { } locked)
        {
            return run.Spec.Policy.Mode == PolicyMode.Locked
                ? throw new DiagnosticException(
                    PipelineDiagnostics.LockMissing, $"policy.mode is locked, but there is no {path}. Run `dotnet masterful search` and commit it.", run.Spec.PositionOf("policy.mode"))
                : null;
        }

        var differences = locked.Differences(now, sizes);
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
            Recipe = template.Recipe with { BatchSize = locked.BatchSize, LearningRate = locked.LearningRate },
            Policy = locked.Policy,
            Source = locked.Policy.IsNone ? PolicySource.None : "lock",
            Notes = locked.Fingerprint.Data == now.Data
                ? record?.Search.Notes ?? []
                : [$"The data changed since the policy was found ({locked.Fingerprint.TrainImages} training images then, {now.TrainImages} now); the locked policy was kept."],
        };
    }

    private IReadOnlyList<string> WriteLock(MasterfulSpec spec, PolicyLock content)
    {
        var path = PolicyLock.PathFor(spec);
        try
        {
            PolicyLockFile.Write(path, content);
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Path} can't be written: {Reason}", path, e.Message);
            return [$"The policy could not be locked ({e.Message.TrimEnd('.')}); the next run searches again."];
        }
    }

    /// <summary>The masterful model of the seed with the lowest select loss: the test split has no say in what is handed on.</summary>
    private void SaveModel(Stages run, FinalTrials finals, RunResult result)
    {
        if (finals.Masterful.Where(r => r is { WeightsPath: not null, Select: not null }).MinBy(r => r.SelectLoss) is not { } best)
        {
            logger.LogWarning("No trained model was written: no final training of the masterful policy has kept its weights.");
            return;
        }

        var metadata = new Dictionary<string, string>
        {
            ["run"] = run.Identity.Id,
            ["policy"] = result.Policy.Name,
            ["engine"] = EngineVersion.Current,
            ["dataset"] = result.Dataset.Name,
            ["error_rate"] = result.Masterful.ErrorRate.ToString("R", CultureInfo.InvariantCulture),
        };
        try
        {
            environment.SaveModel(run.Spec, run.Data.Classes, best.WeightsPath!, TemperatureScaling.Fit(best.Select!).Temperature, metadata);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                PipelineDiagnostics.ModelNotWritten, $"'{run.Spec.Output.Path}' can't be written: {e.Message}", run.Spec.PositionOf("output.path"));
        }
    }

    private TrialSpec Template(Stages run)
    {
        var training = run.Spec.Training;
        return new TrialSpec
        {
            Policy = Policy.None,
            Recipe = new Recipe
            {
                Epochs = training.Epochs,
                BatchSize = training.BatchSize ?? 128,
                LearningRate = training.LearningRate ?? 0.1,
                Optimizer = training.Optimizer,
                WeightDecay = training.WeightDecay,
                Precision = environment.ResolvePrecision(run.Spec),
            },
            Seed = training.Seed,
            DataFingerprint = run.Data.Fingerprint,
            ModelFingerprint = run.Model.Fingerprint,
            DeviceKind = environment.DeviceKind,
            EngineVersion = EngineVersion.Current,
        };
    }

    private static LockFingerprint Fingerprint(Stages run) =>
        LockFingerprint.Of(run.Spec, run.Model.Fingerprint, run.Data.Classes, run.Data.Fingerprint, run.Data.Train.Count);

    private static long Planned(TrialSpec template, Policy policy, SplitSizes sizes, int seeds, bool onTest)
    {
        var original = template with { EvaluateTest = onTest };
        var masterful = original with { Policy = policy };
        TrialSpec?[] trials = policy.IsNone ? [original] : [original, masterful, masterful.Teacher];
        return seeds * trials.OfType<TrialSpec>().Sum(t => TrialCost.ImagePasses(t, sizes));
    }

    internal static SplitSizes Sizes(DatasetSplits data) =>
        new(data.Train.Count, data.Select.Count, data.Test.Count, data.Synthetic?.Count ?? 0, data.Unlabeled?.Count ?? 0);

    private static RelayProgress<T>? Relay<T>(IProgress<PipelineProgress>? progress, Func<T, PipelineProgress> translate) =>
        progress is null ? null : new RelayProgress<T>(value => progress.Report(translate(value)));

    private static PipelineProgress OfData(DataProgress data) => new(PipelineStage.Data, data.ToString(), 0, 0, 0, null, null);

    private static PipelineProgress OfSearch(SearchProgress search) => new(
        PipelineStage.Search, search.Stage, search.TrialsDone, search.TrialsPlanned, search.ImagePasses, search.ImagePassCap, search.SecondsLeft);

    private static RunResult? ReadBaseline(string? path)
    {
        try
        {
            return path is null ? null : ResultFiles.Read<RunResult>(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DiagnosticException(
                PipelineDiagnostics.BaselineNotReadable, $"The baseline '{path}' can't be read: {e.Message}", new SourcePosition(path!));
        }
    }

    private static IEnumerable<string> BaselineNotes(Stages run) => run.Baseline is { } baseline && baseline.Dataset.Fingerprint != run.Data.Fingerprint
        ? [$"The baseline, run {baseline.Run.Id}, was made on other data; its error rate may not be comparable."]
        : [];

    private static string NewId(DateTimeOffset startedAt, string fingerprint)
    {
        var hash = Seeds.Derive(startedAt.UtcTicks ^ Environment.ProcessId, fingerprint) & 0xffffff;
        return string.Create(CultureInfo.InvariantCulture, $"{startedAt:yyyyMMdd-HHmmss}-{hash:x6}");
    }

    private static string Summary(RunResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Policy.Name}: error {result.Original.ErrorRate:0.##%} to {result.Masterful.ErrorRate:0.##%}");

    private sealed record Stages(
        RunIdentity Identity,
        MasterfulSpec Spec,
        PipelineOptions Options,
        DatasetSplits Data,
        ModelFacts Model,
        RunResult? Baseline,
        PolicyLock? Locked,
        IRunSession Session,
        MeteredRunner Runner,
        IProgress<PipelineProgress>? Progress);
}
