using System.Globalization;
using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
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
                var (choice, finals) = await new PolicyStage(run, search, clock, logger).ChooseAsync(cancellation).ConfigureAwait(false);
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
                var stage = new LabelStage(run.Runner, CrossValidation.Of(run.Data, options.Folds, spec.Training.Seed));
                var policy = new PolicyStage(run, search, clock, logger);
                var choice = policy.FromLock(out var undone)
                    ?? new PolicyChoice
                    {
                        Recipe = (await policy.SettleAsync(cancellation).ConfigureAwait(false)).Recipe,
                        Policy = Policy.None,
                        Source = PolicySource.None,
                        Notes = undone,
                    };
                var trial = run.Template with { Recipe = choice.Recipe, Policy = choice.Policy };
                var audit = await stage.AuditAsync(trial, run.Data, options.SampleCount, cancellation).ConfigureAwait(false);
                return (audit with { Notes = choice.Notes }, "labels", $"{audit.Findings.Count} labels to look at");
            },
            cancellation);

    /// <summary>Opens data, model and journal, does the work, and notes in the journal how it ended.</summary>
    private async Task<T> WithSessionAsync<T>(
        MasterfulSpec spec,
        PipelineOptions options,
        IProgress<PipelineProgress>? progress,
        Func<RunContext, Task<(T Outcome, string Status, string? Summary)>> work,
        CancellationToken cancellation)
    {
        var startedAt = clock.GetUtcNow();
        using var span = Telemetry.StartRun();
        var baseline = ReadBaseline(options.BaselinePath);
        var locked = spec.Policy.Mode == PolicyMode.Search ? null : PolicyLockFile.Read(PolicyLock.PathFor(spec));
        using var runLock = RunLock.Acquire(spec.Runtime.Cache, startedAt, logger);
        Leftovers.Remove(spec);

        progress?.Report(new PipelineProgress(PipelineStage.Data, spec.Dataset.Name, 0, 0, 0, null, null));
        using var data = await environment.LoadDataAsync(spec, PipelineProgress.Relay<DataProgress>(progress, OfData), cancellation).ConfigureAwait(false);
        options.DataRead?.Invoke(data.Files);
        foreach (var warning in data.Health.Diagnostics)
        {
            logger.LogDiagnostic(warning);
        }

        progress?.Report(new PipelineProgress(PipelineStage.Model, null, 0, 0, 0, null, null));
        var model = environment.CheckModel(spec.Model, data.Classes.Count);

        var run = new RunIdentity(options.RunId ?? NewId(startedAt, data.Fingerprint), startedAt);
        using var session = environment.OpenSession(run, spec, data);
        var identified = PipelineProgress.Relay<PipelineProgress>(progress, value => value with { RunId = run.Id });
        try
        {
            span?.SetTag("masterful.run.id", run.Id);
            using var runner = new MeteredRunner(session.Runner, identified, span);
            var context = new RunContext
            {
                Identity = run,
                Spec = spec,
                Options = options,
                Data = data,
                Model = model,
                Template = RunContext.TemplateOf(spec, environment, data, model),
                Baseline = baseline,
                Locked = locked,
                Runner = runner,
                MeasureSpeed = () => environment.MeasureSpeed(spec, data.Classes.Count),
                Progress = identified,
            };
            var (outcome, status, summary) = await work(context).ConfigureAwait(false);
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
            session.Finish("error", Cause.Of(e));
            throw;
        }
    }

    private async Task<PipelineOutcome> RunStagesAsync(RunContext run, CancellationToken cancellation)
    {
        var policy = new PolicyStage(run, search, clock, logger, attributes: true);
        var (choice, finals) = await policy.ChooseAsync(cancellation).ConfigureAwait(false);
        if (finals is null)
        {
            (choice, finals) = await policy.TrainAsync(choice, cancellation).ConfigureAwait(false);
        }

        var attribution = await new AttributionStage(run.Runner, run.Spec.Policy.Budget, run.Sizes, run.Spec.Training.Seeds)
            .MeasureAsync(finals, choice, cancellation).ConfigureAwait(false);

        run.Runner.Begin(PipelineStage.Report);
        run.Progress?.Report(new PipelineProgress(PipelineStage.Report, null, 0, 0, 0, null, null));
        var (samples, noSamples) = RunFolder.DrawSamples(run.Data.Train, run.Spec.Training.Seed, logger);
        var figures = new RunFigures
        {
            Run = run,
            Environment = environment,
            Choice = choice,
            Finals = finals,
            Attribution = attribution,
            Notes = [.. choice.Notes, .. finals.Notes, .. BaselineNotes(run), .. choice.Policy.IsNone ? [NothingUsed] : Array.Empty<string>()],
            SamplesImage = samples is null ? null : RunFolder.SamplesName,
            SamplesProblem = noSamples,
        };
        var result = ResultComposer.Compose(figures, clock.GetUtcNow());
        var policies = ResultComposer.Policies(figures);

        // The last moment to stop: figures of this run beside pages or a model of an earlier one would mislead whoever reads them.
        cancellation.ThrowIfCancellationRequested();
        var onSelect = run.Spec.Evaluation.Split == "select";
        var misclassified = MisclassifiedImages.Find(finals, onSelect ? "select" : "test", onSelect ? run.Data.Select : run.Data.Test);
        RunFolder.Write(run.Spec, new RunContent(result, policies, samples, misclassified), logger);
        SaveModel(run, finals, result);
        return new PipelineOutcome(result, policies, run.Spec.Report.Path);
    }

    /// <summary>The masterful model of the seed with the lowest select loss: the test split has no say in what is handed on.</summary>
    private void SaveModel(RunContext run, FinalTrials finals, RunResult result)
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
                PipelineDiagnostics.ModelNotWritten, $"'{run.Spec.Output.Path}' can't be written: {Cause.Of(e)}", run.Spec.PositionOf("output.path"));
        }
    }

    private static PipelineProgress OfData(DataProgress data) => new(PipelineStage.Data, data.ToString(), 0, 0, 0, null, null);

    private static RunResult? ReadBaseline(string? path)
    {
        try
        {
            return path is null ? null : ResultFiles.Read<RunResult>(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DiagnosticException(
                PipelineDiagnostics.BaselineNotReadable, $"The baseline '{path}' can't be read: {Cause.Of(e)}", new SourcePosition(path!));
        }
    }

    private static IEnumerable<string> BaselineNotes(RunContext run) => run.Baseline is { } baseline && baseline.Dataset.Fingerprint != run.Data.Fingerprint
        ? [$"The baseline, run {baseline.Run.Id}, was made on other data; its error rate may not be comparable."]
        : [];

    private static string NewId(DateTimeOffset startedAt, string fingerprint)
    {
        var hash = Seeds.Derive(startedAt.UtcTicks ^ Environment.ProcessId, fingerprint) & 0xffffff;
        return string.Create(CultureInfo.InvariantCulture, $"{startedAt:yyyyMMdd-HHmmss}-{hash:x6}");
    }

    private static string Summary(RunResult result) =>
        $"{result.Policy.Name}: error {Figures.ShortPercent(result.Original.ErrorRate)} to {Figures.ShortPercent(result.Masterful.ErrorRate)}";
}
