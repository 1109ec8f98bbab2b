using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.EndToEnd.Tests;

public partial class CacheTests
{
    [Fact]
    public void A_cache_restored_elsewhere_trains_only_what_a_pull_request_changed()
    {
        using var project = new SmallProject();
        Assert.Equal(0, ToolProcess.Run(project.Folder, "run").ExitCode);
        using var checkout = new TemporaryFolder();
        var elsewhere = Path.Combine(checkout.Path, "an other checkout");
        Copy(project.Folder, elsewhere);

        Lock(elsewhere, "horizontal_mirror: 0.5");
        var changed = ToolProcess.Run(elsewhere, "run");
        Assert.True(changed.ExitCode == 0, changed.ToString());
        var trials = TrialsOfTheLastRun(elsewhere);

        Assert.Equal(2, trials.Count(t => !t.Reused));
        Assert.Equal(["changed-by-hand"], trials.Where(t => !t.Reused).Select(t => t.Policy).Distinct());
        Assert.Equal(2, trials.Count(t => t is { Policy: "none", Reused: true }));

        Lock(elsewhere, "horizontal_mirror: 0.25");
        Assert.Equal(0, ToolProcess.Run(elsewhere, "run").ExitCode);
        var dry = Prune(elsewhere, "--dry-run");
        var first = Prune(elsewhere);
        var second = Prune(elsewhere);

        Assert.Equal(dry, first);
        Assert.Equal(2, first["weights"].Count);
        Assert.True(first["weights"].Bytes > 100_000);
        Assert.All(second.Values, kind => Assert.Equal(0, kind.Count));
        Assert.Equal(0, ToolProcess.Run(elsewhere, "run").ExitCode);
        Assert.DoesNotContain(TrialsOfTheLastRun(elsewhere), t => !t.Reused);
    }

    /// <summary>The lock as a colleague's commit would change it.</summary>
    private static void Lock(string folder, string values)
    {
        var path = Path.Combine(folder, "masterful.lock.yaml");
        var text = Values().Replace(File.ReadAllText(path), $"  values:\n    {values}\n  calibration:");
        File.WriteAllText(path, Name().Replace(text, "  name: 'changed-by-hand'\n  source: search\n"));
    }

    private static List<(string Policy, bool Reused)> TrialsOfTheLastRun(string folder)
    {
        var runs = Result(ToolProcess.Run(folder, "runs", "--log-format", "json"));
        var trials = Result(ToolProcess.Run(folder, "runs", runs[0].GetProperty("id").GetString()!, "--log-format", "json")).GetProperty("trials");
        return [.. trials.EnumerateArray().Select(t => (t.GetProperty("policyName").GetString()!, t.GetProperty("reused").GetBoolean()))];
    }

    private static Dictionary<string, (int Count, long Bytes)> Prune(string folder, params string[] more) =>
        Result(ToolProcess.Run(folder, ["runs", "prune", "--log-format", "json", .. more])).GetProperty("pruned").EnumerateArray()
            .ToDictionary(k => k.GetProperty("kind").GetString()!, k => (k.GetProperty("count").GetInt32(), k.GetProperty("bytes").GetInt64()));

    private static JsonElement Result(ToolResult call)
    {
        Assert.True(call.ExitCode == 0, call.ToString());
        using var document = JsonDocument.Parse(call.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        return document.RootElement.GetProperty("data").Clone();
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [GeneratedRegex(@"^  values:.*?^  calibration:", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Values();

    [GeneratedRegex(@"^  name: .*?\n  source: .*?\n", RegexOptions.Multiline)]
    private static partial Regex Name();
}
