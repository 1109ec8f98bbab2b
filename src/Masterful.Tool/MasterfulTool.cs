using System.CommandLine;
using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;
using Masterful.Tool.Commands;
using Masterful.Tool.Output;
using Microsoft.Extensions.Logging;

namespace Masterful.Tool;

/// <summary>The command line as a function: arguments in, exit code out.</summary>
internal static class MasterfulTool
{
    /// <summary>Parses and runs. Never throws for what a user gave; the exit code says how it ended.</summary>
    public static async Task<int> RunAsync(string[] arguments, ToolHost host, CancellationToken cancellation)
    {
        var parsed = Parse(arguments, host);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await host.Error.WriteLineAsync(PlainText.Harmless(new Diagnostic(
                    ToolDiagnostics.CommandLine, DiagnosticSeverity.Error, error.Message.Trim()).ToString())).ConfigureAwait(false);
            }

            await host.Error.WriteLineAsync(ToolDiagnostics.CommandLine.Remedy).ConfigureAwait(false);
            return ExitCode.InputWrong;
        }

        var invocation = new InvocationConfiguration
        {
            Output = host.Output,
            Error = host.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(invocation, cancellation).ConfigureAwait(false);
    }

    /// <summary>What the arguments mean, or what is wrong with them.</summary>
    internal static ParseResult Parse(IReadOnlyList<string> arguments, ToolHost host) => Root(host).Parse(arguments);

    private static RootCommand Root(ToolHost host)
    {
        var common = new CommonSymbols();
        var root = new RootCommand(
            $"""
            Finds the training policy that most reduces an image classifier's error, trains with it, and proves it.

            Start with `dotnet masterful init` in the folder of your images, then `dotnet masterful run`.
            Exit codes: {string.Join(", ", ExitCode.All.Select(e => $"{e.Code} {e.Name}"))}.
            """);
        common.AddTo(root);
        var bind = new CommandBinder(common, host);
        foreach (var command in new[]
        {
            InitCommand.Create(bind), ValidateCommand.Create(bind), DoctorCommand.Create(bind), RuntimeCommand.Create(bind), DataCommand.Create(bind), PreviewCommand.Create(bind),
            PredictCommand.Create(bind), ReportCommand.Create(bind), GateCommand.Create(bind), RunCommand.Create(bind), SearchCommand.Create(bind), TrainCommand.Create(bind),
            EvaluateCommand.Create(bind), RunsCommand.Create(bind), UiCommand.Create(bind), PreviewWorkerCommand.Create(bind), WorkerCommandLine.Create(bind),
            FleetCommand.Create(bind),
        })
        {
            root.Add(command);
        }

        return root;
    }
}

/// <summary>Gives a command its common options and its log, and turns whatever it throws into a message and an exit code.</summary>
internal sealed class CommandBinder(CommonSymbols common, ToolHost host)
{
    /// <summary>A full or read-only disk is not the spec's fault: exit code 1, not 3.</summary>
    private static readonly DiagnosticCode[] MachineTrouble = [RuntimeDiagnostics.FolderNotWritable, PipelineDiagnostics.ModelNotWritten];

    /// <summary>Sets what a command does.</summary>
    public void Bind(Command command, Func<CommandCall, Task<int>> action) =>
        command.SetAction((parsed, cancellation) => GuardAsync(parsed, action, cancellation));

    private async Task<int> GuardAsync(ParseResult parsed, Func<CommandCall, Task<int>> action, CancellationToken cancellation)
    {
        var options = common.Read(parsed, host);
        var log = new ToolLog(host, options.LogFormat, options.Verbosity, options.NoWarn);
        try
        {
            return await action(new CommandCall(parsed, options, log, host, cancellation)).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The last line of defence: a person gets a sentence, and the trace on request.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Tell(e, log, cancellation);
        }
    }

    /// <summary>What was thrown as messages and an exit code, judged by what its wrappers hide.</summary>
    private static int Tell(Exception thrown, ToolLog log, CancellationToken cancellation)
    {
        var causes = Cause.Unwrap(thrown);
        if (cancellation.IsCancellationRequested && causes.Any(c => c is OperationCanceledException))
        {
            log.LogWarning("Cancelled. What was trained is kept: the same command goes on from here.");
            return ExitCode.Cancelled;
        }

        var diagnostics = causes.OfType<DiagnosticException>().SelectMany(d => d.Diagnostics).Distinct().ToList();
        if (diagnostics.Count > 0)
        {
            foreach (var diagnostic in diagnostics)
            {
                log.Diagnostic(diagnostic);
            }

            return diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).All(d => MachineTrouble.Contains(d.Code))
                ? ExitCode.Unexpected
                : ExitCode.InputWrong;
        }

        var (code, text) = causes.All(c => c is IOException or UnauthorizedAccessException)
            ? (ToolDiagnostics.FileTrouble, Cause.Of(thrown))
            : (ToolDiagnostics.Unexpected, Cause.Named(thrown));
        log.Diagnostic(new Diagnostic(code, DiagnosticSeverity.Error, $"{text} {code.Remedy}"));
        log.LogTrace("{Trace}", thrown);
        return ExitCode.Unexpected;
    }
}

/// <summary>One call of a command.</summary>
internal sealed record CommandCall(
    ParseResult Parsed, CommonOptions Options, ToolLog Log, ToolHost Host, CancellationToken Cancellation);
