using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>A user's own model that misbehaves, through the process: its author is told which, how and where, and never by a stack trace.</summary>
public class CustomModelTests
{
    [Theory]
    [InlineData("ThrowingFactory", "MST0203", "ThrowingFactory.Create threw InvalidOperationException: the weights of the author are elsewhere")]
    [InlineData("ThrowingForwardFactory", "MST0204", "ThrowingForwardFactory fails on a batch of shape [2, 1, 12, 12]: InvalidOperationException: no way forward")]
    [InlineData("WrongShapeFactory", "MST0205", "returns [2, 5] for 2 images; right would be [2, 4]")]
    [InlineData("NotANumberFactory", "MST0206", "NotANumberFactory, freshly initialised, returns NaN")]
    public void Wrong_from_the_start_it_is_refused_before_anything_is_trained(string factory, string code, string told)
    {
        using var project = new SmallProject();
        project.UseModel(factory);

        var run = ToolProcess.Run(project.Folder, "run");

        AssertRefused(run, code, told);
        Assert.False(File.Exists(Path.Combine(project.Folder, ".masterful", "journal.db")));
    }

    [Fact]
    public void Throwing_in_every_training_it_ends_the_run_with_the_exception_s_message()
    {
        using var project = new SmallProject();
        project.UseModel("FailingLaterFactory", "after: 3");

        var run = ToolProcess.Run(project.Folder, "run");

        AssertRefused(run, "MST0404", "FailingLaterFactory fails on a batch of shape [32, 1, 12, 12]: InvalidOperationException: the lookup table is used up");
        Assert.False(File.Exists(project.ResultPath));
    }

    [Fact]
    public void Mended_where_its_assembly_does_not_show_it_the_model_is_trained_again()
    {
        using var project = new SmallProject();
        var table = Path.Combine(project.Folder, "table.txt");
        project.UseModel("NeedyFactory", $"file: '{table}'");
        AssertRefused(ToolProcess.Run(project.Folder, "run"), "MST0404", "table.txt");

        File.WriteAllText(table, "");
        var run = ToolProcess.Run(project.Folder, "run");

        Assert.True(run.ExitCode == 0, run.ToString());
    }

    [Fact]
    public void Turning_NaN_in_every_training_it_ends_the_run_with_the_reason()
    {
        using var project = new SmallProject();
        project.UseModel("FailingLaterFactory", "after: 3, nan: true");

        var run = ToolProcess.Run(project.Folder, "run");

        AssertRefused(run, "MST0404", "The training loss became NaN in epoch 1 of 2");
    }

    [Theory]
    [InlineData("only: 4", "FailingLaterFactory fails on a batch")]
    [InlineData("only: 4, nan: true", "The training loss became NaN")]
    public void Failing_in_one_trial_of_the_search_it_costs_that_trial_alone(string options, string told)
    {
        using var project = new SmallProject();
        project.UseModel("FailingLaterFactory", options);

        var run = ToolProcess.Run(project.Folder, "run");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains(told, project.ReadResult().GetProperty("notes").ToString(), StringComparison.Ordinal);
        Assert.Equal(2, project.ReadResult().GetProperty("original").GetProperty("errorRatePerSeed").GetArrayLength());
    }

    private static void AssertRefused(ToolResult run, string code, string told)
    {
        Assert.True(run.ExitCode == 3, run.ToString());
        Assert.Contains($"error {code}: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }
}
