using System.Text.RegularExpressions;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Masterful.EndToEnd.Tests;

public partial class WorkflowTests
{
    public static TheoryData<string> Files => [.. WorkflowFile.All];

    [Theory]
    [MemberData(nameof(Files))]
    public void No_script_has_a_value_pasted_into_it(string file) =>
        Assert.All(new WorkflowFile(Path.Combine(ToolProcess.Root, file)).Steps, step => Assert.DoesNotContain("${{", WorkflowFile.Text(step, "run") ?? "", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_action_of_others_is_pinned_to_a_commit_and_says_its_version(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(ToolProcess.Root, file)).Where(l => l.Contains("uses:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Matches(Pinned(), line));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_workflow_has_no_right_that_it_was_not_given(string file)
    {
        Assert.DoesNotContain("pull_request_target", File.ReadAllText(Path.Combine(ToolProcess.Root, file)), StringComparison.Ordinal);
        var root = new WorkflowFile(Path.Combine(ToolProcess.Root, file)).Root;
        if (!root.Children.TryGetValue("jobs", out var jobs))
        {
            return;
        }

        var rights = (YamlMappingNode)root["permissions"];
        Assert.All(rights.Children, r => Assert.Equal(("contents", "read"), (r.Key.ToString(), r.Value.ToString())));
        foreach (var (_, job) in ((YamlMappingNode)jobs).Children)
        {
            Assert.True(((YamlMappingNode)job).Children.ContainsKey("timeout-minutes"));
            if (((YamlMappingNode)job).Children.TryGetValue("permissions", out var given))
            {
                var written = ((YamlMappingNode)given).Children.Where(r => r.Value.ToString() == "write").Select(r => r.Key.ToString());
                Assert.All(written, right => Assert.Contains(right, new[] { "pull-requests", "contents" }));
                Assert.False(file.EndsWith("ci.yml", StringComparison.Ordinal), "Jobs that run a pull request's code may only read.");
            }
        }
    }

    [Theory]
    [InlineData("masterful")]
    [InlineData("masterful-comment")]
    public void The_page_of_the_action_lists_its_inputs_with_what_they_mean(string action)
    {
        var page = File.ReadAllText(Path.Combine(ToolProcess.Root, "docs", "action.md"));
        var inputs = (YamlMappingNode)new WorkflowFile(Path.Combine(ToolProcess.Root, ".github", "actions", action, "action.yml")).Root["inputs"];
        var section = page[page.IndexOf($"## The action `{action}`", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 3, StringComparison.Ordinal)];

        var listed = section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(c => c[1].Trim('`'), c => c[3]);
        Assert.Equal(inputs.Children.ToDictionary(i => i.Key.ToString(), i => i.Value["description"].ToString()), listed);
    }

    [GeneratedRegex(@"uses: (\./\S+|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)\s*$")]
    private static partial Regex Pinned();
}
