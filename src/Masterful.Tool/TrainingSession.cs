using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Reporting;
using Masterful.Results;
using Masterful.Tool.Commands;
using Masterful.Tool.GitHub;
using Masterful.Tool.Output;

namespace Masterful.Tool;

/// <summary>Runs the pipeline in this process, with progress.</summary>
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
        var environment = new TorchEnvironment(device, call.Host.Clock, call.Log, new RelayProgress<TrialProgress>(view.Epoch));
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
    private volatile PipelineProgress? _stage;
    private volatile TrialProgress? _trial;

    public void Stage(PipelineProgress progress)
    {
        _stage = progress;
        Tell();
    }

    public void Epoch(TrialProgress progress)
    {
        _trial = progress;
        if (_stage is { TrialsPlanned: > 0 })
        {
            Tell();
        }
    }

    private void Tell()
    {
        if (_stage is { } stage)
        {
            var trial = stage.TrialsPlanned > 0 ? _trial : null;
            line.Tell(Text(stage, trial), new { stage, trial });
            record.Note(new ProgressFile
            {
                Stage = stage.Stage,
                Detail = stage.Detail,
                TrialsDone = stage.TrialsDone,
                TrialsPlanned = stage.TrialsPlanned,
                ImagePasses = stage.ImagePasses,
                ImagePassesPlanned = stage.ImagePassesPlanned,
                SecondsLeft = stage.SecondsLeft,
                Training = trial is { Epoch: var e } ? $"{trial.PolicyName}: epoch {e.Epoch} of {e.Epochs}, {e.ImagesPerSecond:N0} images a second" : null,
            });
        }
    }

    private static string Text(PipelineProgress stage, TrialProgress? trial)
    {
        var parts = new List<string?>
        {
            Name(stage.Stage),
            stage.Detail,
            stage.TrialsPlanned > 0 ? $"trial {Math.Min(stage.TrialsDone + 1, stage.TrialsPlanned)} of {stage.TrialsPlanned}" : null,
            trial is { Epoch: var e } ? $"epoch {e.Epoch}/{e.Epochs}, {e.ImagesPerSecond:N0} img/s" : null,
            stage.ImagePassesPlanned is > 0 and var planned ? $"{Math.Min(1, (double)stage.ImagePasses / planned):0%} of the work" : null,
            stage.SecondsLeft is { } left ? $"about {Duration.Text(TimeSpan.FromSeconds(left))} left" : null,
        };
        return string.Join(" · ", parts.Where(p => p is { Length: > 0 }));
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
