using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Reporting;
using Masterful.Results;
using Masterful.Tool.Commands;
using Masterful.Tool.GitHub;
using Masterful.Tool.Output;

namespace Masterful.Tool;

/// <summary>Runs the pipeline, its trials in worker processes, with progress.</summary>
internal static class TrainingSession
{
    /// <summary>All stages, then the report, then a few lines on what came of it. The gate is the caller's to speak.</summary>
    public static async Task<RunResult> RunAndReportAsync(CommandCall call, MasterfulSpec spec)
    {
        var outcome = await WithPipelineAsync(
            call, spec, (pipeline, progress) => pipeline.RunAsync(spec, Options(call, spec), progress, call.Cancellation)).ConfigureAwait(false);

        // The figures are new, so the pages follow them, cancelled or not.
        ReportWriter.Write(outcome.ReportFolder, new ReportOptions { Html = spec.Report.Html });
        ManifestOption.Write(call, spec, outcome);
        call.Cancellation.ThrowIfCancellationRequested();
        var page = Path.Combine(outcome.ReportFolder, spec.Report.Html ? ReportWriter.HtmlName : ReportWriter.MarkdownName);
        if (call.Log.Format == LogFormat.GitHub)
        {
            GitHubStep.WriteOutputs(GitHubContext.Read(call.Host.Environment), outcome.Result, outcome.ReportFolder);
        }

        RunSummary.Tell(call, outcome.Result, Path.GetRelativePath(Environment.CurrentDirectory, page));
        return outcome.Result;
    }

    /// <summary>Up to the policy, which is locked.</summary>
    public static Task<PolicyDecision> SearchAsync(CommandCall call, MasterfulSpec spec) =>
        WithPipelineAsync(call, spec, (pipeline, progress) => pipeline.SearchAsync(spec, progress, call.Cancellation));

    /// <summary>The labels that are likely wrong.</summary>
    public static Task<LabelAudit> AuditLabelsAsync(CommandCall call, MasterfulSpec spec, LabelAuditOptions options) =>
        WithPipelineAsync(call, spec, (pipeline, progress) => pipeline.AuditLabelsAsync(spec, options, progress, call.Cancellation));

    private static async Task<T> WithPipelineAsync<T>(
        CommandCall call, MasterfulSpec spec, Func<MasterfulPipeline, IProgress<PipelineProgress>, Task<T>> action)
    {
        var device = await TorchSession.StartAsync(call, spec.Model.Assembly, spec.Runtime.Device).ConfigureAwait(false);
        using var line = new ProgressLine(call.Host, call.Log);
        using var record = new ProgressRecord(spec.Runtime.Cache, call.Host.Clock);
        var view = new RunProgress(line, record);
        var environment = new TorchEnvironment(device, call.Host.Clock, call.Log, new RelayProgress<TrialProgress>(view.Epoch), WorkerProgram.Command(call.Options));
        var pipeline = new MasterfulPipeline(environment, call.Host.Clock, call.Log);
        return await action(pipeline, new RelayProgress<PipelineProgress>(view.Stage)).ConfigureAwait(false);
    }

    private static PipelineOptions Options(CommandCall call, MasterfulSpec spec) => new()
    {
        BaselinePath = call.Parsed.CommandResult.Command.Options.Contains(BaselineOption.Symbol) ? call.Parsed.GetValue(BaselineOption.Symbol) : null,
        Commands =
        [
            $"dotnet tool install --global Masterful.Tool --version {Core.Runtime.EngineVersion.Current}",
            string.Join(' ', new[] { "dotnet masterful run --spec", Path.GetFileName(spec.Path) }
                .Concat(call.Options.Set.Select(s => $"--set '{s}'"))
                .Concat(call.Options.Device is { } device ? ["--device", device] : [])),
        ],
    };
}

/// <summary>Joins what the stages and the trainings report into one line.</summary>
internal sealed class RunProgress(ProgressLine line, ProgressRecord record)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, TrialProgress> _trials = [];
    private PipelineProgress? _stage;

    public void Stage(PipelineProgress progress)
    {
        lock (_gate)
        {
            if (progress.Stage != _stage?.Stage)
            {
                _trials.Clear();
            }

            _stage = progress;
        }

        Tell();
    }

    /// <summary>What each worker trains; a training in its last epoch is as good as over.</summary>
    public void Epoch(TrialProgress progress)
    {
        lock (_gate)
        {
            _trials[progress.Worker] = progress;
            if (_stage is not { TrialsPlanned: > 0 })
            {
                return;
            }
        }

        Tell();
    }

    private void Tell()
    {
        PipelineProgress stage;
        TrialProgress[] trials;
        lock (_gate)
        {
            if (_stage is null)
            {
                return;
            }

            stage = _stage;
            trials = stage.TrialsPlanned > 0 ? [.. _trials.Values.Where(t => t.Epoch.Epoch < t.Epoch.Epochs)] : [];
        }

        line.Tell(Text(stage, trials), new { stage, trial = trials.FirstOrDefault(), trials });
        record.Note(new ProgressFile
        {
            Stage = stage.Stage,
            Detail = stage.Detail,
            TrialsDone = stage.TrialsDone,
            TrialsPlanned = stage.TrialsPlanned,
            ImagePasses = stage.ImagePasses,
            ImagePassesPlanned = stage.ImagePassesPlanned,
            SecondsLeft = stage.SecondsLeft,
            Training = trials.Length == 0
                ? null
                : string.Join("; ", trials.Select(t => $"{t.PolicyName}: epoch {t.Epoch.Epoch} of {t.Epoch.Epochs}, {t.Epoch.ImagesPerSecond:N0} images a second")),
        });
    }

    private static string Text(PipelineProgress stage, TrialProgress[] trials)
    {
        var epochs = trials.Select(t => $"{t.Epoch.Epoch}/{t.Epoch.Epochs}");
        var parts = new List<string?>
        {
            Name(stage.Stage),
            stage.Detail,
            stage.TrialsPlanned > 0 ? $"trial {Running(stage, Math.Max(1, trials.Length))} of {stage.TrialsPlanned}" : null,
            trials.Length > 0 ? $"epoch {string.Join(" and ", epochs)}, {trials.Sum(t => t.Epoch.ImagesPerSecond):N0} img/s" : null,
            stage.ImagePassesPlanned is > 0 and var planned ? $"{Math.Min(1, (double)stage.ImagePasses / planned):0%} of the work" : null,
            stage.SecondsLeft is { } left ? $"about {Duration.Text(TimeSpan.FromSeconds(left))} left" : null,
        };
        return string.Join(" · ", parts.Where(p => p is { Length: > 0 }));
    }

    private static string Running(PipelineProgress stage, int count)
    {
        var (first, last) = (Math.Min(stage.TrialsDone + 1, stage.TrialsPlanned), Math.Min(stage.TrialsDone + count, stage.TrialsPlanned));
        return first == last ? $"{first}" : $"{first} to {last}";
    }

    private static string Name(string stage) => stage switch
    {
        PipelineStage.Data => "reading data",
        PipelineStage.Model => "checking the model",
        PipelineStage.Final => "final trainings",
        PipelineStage.Labels => "judging labels fold by fold",
        PipelineStage.Report => "writing the report",
        _ => stage,
    };
}
