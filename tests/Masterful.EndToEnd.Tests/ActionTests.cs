using Xunit;

namespace Masterful.EndToEnd.Tests;

public class ActionTests
{
    [Fact]
    public void The_action_runs_reports_prunes_and_keeps_the_result_that_the_next_build_compares_with()
    {
        using var project = new SmallProject();
        using var runner = new ActionRunner("masterful", project.Folder, new() { ["arguments"] = "--device=cpu\n--set=report.html=false" }, realTool: true);
        runner.Give("steps.upload.outputs.artifact-url", "https://github.com/o/r/actions/runs/1/artifacts/2");
        runner.Give("inputs.token", "");

        var run = runner.Run("Run");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal("passed", runner.Output("run", "status"));
        Assert.Equal(project.ReportFolder, runner.Output("run", "report"));
        Assert.False(File.Exists(Path.Combine(project.ReportFolder, "report.html")));
        var report = runner.Run("Report");
        Assert.True(report.ExitCode == 0, report.ToString());
        Assert.Contains("### ✅ Gate passed", runner.Summary, StringComparison.Ordinal);
        Assert.Contains("[Whole report](<https://github.com/o/r/actions/runs/1/artifacts/2>)", runner.Summary, StringComparison.Ordinal);
        Assert.Contains("No earlier result", runner.Summary, StringComparison.Ordinal);
        Assert.Equal(0, runner.Run("Prune").ExitCode);
        Assert.Equal(0, runner.Run("Take the result as the default branch's").ExitCode);

        var again = runner.Run("Run");
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Equal("0", runner.Output("run", "trials-run"));
        Assert.Equal(0, runner.Run("Report").ExitCode);
        Assert.Contains("and the same figures", runner.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gate_that_is_not_met_fails_its_step_and_leaves_the_report_to_the_next()
    {
        using var project = new SmallProject(gate: "{ error_rate_reduction: 99% }");
        using var runner = new ActionRunner("masterful", project.Folder, new() { ["token"] = "" }, realTool: true);

        var run = runner.Run("Run");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("::error file=masterful.yaml,line=", run.Output, StringComparison.Ordinal);
        Assert.Equal(project.ReportFolder, runner.Output("run", "report"));
        Assert.Equal(0, runner.Run("Report").ExitCode);
        Assert.Contains("### ❌ Gate failed", runner.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_value_holds_is_never_run()
    {
        using var workspace = new TemporaryFolder();
        var hostile = "$(touch pwned)`touch pwned`\"; touch pwned; '";
        using var runner = new ActionRunner(
            "masterful",
            workspace.Path,
            new() { ["spec"] = hostile, ["arguments"] = $"--set={hostile}\n\n--set=a=b c", ["token"] = hostile, ["tool-version"] = hostile, ["cache-key"] = hostile, ["comment"] = "true", ["charts-branch"] = hostile },
            realTool: false);
        runner.Give("steps.run.outputs.report", workspace.Path);
        runner.Give("steps.upload.outputs.artifact-url", hostile);

        foreach (var step in new[] { "Install Masterful", "Run", "Report", "Prune" })
        {
            var run = runner.Run(step);
            Assert.True(run.ExitCode == 0, run.ToString());
        }

        Assert.False(File.Exists(Path.Combine(workspace.Path, "pwned")));
        Assert.Equal(["masterful", "run", "--spec", hostile, "--log-format", "github", $"--set={hostile}", "--set=a=b c"], runner.Calls[1]);
        Assert.Equal(["masterful", "report", workspace.Path, "--github", "--artifact-url", hostile, "--comment-key", hostile, "--post", "--charts-branch", hostile], runner.Calls[2]);
        Assert.Equal(["masterful", "runs", "prune", "--spec", hostile, "--days", "30", $"--set={hostile}", "--set=a=b c"], runner.Calls[3]);
    }

    [Fact]
    public void A_version_in_the_manifest_is_the_one_that_is_installed()
    {
        using var workspace = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(workspace.Path, ".config"));
        File.WriteAllText(Path.Combine(workspace.Path, ".config", "dotnet-tools.json"), """{ "tools": { "masterful.tool": { "version": "0.1.0" } } }""");
        using var runner = new ActionRunner("masterful", workspace.Path, new() { ["libtorch"] = "cuda" }, realTool: false);

        Assert.Equal(0, runner.Run("Install Masterful").ExitCode);

        Assert.Equal(["tool", "restore"], runner.Calls[0]);
        Assert.Equal(["masterful", "runtime", "install", "cuda"], runner.Calls[1]);
    }

    [Fact]
    public void The_comment_s_action_reports_on_what_was_downloaded()
    {
        using var workspace = new TemporaryFolder();
        using var runner = new ActionRunner("masterful-comment", workspace.Path, new() { ["run-id"] = "5", ["token"] = "t", ["pull-request"] = "7" }, realTool: false);

        Assert.Equal(0, runner.Run("Install Masterful").ExitCode);
        Assert.Equal(0, runner.Run("Comment").ExitCode);

        Assert.Equal(
            ["--github", "--post", "--comment-key", "masterful", "--artifact-url", "https://github.com/o/r/actions/runs/5#artifacts", "--pull-request", "7"],
            runner.Calls[1][3..]);
    }
}
