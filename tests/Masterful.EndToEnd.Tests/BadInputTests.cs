using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>What people get wrong, through the process: exit code 3, and a message that says where and what would be right.</summary>
public class BadInputTests
{
    [Theory]
    [InlineData("training: { epochs: 2", "training: { epoch: 2", "(10,13): error MST", "epochs")]
    [InlineData("epochs: 2", "epochs: many", "(10,21): error MST", "many")]
    [InlineData("max_error_rate: 100%", "max_error_rate: 10 percent", "(14,", "max_error_rate")]
    [InlineData("train: train-images-idx3-ubyte", "train: no-such-file", "(6,", "no-such-file")]
    [InlineData("architecture: small-cnn", "architecture: small-cn", "(8,", "small-cnn")]
    public void A_wrong_spec_is_told_with_its_place_and_what_would_be_right(string right, string wrong, string place, string told)
    {
        using var project = new SmallProject();
        project.Edit(right, wrong);

        var run = ToolProcess.Run(project.Folder, "run");

        Assert.True(run.ExitCode == 3, run.ToString());
        Assert.Contains($"masterful.yaml{place}", run.Error, StringComparison.Ordinal);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        AssertNoTrace(run);
    }

    [Fact]
    public void Two_errors_are_told_at_once()
    {
        using var project = new SmallProject();
        project.Edit("epochs: 2", "epochs: -1");
        project.Edit("ratio: 1", "ratio: lots");

        var run = ToolProcess.Run(project.Folder, "validate");

        Assert.True(run.ExitCode == 3, run.ToString());
        Assert.Equal(2, run.Error.Split('\n').Count(l => l.Contains(": error MST", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_at_once()
    {
        using var project = new SmallProject();
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(
            Enumerable.Range(1, 12).Select(i => $"{(char)('a' + i)}: &{(char)('a' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i - 1)}", 9))}]\n"));
        File.WriteAllText(project.SpecPath, bomb);

        var run = ToolProcess.Run(project.Folder, "validate");

        Assert.True(run.ExitCode == 3, run.ToString());
        AssertNoTrace(run);
    }

    [Fact]
    public void A_missing_spec_says_how_to_make_one()
    {
        using var folder = new TemporaryFolder();

        var run = ToolProcess.Run(folder.Path, "run");

        Assert.True(run.ExitCode == 3, run.ToString());
        Assert.Contains("masterful init", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_line_that_is_not_understood_is_told_with_the_way_to_help()
    {
        using var folder = new TemporaryFolder();

        var run = ToolProcess.Run(folder.Path, "rum");

        Assert.True(run.ExitCode == 3, run.ToString());
        Assert.Contains("--help", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncated_data_is_an_error_that_names_the_file_and_the_place_in_it()
    {
        using var project = new SmallProject();
        var images = Path.Combine(project.Folder, "data", "train-images-idx3-ubyte");
        File.WriteAllBytes(images, File.ReadAllBytes(images)[..5000]);

        var run = ToolProcess.Run(project.Folder, "run");

        Assert.True(run.ExitCode == 3, run.ToString());
        Assert.Contains("train-images-idx3-ubyte", run.Error, StringComparison.Ordinal);
        AssertNoTrace(run);
    }

    [Fact]
    public void A_test_image_that_also_stands_in_train_stops_the_run_unless_leaks_are_allowed()
    {
        using var project = new SmallProject();
        project.CopyTrainImageIntoTest();

        var stopped = ToolProcess.Run(project.Folder, "run");
        var allowed = ToolProcess.Run(project.Folder, "run", "--set", "dataset.allow_leaks=true", "--set", "policy.techniques=[horizontal_mirror]");

        Assert.True(stopped.ExitCode == 3, stopped.ToString());
        Assert.Contains("allow_leaks", stopped.Error, StringComparison.Ordinal);
        Assert.True(allowed.ExitCode == 0, allowed.ToString());
    }

    [Fact]
    public void A_full_disk_during_the_report_is_told_and_what_was_earned_stays()
    {
        using var project = new SmallProject();
        using var disk = new SmallDisk(project.Folder, "masterful-report", kilobytes: 48);

        var full = ToolProcess.Run(project.Folder, "run");

        Assert.True(full.ExitCode == 1, full.ToString());
        Assert.Contains("No space left", full.Error, StringComparison.Ordinal);
        AssertNoTrace(full);
        Assert.Empty(Directory.EnumerateFiles(project.ReportFolder, "*.tmp", SearchOption.AllDirectories));
        var elsewhere = ToolProcess.Run(project.Folder, "run", "--set", "report.path=other-report");
        Assert.True(elsewhere.ExitCode == 0, elsewhere.ToString());
        Assert.Contains("\"trialsRun\": 0", File.ReadAllText(Path.Combine(project.Folder, "other-report", "result.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_only_cache_warns_and_the_run_goes_on()
    {
        using var project = new SmallProject();
        using var disk = new SmallDisk(project.Folder, ".masterful", kilobytes: 64, readOnly: true);

        var run = ToolProcess.Run(project.Folder, "run");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("warning", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(project.ResultPath));
    }

    private static void AssertNoTrace(ToolResult run) => Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
}
