using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>
/// Ctrl-C when the search is over: what was earned stays, and the next run comes to the figures of one that nobody disturbed. The model
/// rests in each training step, so that a stage lasts long enough to be met on any machine.
/// </summary>
public sealed class InterruptionTests(InterruptionTests.UndisturbedRun undisturbed) : IClassFixture<InterruptionTests.UndisturbedRun>
{
    [Fact]
    public void Between_two_final_trainings_keeps_those_that_are_complete()
    {
        using var project = Project();
        using var process = ToolProcess.Start(project.Folder, "run");
        // The search keeps those of its baselines; the final trainings keep each their own.
        Await(process, () => Weights(project).Length > undisturbed.SearchWeights, "a final training's weights");

        process.Signal("INT");
        AssertStopped(process.Wait(), project);
        Assert.False(File.Exists(project.ResultPath));
        Assert.False(File.Exists(LockPath(project)));

        var next = ToolProcess.Run(project.Folder, "run");
        Assert.True(next.ExitCode == 0, next.ToString());
        Assert.Equal(undisturbed.Figures, project.ReadFigures());
        var (run, reused) = project.ReadTrials();
        Assert.InRange(run, 1, undisturbed.FinalTrials - 1);
        Assert.Equal(undisturbed.AllTrials, run + reused);
    }

    [Fact]
    public void During_the_report_leaves_it_whole_and_the_next_run_trains_nothing()
    {
        using var project = Project();
        using var process = ToolProcess.Start(project.Folder, "run");
        Await(process, () => File.Exists(Path.Combine(project.ReportFolder, "samples.png")), "the first file of the report");

        process.Signal("INT");
        AssertStopped(process.Wait(), project);
        Assert.Equal(undisturbed.Figures, project.ReadFigures());
        Assert.Equal(undisturbed.Files, Files(project));

        var next = ToolProcess.Run(project.Folder, "run");
        Assert.True(next.ExitCode == 0, next.ToString());
        Assert.Equal(undisturbed.Figures, project.ReadFigures());
        Assert.Equal((0, undisturbed.FinalTrials), project.ReadTrials());
        Assert.Equal(undisturbed.Files, Files(project));
    }

    private static SmallProject Project()
    {
        var project = new SmallProject(epochs: 12);
        project.UseModel("SlowFactory", "delay: 10");
        project.Edit("[horizontal_mirror, rotate]", "[horizontal_mirror]");
        // Of two workers each would end its final training with the other: there would be no moment between the two.
        project.Edit("device: cpu", "device: cpu, workers: 1");
        return project;
    }

    private static void Await(ToolProcess process, Func<bool> condition, string what)
    {
        SpinWait.SpinUntil(() => process.HasExited || condition(), TimeSpan.FromMinutes(3));
        Assert.True(condition() && !process.HasExited, $"waited for {what}, in vain: {(process.HasExited ? process.Wait() : "still running")}");
    }

    private static void AssertStopped(ToolResult stopped, SmallProject project)
    {
        Assert.True(stopped.ExitCode == 130, stopped.ToString());
        Assert.Contains("the same command goes on from here", stopped.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", stopped.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(project.Folder, "*", SearchOption.AllDirectories), IsHalfWritten);
    }

    private static bool IsHalfWritten(string path) =>
        path.EndsWith(".tmp", StringComparison.Ordinal) || Path.GetFileName(path).StartsWith(".report-", StringComparison.Ordinal);

    private static string LockPath(SmallProject project) => Path.Combine(project.Folder, "masterful.lock.yaml");

    private static string[] Weights(SmallProject project)
    {
        var folder = Path.Combine(project.Folder, ".masterful", "weights");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.safetensors") : [];
    }

    private static string[] Files(SmallProject project) =>
    [
        .. Directory.EnumerateFiles(project.ReportFolder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(project.ReportFolder, f))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The same project, run to its end twice: the second time every trial of the final stages comes from the journal.</summary>
    public sealed class UndisturbedRun
    {
        public UndisturbedRun()
        {
            using var project = Project();
            var first = ToolProcess.Run(project.Folder, "run");
            Assert.True(first.ExitCode == 0, first.ToString());
            (Figures, Files) = (project.ReadFigures(), InterruptionTests.Files(project));
            var (run, reused) = project.ReadTrials();
            AllTrials = run + reused;
            var weights = Weights(project).Length;
            var second = ToolProcess.Run(project.Folder, "run");
            Assert.True(second.ExitCode == 0, second.ToString());
            FinalTrials = project.ReadTrials().Reused;
            SearchWeights = weights - FinalTrials;
        }

        internal string Figures { get; }

        internal IReadOnlyList<string> Files { get; }

        internal int AllTrials { get; }

        internal int FinalTrials { get; }

        /// <summary>Files of weights that the search leaves.</summary>
        internal int SearchWeights { get; }
    }
}
