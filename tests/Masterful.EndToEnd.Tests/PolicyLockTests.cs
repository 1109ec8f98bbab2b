using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>The lock as its user meets it.</summary>
public sealed partial class PolicyLockTests : IDisposable
{
    private readonly SmallProject _project = new();

    private string LockPath => Path.Combine(_project.Folder, "masterful.lock.yaml");

    public void Dispose() => _project.Dispose();

    [Fact]
    public void A_lock_is_kept_while_it_holds_searched_again_when_it_does_not_and_refreshed_when_asked()
    {
        Assert.Contains("commit it", Succeeds("search").Output, StringComparison.Ordinal);
        var first = File.ReadAllText(LockPath);
        var kept = Succeeds("search");
        Assert.Contains("still holds; nothing was searched", kept.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Search:", kept.Error, StringComparison.Ordinal);

        // The same trials again, out of the journal: the search is a function of its spec.
        File.WriteAllText(LockPath, first.Replace("name: ", "name: was-", StringComparison.Ordinal).Replace("was-'", "'was-", StringComparison.Ordinal));
        var updated = Succeeds("search", "--update");
        Assert.Contains("Search:", updated.Error, StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllText(LockPath));

        // New epochs undo the lock: auto says so and searches, locked refuses.
        var locked = ToolProcess.Run(_project.Folder, "run", "--set", "policy.mode=locked", "--set", "training.epochs=3");
        Assert.True(locked.ExitCode == 3, locked.ToString());
        Assert.Matches("MST0705.*the training section changed.*search --update", locked.Error);
        var auto = Succeeds("run", "--set", "training.epochs=3");
        Assert.Matches("The locked policy .* was not used: the training section changed", auto.Error);
        Assert.Contains("the training section changed", File.ReadAllText(Path.Combine(_project.ReportFolder, "report.md")), StringComparison.Ordinal);
        Assert.NotEqual(first, File.ReadAllText(LockPath));

        // Train is locked whatever the spec says: what auto locked, without a search.
        Succeeds("train", "--set", "training.epochs=3");
        Assert.Equal(0, _project.ReadTrials().Run);
    }

    [Fact]
    public void A_lock_of_a_newer_engine_is_refused_before_anything_is_trained_with_the_way_out()
    {
        Succeeds("search");
        File.WriteAllText(LockPath, Engine().Replace(File.ReadAllText(LockPath), "engine: '99.1.0'"));

        var refused = ToolProcess.Run(_project.Folder, "run");
        Assert.True(refused.ExitCode == 3, refused.ToString());
        Assert.Matches(@"masterful\.lock\.yaml\(\d+,\d+\): error MST0703: .*99\.1\.0.*dotnet tool update.*search --update", refused.Error);

        Succeeds("search", "--update");
        Assert.DoesNotContain("99.1.0", File.ReadAllText(LockPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_lock_locked_is_refused_with_the_command_that_makes_one()
    {
        var refused = ToolProcess.Run(_project.Folder, "run", "--set", "policy.mode=locked");

        Assert.True(refused.ExitCode == 3, refused.ToString());
        Assert.Matches("MST0704.*dotnet masterful search", refused.Error);
    }

    [GeneratedRegex("engine: '[^']*'")]
    private static partial Regex Engine();

    private ToolResult Succeeds(params string[] arguments)
    {
        var ended = ToolProcess.Run(_project.Folder, arguments);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return ended;
    }
}
