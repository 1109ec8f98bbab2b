using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Masterful.MSBuild;

/// <summary>
/// Starts the tool as a process. Its diagnostics have the form that MSBuild reads, so that spec and gate errors become build
/// errors at their file, line and column; nothing of the engine is loaded into the build.
/// </summary>
public sealed class RunMasterful : ToolTask
{
    private const int Terminate = 15; // SIGTERM
    private readonly TaskCompletionSource<bool> _ended = new TaskCompletionSource<bool>();
    private volatile int _processId;

    /// <summary>Full path of <c>dotnet-masterful.dll</c>.</summary>
    [Required]
    public string Tool { get; set; } = "";

    /// <summary>The command: <c>run</c> or <c>validate</c>.</summary>
    [Required]
    public string Command { get; set; } = "";

    /// <summary>Full path of the spec.</summary>
    [Required]
    public string Spec { get; set; } = "";

    /// <summary>Overrides of the spec, each <c>key.path=value</c>.</summary>
    public string[] Overrides { get; set; } = Array.Empty<string>();

    /// <summary>Seconds that a cancelled run has to write its checkpoint before it is killed.</summary>
    public int CancelSeconds { get; set; } = 30;

    /// <inheritdoc/>
    protected override string ToolName => "dotnet";

    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    public override void Cancel()
    {
        // The base class kills the process tree at once and a checkpoint would be lost.
        if (_processId != 0 && !RuntimeInformation.IsOSPlatform(OSPlatform.Windows) && Kill(_processId, Terminate) == 0)
        {
            _ended.Task.Wait(TimeSpan.FromSeconds(CancelSeconds));
        }

        base.Cancel();
    }

    /// <summary>The arguments, each one whole.</summary>
    internal IReadOnlyList<string> Arguments()
    {
        var arguments = new List<string> { Tool, Command, "--spec", Spec };
        foreach (var entry in Overrides)
        {
            arguments.Add("--set");
            arguments.Add(entry);
        }

        return arguments;
    }

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : ToolExe;

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands()
    {
        var builder = new CommandLineBuilder(quoteHyphensOnCommandLine: false);
        foreach (var argument in Arguments())
        {
            builder.AppendTextUnquoted(" ");
            builder.AppendFileNameIfNotNull(argument);
        }

        return builder.ToString();
    }

    /// <inheritdoc/>
    protected override int ExecuteTool(string pathToTool, string responseFileCommands, string commandLineCommands)
    {
        try
        {
            return base.ExecuteTool(pathToTool, responseFileCommands, commandLineCommands);
        }
        finally
        {
            _ended.TrySetResult(true);
        }
    }

    /// <inheritdoc/>
    protected override bool HandleTaskExecutionErrors() =>
        // The tool has said what is wrong; "dotnet exited with code 2" beside it would only hide that.
        !Log.HasLoggedErrors && base.HandleTaskExecutionErrors();

    /// <inheritdoc/>
    protected override Process StartToolProcess(Process proc)
    {
        var started = base.StartToolProcess(proc);
        _processId = started.Id;
        return started;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
