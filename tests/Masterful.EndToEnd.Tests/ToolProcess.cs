using System.Diagnostics;
using System.Reflection;

namespace Masterful.EndToEnd.Tests;

/// <summary>The tool, or any other program, as a process: what a user's shell sees.</summary>
internal sealed class ToolProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<string> _firstLine = new();
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ToolProcess(ProcessStartInfo start)
    {
        _process = InheritedSignals.Start(start);
        _output = ReadOutputAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The checkout.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } = typeof(ToolProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == "Configuration").Value!;

    public static string Tool => Path.Combine(Root, "src", "Masterful.Tool", "bin", Configuration, "net10.0", "dotnet-masterful.dll");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the built tool.</summary>
    public static ToolProcess Start(string folder, params string[] arguments) => StartProgram("dotnet", folder, [], [Tool, .. arguments]);

    /// <summary>Runs the built tool to its end.</summary>
    public static ToolResult Run(string folder, params string[] arguments) => Run(folder, [], arguments);

    /// <summary>Runs the built tool to its end with more environment variables.</summary>
    public static ToolResult Run(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = StartProgram("dotnet", folder, environment, [Tool, .. arguments]);
        return process.Wait();
    }

    /// <summary>Runs any program to its end.</summary>
    public static ToolResult RunProgram(string program, string folder, params string[] arguments)
    {
        using var process = StartProgram(program, folder, [], arguments);
        return process.Wait();
    }

    /// <summary>Sends SIGKILL to the process alone.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends SIGKILL to the process and all that it started, as a machine that loses its power does.</summary>
    public void KillTree()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>Sends a signal by name, such as INT or TERM.</summary>
    public void Signal(string name) => RunProgram("kill", "/", $"-{name}", $"{Id}");

    /// <summary>Waits for the first line of standard output; null where it ends without one.</summary>
    public string? WaitForLine() => Task.WaitAny([_firstLine.Task, _output], TimeSpan.FromMinutes(2)) == 0 ? _firstLine.Task.Result : null;

    /// <summary>Waits for the end; a hang is a failure, not a wait.</summary>
    /// <param name="minutes">More for what compiles the whole repository.</param>
    public ToolResult Wait(int minutes = 5)
    {
        if (!_process.WaitForExit(TimeSpan.FromMinutes(minutes)))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end within {minutes} minutes.");
        }

        return new ToolResult(_process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    /// <summary>Starts any program with more environment variables.</summary>
    public static ToolProcess StartProgram(string program, string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A child dotnet must not take the settings of the one that runs the tests.
        start.Environment.Remove("MSBUILD_EXE_PATH");
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ToolProcess(start);
    }

    private async Task<string> ReadOutputAsync()
    {
        var first = await _process.StandardOutput.ReadLineAsync();
        if (first is null)
        {
            return "";
        }

        _firstLine.SetResult(first);
        return first + Environment.NewLine + await _process.StandardOutput.ReadToEndAsync();
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Masterful.Tool.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);
}

/// <summary>How a process ended.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}
