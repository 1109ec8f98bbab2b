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

        Assert.Equal((0, 0), (runner.Run("Name").ExitCode, runner.Run("Install Masterful").ExitCode));
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

        Assert.Equal((0, 0), (runner.Run("Name").ExitCode, runner.Run("Install Masterful").ExitCode));
        var run = runner.Run("Run");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("::error file=masterful.yaml,line=", run.Output, StringComparison.Ordinal);
        Assert.Equal(project.ReportFolder, runner.Output("run", "report"));
        Assert.Equal(0, runner.Run("Report").ExitCode);
        Assert.Contains("### ❌ Gate failed", runner.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GITHUB_OUTPUT", "no/such/folder/file")]
    [InlineData("GITHUB_OUTPUT", ".")]
    [InlineData("GITHUB_OUTPUT", "/dev/full")]
    [InlineData("GITHUB_ENV", "no/such/folder/file")]
    [InlineData("GITHUB_PATH", ".")]
    public void A_file_of_the_runner_s_that_can_t_be_written_costs_a_warning_and_the_gate_is_spoken(string variable, string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || path != "/dev/full", "needs /dev/full");
        using var project = new SmallProject(gate: "{ error_rate_reduction: 99% }", epochs: 1);
        using var runner = new ActionRunner("masterful", project.Folder, new() { ["arguments"] = "--device=cpu\n--set=policy.techniques=[horizontal_mirror]" }, realTool: true);
        runner.Replace(variable, Path.GetFullPath(path, project.Folder));

        var steps = new[] { "Name", "Install Masterful", "Run" }.Select(runner.Run).ToList();

        Assert.Equal([0, 0, 2], steps.Select(s => s.ExitCode));
        Assert.Contains(steps, s => s.Output.Contains("::warning", StringComparison.Ordinal));
        Assert.Contains("Gate: failed", steps[2].Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_value_holds_is_never_run()
    {
        using var workspace = new TemporaryFolder();
        var hostile = "$(touch pwned)`touch pwned`\"; touch pwned; '";
        using var runner = new ActionRunner(
            "masterful",
            workspace.Path,
            new() { ["spec"] = hostile, ["arguments"] = $"--set={hostile}\n\n--set=a=b c", ["token"] = hostile, ["libtorch"] = hostile, ["comment"] = "true", ["charts-branch"] = hostile });
        runner.Give("steps.run.outputs.report", workspace.Path);
        runner.Give("steps.upload.outputs.artifact-url", hostile);

        foreach (var input in new[] { "cache-key", "artifact", "tool-version", "tool-source" })
        {
            using var refusing = new ActionRunner("masterful", workspace.Path, new() { [input] = hostile + "\n" });
            var refused = refusing.Run(input is "cache-key" or "artifact" ? "Name" : "Install Masterful");
            Assert.True(refused.ExitCode == 3, refused.ToString());
            Assert.Contains("::error::", refused.Output + refused.Error, StringComparison.Ordinal);
        }

        foreach (var step in new[] { "Name", "Install Masterful", "Install libtorch", "Run", "Report", "Prune" })
        {
            var run = runner.Run(step);
            Assert.True(run.ExitCode == 0, run.ToString());
        }

        Assert.False(File.Exists(Path.Combine(workspace.Path, "pwned")));
        Assert.Equal(
            [
                ["masterful", "runtime", "install", hostile],
                ["masterful", "run", "--spec", hostile, "--log-format", "github", $"--set={hostile}", "--set=a=b c"],
                ["masterful", "report", workspace.Path, "--github", "--artifact-url", hostile, "--comment-key", "masterful", "--post", "--charts-branch", hostile],
                ["masterful", "runs", "prune", "--spec", hostile, "--days", "30", $"--set={hostile}", "--set=a=b c"],
            ],
            runner.Calls[3..]);
    }

    [Fact]
    public void The_comment_s_action_reports_on_what_was_downloaded()
    {
        using var workspace = new TemporaryFolder();
        using var runner = new ActionRunner("masterful-comment", workspace.Path, new() { ["run-id"] = "5", ["token"] = "t", ["pull-request"] = "7" });

        Assert.Equal(0, runner.Run("Install Masterful").ExitCode);
        Assert.Equal(0, runner.Run("Comment").ExitCode);

        Assert.Equal(
            ["--github", "--post", "--run-id", "5", "--comment-key", "masterful", "--artifact-url", "https://github.com/o/r/actions/runs/5#artifacts", "--pull-request", "7"],
            runner.Calls[^1][3..]);
    }

    [Theory]
    [InlineData("masterful", "", 1, 0, "masterful-report")]
    [InlineData("masterful", "", 3, 0, "masterful-0-report")]
    [InlineData("masterful", "", 3, 2, "masterful-2-report")]
    [InlineData("digits", "", 1, 0, "digits-report")]
    [InlineData("digits", "", 2, 1, "digits-1-report")]
    [InlineData("masterful", "mine", 2, 1, "mine")]
    public void No_two_legs_of_a_matrix_share_a_name_and_the_comment_finds_each(string cacheKey, string artifact, int legs, int leg, string expected)
    {
        using var workspace = new TemporaryFolder();
        using var runner = new ActionRunner("masterful", workspace.Path, new() { ["cache-key"] = cacheKey, ["artifact"] = artifact });
        runner.Give("strategy.job-total", $"{legs}");
        runner.Give("strategy.job-index", $"{leg}");
        foreach (var context in new[] { "runner.os", "runner.arch", "github.run_id", "github.run_attempt", "github.sha" })
        {
            runner.Give(context, context);
        }

        Assert.Equal(0, runner.Run("Name").ExitCode);

        var key = runner.Output("name", "key");
        Assert.Equal(legs > 1 ? $"{cacheKey}-{leg}" : cacheKey, key);
        Assert.Equal(expected, runner.Parameter("Upload the report", "name"));
        Assert.All(
            ["Restore journal and decoded data", "Keep journal and decoded data", "Restore the default branch's result", "Keep the default branch's result"],
            step => Assert.StartsWith(key + "-", runner.Parameter(step, "key"), StringComparison.Ordinal));
        using var comment = new ActionRunner("masterful-comment", workspace.Path, new() { ["cache-key"] = key, ["artifact"] = artifact });
        Assert.Equal(expected, comment.Parameter("Download the report", "name"));
    }

    [Fact]
    public void The_key_of_the_kept_libtorch_has_the_version_of_the_tool_that_was_installed()
    {
        using var workspace = new TemporaryFolder();
        using var runner = new ActionRunner("masterful", workspace.Path, new() { ["libtorch"] = "cpu" });
        runner.Give("runner.os", "Linux");
        runner.Give("runner.arch", "X64");

        Assert.Equal(0, runner.Run("Install Masterful").ExitCode);

        Assert.Equal("masterful-libtorch-Linux-X64-cpu-7.8.9", runner.Parameter("Restore libtorch", "key"));
    }
}
