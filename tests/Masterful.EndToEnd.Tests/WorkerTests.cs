using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>A whole run over worker processes.</summary>
public sealed class WorkerTests
{
    [Fact]
    public void One_worker_and_two_come_to_the_same_figures_and_the_same_policies_to_the_byte()
    {
        using var project = new SmallProject();
        project.Edit("[horizontal_mirror, rotate]", "[horizontal_mirror, rotate, mixup]");

        (string Figures, byte[] Policies) Run(int workers)
        {
            File.Delete(Path.Combine(project.Folder, "masterful.lock.yaml"));
            var run = ToolProcess.Run(project.Folder, "run", "--set", $"runtime.workers={workers}", "--set", $"runtime.cache=cache-{workers}");
            Assert.True(run.ExitCode == 0, run.ToString());
            Assert.InRange(project.ReadTrials().Run, 8, int.MaxValue);
            return (project.ReadFigures(), File.ReadAllBytes(Path.Combine(project.ReportFolder, "policies.json")));
        }

        var (one, two) = (Run(1), Run(2));

        Assert.Equal(one.Figures, two.Figures);
        Assert.Equal(one.Policies, two.Policies);
    }

    [Fact]
    public void Workers_of_a_run_that_is_killed_end_within_seconds_and_leave_their_checkpoints()
    {
        using var project = new SmallProject(epochs: 400);
        project.UseModel("SlowFactory", "delay: 20");
        using var process = ToolProcess.Start(project.Folder, "run", "--set", "runtime.workers=2");
        var checkpoints = Path.Combine(project.Folder, ".masterful", "checkpoints");
        string[] Checkpoints() => Directory.Exists(checkpoints) ? Directory.GetFiles(checkpoints) : [];
        SpinWait.SpinUntil(() => process.HasExited || Checkpoints().Length == 2, TimeSpan.FromMinutes(3));
        Assert.True(!process.HasExited && Checkpoints().Length == 2, "two trainings were to be under way");
        var workers = Children(process.Id);
        Assert.Equal(2, workers.Count);

        process.Kill();

        Assert.True(SpinWait.SpinUntil(() => workers.TrueForAll(w => !IsRunning(w)), TimeSpan.FromSeconds(20)), "the workers are still there");
        Assert.Equal(2, Checkpoints().Length);
    }

    [Fact]
    public void Ctrl_C_in_the_terminal_reaches_the_workers_too_and_stops_the_run_alone()
    {
        using var project = new SmallProject(epochs: 400);
        project.UseModel("SlowFactory", "delay: 20");
        using var process = ToolProcess.Start(project.Folder, "run", "--set", "runtime.workers=2");
        SpinWait.SpinUntil(() => process.HasExited || Children(process.Id).Count == 2, TimeSpan.FromMinutes(3));
        var workers = Children(process.Id);
        Assert.Equal(2, workers.Count);
        // A worker that has not come to its own code yet has the system's meaning of the signal.
        Thread.Sleep(TimeSpan.FromSeconds(5));

        workers.ForEach(w => ToolProcess.RunProgram("kill", "/", "-INT", $"{w}"));
        Thread.Sleep(TimeSpan.FromSeconds(1));
        Assert.All(workers, w => Assert.True(IsRunning(w), "a worker took the signal for its own"));
        process.Signal("INT");

        var stopped = process.Wait();
        Assert.True(stopped.ExitCode == 130, stopped.ToString());
        Assert.Contains("the same command goes on from here", stopped.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("fresh worker", stopped.Error, StringComparison.Ordinal);
        Assert.All(workers, w => Assert.False(IsRunning(w)));
    }

    /// <summary>Processes whose parent is this one: the fourth word of proc(5)'s stat, after the name in brackets.</summary>
    private static List<int> Children(int parent) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => n!.All(char.IsAsciiDigit)).Select(n => int.Parse(n!))
            .Where(p => Stat(p) is { } stat && stat[1] == $"{parent}" && stat[0] != "Z"),
    ];

    private static bool IsRunning(int process) => Stat(process) is { } stat && stat[0] != "Z";

    private static string[]? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
