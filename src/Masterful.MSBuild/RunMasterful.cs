using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Masterful.MSBuild;

/// <summary>
/// Starts the tool as a process. Its diagnostics become errors and warnings of the build at their file, line and column; nothing of the
/// engine is loaded into the build.
/// </summary>
public sealed class RunMasterful : ToolTask
{
    private const string StopFile = "MASTERFUL_STOP_FILE"; // as in the tool's StopFile

    private static readonly Regex Diagnostic = new Regex(
        @"^(?<file>.+?)(?:\((?<line>\d+),(?<column>\d+)\))?: (?<severity>error|warning) (?<code>MST\d{4}): (?<text>.*)$", RegexOptions.CultureInvariant);

    private readonly TaskCompletionSource<bool> _ended = new TaskCompletionSource<bool>();
    private readonly string _stopFile = Path.Combine(Path.GetTempPath(), $"masterful-stop-{Guid.NewGuid():N}");
    private volatile bool _runs;
    private volatile bool _cancelled;

    /// <summary>Full path of <c>dotnet-masterful.dll</c>.</summary>
    [Required]
    public string Tool { get; set; } = "";

    /// <summary>The command: <c>run</c> or <c>validate</c>.</summary>
    [Required]
    public string Command { get; set; } = "";

    /// <summary>Options of the command, each whole: <c>--name=value</c>.</summary>
    public string[] Options { get; set; } = Array.Empty<string>();

    /// <summary>Whether warnings are errors. MSBuild itself asks a property of another name, which would change all other tasks' warnings too.</summary>
    public bool TreatWarningsAsErrors { get; set; }

    /// <summary>Codes that stay warnings all the same.</summary>
    public string[] WarningsNotAsErrors { get; set; } = Array.Empty<string>();

    /// <summary>Seconds that a cancelled run has to write its checkpoint before it is killed.</summary>
    public int CancelSeconds { get; set; } = 30;

    /// <inheritdoc/>
    protected override string ToolName => RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "dotnet.exe" : "dotnet";

    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    public override void Cancel()
    {
        // The base class kills the process tree at once and a checkpoint would be lost.
        _cancelled = true;
        LetCheckpoint();
        base.Cancel();
    }

    /// <summary>The arguments, each one whole.</summary>
    internal IReadOnlyList<string> Arguments() => [Tool, Command, .. Options];

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : ToolExe;

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands()
    {
        var builder = new CommandLineBuilder(quoteHyphensOnCommandLine: false);
        foreach (var argument in Arguments())
        {
            builder.AppendSwitchIfNotNull("", argument);
        }

        return builder.ToString();
    }

    /// <inheritdoc/>
    protected override int ExecuteTool(string pathToTool, string responseFileCommands, string commandLineCommands)
    {
        // A build that is told to end by SIGTERM cancels nothing: it exits, and the run would go on without it.
        AppDomain.CurrentDomain.ProcessExit += OnBuildExit;
        try
        {
            return base.ExecuteTool(pathToTool, responseFileCommands, commandLineCommands);
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= OnBuildExit;
            _runs = false;
            File.Delete(_stopFile);
            _ended.TrySetResult(true);
        }
    }

    /// <inheritdoc/>
    protected override Process StartToolProcess(Process proc)
    {
        proc.StartInfo.Environment[StopFile] = _stopFile;
        _runs = true;
        return base.StartToolProcess(proc);
    }

    /// <inheritdoc/>
    protected override void LogToolCommand(string message) => Log.LogCommandLine(MessageImportance.Low, message);

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        // MSBuild's own reading of a line would take any sentence with "warning:" in it for one.
        var match = Diagnostic.Match(singleLine);
        if (!match.Success)
        {
            Log.LogMessage(messageImportance, "{0}", singleLine);
            return;
        }

        var (file, code, text) = (match.Groups["file"].Value, match.Groups["code"].Value, match.Groups["text"].Value);
        var (line, column) = (Number(match.Groups["line"]), Number(match.Groups["column"]));
        if (match.Groups["severity"].Value == "error" || (TreatWarningsAsErrors && !WarningsNotAsErrors.Contains(code, StringComparer.OrdinalIgnoreCase)))
        {
            Log.LogError(null, code, null, file, line, column, 0, 0, "{0}", text);
        }
        else
        {
            Log.LogWarning(null, code, null, file, line, column, 0, 0, "{0}", text);
        }
    }

    /// <inheritdoc/>
    protected override bool HandleTaskExecutionErrors() =>
        // The tool has said what is wrong; "dotnet exited with code 2" beside it would only hide that.
        !_cancelled && !Log.HasLoggedErrors && base.HandleTaskExecutionErrors();

    private static int Number(Group digits) => digits.Success ? int.Parse(digits.Value, CultureInfo.InvariantCulture) : 0;

    private void OnBuildExit(object? sender, EventArgs e) => LetCheckpoint();

    /// <summary>Asks the run to stop and waits until it has. By a file: there is no signal that every platform has for a process without a console.</summary>
    private void LetCheckpoint()
    {
        if (_runs)
        {
            File.WriteAllText(_stopFile, "");
            _ended.Task.Wait(TimeSpan.FromSeconds(CancelSeconds));
        }
    }
}
