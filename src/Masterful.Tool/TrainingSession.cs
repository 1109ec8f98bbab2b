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
    /// <param name="call">The command.</param>
    /// <param name="spec">What is to be run.</param>
    /// <param name="state">Told which data were read, or null.</param>
    public static async Task<RunResult> RunAndReportAsync(CommandCall call, MasterfulSpec spec, CallState? state = null)
    {
        var outcome = await WithPipelineAsync(
            call, spec, (pipeline, progress) => pipeline.RunAsync(spec, Options(call, spec) with { DataRead = state is null ? null : state.NoteData }, progress, call.Cancellation)).ConfigureAwait(false);

        // The figures are new, so the pages follow them, cancelled or not.
        ReportWriter.Write(outcome.ReportFolder, new ReportOptions { Html = spec.Report.Html });
        call.Cancellation.ThrowIfCancellationRequested();
        var page = Path.Combine(outcome.ReportFolder, spec.Report.Html ? ReportWriter.HtmlName : ReportWriter.MarkdownName);
        if (call.Log.Format == LogFormat.GitHub)
        {
            GitHubStep.WriteOutputs(call, outcome.Result, outcome.ReportFolder);
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
        using var telemetry = TelemetryExport.Start(call);
        // First, so that a wrong password does not wait for libtorch.
        using var database = spec.Runtime.Fleet || spec.Runtime.Journal == JournalKind.Postgres ? await FleetSession.OpenAsync(call).ConfigureAwait(false) : null;
        var device = await TorchSession.StartAsync(call, spec.Model.Assembly, spec.Runtime.Fleet ? "cpu" : spec.Runtime.Device).ConfigureAwait(false);
        using var line = new ProgressLine(call.Host, call.Log);
        using var record = new ProgressRecord(spec.Runtime.Cache, call.Host.Clock);
        var view = new RunProgress(line, record, new RunEstimate(call.Log, call.Host.Clock));
        var epochs = new RelayProgress<TrialProgress>(view.Epoch);
        var environment = database is null
            ? new TorchEnvironment(device, call.Host.Clock, call.Log, epochs, WorkerProgram.Command(call.Options))
            : FleetSession.Environment(call, spec, database, device, epochs);
        var pipeline = new MasterfulPipeline(environment, call.Host.Clock, call.Log);
        return await action(pipeline, new RelayProgress<PipelineProgress>(view.Stage)).ConfigureAwait(false);
    }

    private static PipelineOptions Options(CommandCall call, MasterfulSpec spec) => new()
    {
        BaselinePath = call.Parsed.CommandResult.Command.Options.Contains(BaselineOption.Symbol) ? call.Parsed.GetValue(BaselineOption.Symbol) : null,
        Commands =
        [
            $"dotnet tool install --global Masterful.Tool --version {Core.Runtime.EngineVersion.Current}",
            RunCommandText.Of(spec.Path, call.Options.Set, call.Options.Device),
        ],
    };
}
