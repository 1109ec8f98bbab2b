using Xunit;

namespace Masterful.EndToEnd.Tests;

public class RunTests
{
    [Fact]
    public void A_run_trains_reports_and_passes_its_gate_and_a_second_run_trains_nothing()
    {
        using var project = new SmallProject();

        var first = ToolProcess.Run(project.Folder, "run");
        var trained = project.ReadTrials().Run;
        var second = ToolProcess.Run(project.Folder, "run");

        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.True(trained > 0);
        Assert.Equal(0, project.ReadTrials().Run);
        Assert.Equal("passed", project.ReadResult().GetProperty("gate").GetProperty("status").GetString());
        foreach (var file in new[] { "report.md", "report.html", "policies.json", "classes.csv", "confusion.csv" })
        {
            Assert.True(new FileInfo(Path.Combine(project.ReportFolder, file)).Length > 0, file);
        }

        Assert.True(File.Exists(Path.Combine(project.Folder, "masterful.lock.yaml")));
        Assert.True(File.Exists(Path.Combine(project.Folder, "masterful-model", "model.safetensors")));
    }

    [Fact]
    public void A_gate_that_is_not_met_ends_with_2_after_the_report_is_written()
    {
        using var project = new SmallProject(gate: "{ error_rate_reduction: 99% }");

        var run = ToolProcess.Run(project.Folder, "run");

        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.Contains("MST05", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(project.ReportFolder, "report.md")));
    }

    [Fact]
    public void Killed_at_any_moment_a_run_goes_on_to_the_result_of_an_undisturbed_one()
    {
        using var undisturbed = new SmallProject(epochs: 4);
        using var disturbed = new SmallProject(epochs: 4);
        Assert.Equal(0, ToolProcess.Run(undisturbed.Folder, "run").ExitCode);

        foreach (var delay in new[] { 2.0, 4.0, 6.0 })
        {
            using var process = ToolProcess.Start(disturbed.Folder, "run");
            SpinWait.SpinUntil(() => process.HasExited, TimeSpan.FromSeconds(delay));
            process.Kill();
            process.Wait();
        }

        var last = ToolProcess.Run(disturbed.Folder, "run");

        Assert.True(last.ExitCode == 0, last.ToString());
        Assert.Equal(undisturbed.ReadFigures(), disturbed.ReadFigures());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_signal_stops_with_130_and_the_next_run_goes_on(string signal)
    {
        using var project = new SmallProject(epochs: 30);
        using var process = ToolProcess.Start(project.Folder, "run");
        SpinWait.SpinUntil(() => process.HasExited || File.Exists(Path.Combine(project.Folder, ".masterful", "journal.db")), TimeSpan.FromSeconds(60));
        Thread.Sleep(1500);

        process.Signal(signal);
        var stopped = process.Wait();

        Assert.True(stopped.ExitCode == 130, stopped.ToString());
        Assert.Contains("goes on from here", stopped.Error, StringComparison.Ordinal);
        var next = ToolProcess.Run(project.Folder, "run", "--set", "policy.techniques=[horizontal_mirror]");
        Assert.True(next.ExitCode == 0, next.ToString());
    }
}
