using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
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
    // Both as the tool's BuildCall and StopFile have them.
    private const string Build = "MASTERFUL_BUILD";
    private const string StopFile = "MASTERFUL_STOP_FILE";

    private static readonly Regex Diagnostic = new Regex(
        @"^(?<file>.+?)(?:\((?<line>\d+),(?<column>\d+)\))?: (?<severity>error|warning) (?<code>MST\d{4}): (?<text>.*)$", RegexOptions.CultureInvariant);

    private readonly TaskCompletionSource<bool> _ended = new TaskCompletionSource<bool>();
    private readonly string _stopFile = Path.Combine(Path.GetTempPath(), $"masterful-stop-{Guid.NewGuid():N}");
    private BuildVoice? _voice;
    private bool _hasWarned;
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

    /// <summary>Codes of warnings that are errors.</summary>
    public string[] WarningsAsErrors { get; set; } = Array.Empty<string>();

    /// <summary>Codes that stay warnings all the same.</summary>
    public string[] WarningsNotAsErrors { get; set; } = Array.Empty<string>();

    /// <summary>Whether the build draws to a terminal, which shows no messages but has a line for what is being done.</summary>
    public bool AtTerminal { get; set; }

    /// <summary>The project's name, which stands in that line too.</summary>
    public string ProjectName { get; set; } = "";

    /// <summary>Seconds that a cancelled run has to write its checkpoint before it is killed.</summary>
    public int CancelSeconds { get; set; } = 30;

    /// <summary>A file that remembers a call that succeeded without a warning; while that would be the same call, none is made. Or none.</summary>
    public string? Stamp { get; set; }

    /// <summary>The spec, for <see cref="Stamp"/>.</summary>
    public string? Spec { get; set; }

    /// <inheritdoc/>
    protected override string ToolName => RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "dotnet.exe" : "dotnet";

    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    private BuildVoice Voice => _voice ??= new BuildVoice(BuildEngine, Command, AtTerminal, ProjectName);

    /// <inheritdoc/>
    public override void Cancel()
    {
        // The base class kills the process tree at once and a checkpoint would be lost.
        _cancelled = true;
        LetCheckpoint();
        base.Cancel();
    }

    /// <inheritdoc/>
    public override bool Execute()
    {
        var stamp = Stamp is { Length: > 0 } && Spec is { Length: > 0 } ? CallStamp.Of(Stamp, Spec, Tool, Arguments()) : null;
        if (stamp?.Holds() == true)
        {
            return true;
        }

        stamp?.Forget();
        var succeeded = base.Execute();
        if (succeeded && !_hasWarned && !Log.HasLoggedErrors)
        {
            stamp?.Write();
        }

        return succeeded;
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
        proc.StartInfo.Environment[Build] = AtTerminal ? "terminal" : "log";
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
            Voice.Say(singleLine, messageImportance);
            return;
        }

        var (file, code, text) = (match.Groups["file"].Value, match.Groups["code"].Value, match.Groups["text"].Value);
        var (line, column) = (Number(match.Groups["line"]), Number(match.Groups["column"]));
        if (match.Groups["severity"].Value == "error")
        {
            Log.LogError(null, code, null, file, line, column, 0, 0, "{0}", text);
        }
        else if (Has(WarningsAsErrors, code) || (TreatWarningsAsErrors && !Has(WarningsNotAsErrors, code)))
        {
            Log.LogError(null, code, null, file, line, column, 0, 0, "{0}", text);
        }
        else
        {
            _hasWarned = true;
            Log.LogWarning(null, code, null, file, line, column, 0, 0, "{0}", text);
        }
    }

    /// <inheritdoc/>
    protected override bool HandleTaskExecutionErrors() =>
        // The tool has said what is wrong; "dotnet exited with code 2" beside it would only hide that.
        !_cancelled && !Log.HasLoggedErrors && base.HandleTaskExecutionErrors();

    private static int Number(Group digits) => digits.Success ? int.Parse(digits.Value, CultureInfo.InvariantCulture) : 0;

    /// <summary>A property's list may have been written with commas and spaces.</summary>
    private static bool Has(string[] codes, string code) => Array.Exists(
        codes, c => Array.Exists(c.Split(new[] { ',', ';', ' ' }, StringSplitOptions.RemoveEmptyEntries), s => s.Trim().Equals(code, StringComparison.OrdinalIgnoreCase)));

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
