using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>Signals that a process was told to ignore by whoever started it.</summary>
public class SignalTests
{
    [Theory]
    [InlineData(1, "HUP")]
    [InlineData(2, "INT")]
    [InlineData(3, "QUIT")]
    public void What_a_test_starts_obeys_signals_that_the_tests_themselves_were_told_to_ignore(int number, string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals");
        Process? started = null;
        var ignored = false;
        InheritedSignals.WhileIgnored(number, () =>
        {
            started = InheritedSignals.Start(new ProcessStartInfo("sleep", ["600"]));
            ignored = Ignores(Environment.ProcessId, number);
        });

        using var process = started!;
        ToolProcess.RunProgram("kill", "/", $"-{name}", $"{process.Id}");

        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.Equal(128 + number, process.ExitCode);
        Assert.True(ignored || !OperatingSystem.IsLinux());
    }

    [Theory]
    [InlineData("HUP", 1)]
    [InlineData("INT", 2)]
    [InlineData("QUIT", 3)]
    public void The_tool_leaves_ignored_what_it_was_started_to_ignore_and_stops_by_SIGTERM(string name, int number)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var project = new SmallProject(epochs: 12);
        project.UseModel("SlowFactory", "delay: 10");
        using var process = ToolProcess.StartProgram("sh", project.Folder, [], "-c", $"trap '' {name}; exec dotnet '{ToolProcess.Tool}' run");
        var held = Path.Combine(project.Folder, ".masterful", "run.holder");
        SpinWait.SpinUntil(() => process.HasExited || File.Exists(held), TimeSpan.FromMinutes(3));

        process.Signal(name);
        Assert.False(process.HasExited);
        Assert.True(Ignores(process.Id, number));

        process.Signal("TERM");
        var stopped = process.Wait();
        Assert.True(stopped.ExitCode == 130, stopped.ToString());
        Assert.Contains("the same command goes on from here", stopped.Error, StringComparison.Ordinal);
    }

    private static bool Ignores(int process, int signal)
    {
        var file = $"/proc/{process}/status";
        return File.Exists(file) && File.ReadLines(file).First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
            && (ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (signal - 1))) != 0;
    }
}
