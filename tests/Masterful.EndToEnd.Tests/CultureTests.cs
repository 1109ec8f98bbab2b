using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>A machine with another language, whose .NET knows cultures: the tool, its workers and all that they write say the same.</summary>
public partial class CultureTests
{
    [Fact]
    public void Every_figure_is_written_alike_whatever_the_machine_s_language()
    {
        using var project = new SmallProject(gate: "{ error_rate_reduction: 1%, max_error_rate: 99.5%, on_inconclusive: warn }", epochs: 1);
        project.Edit("[horizontal_mirror, rotate]", "[horizontal_mirror]");
        var probe = ToolProcess.Run(project.Folder, Language("de_DE.UTF-8"), "--version");
        Assert.SkipUnless(probe.ExitCode == 0, "this machine has no ICU");

        var first = ToolProcess.Run(project.Folder, Language("tr_TR.UTF-8"), "run", "--set", "policy.mode=search");
        Assert.True(first.ExitCode is 0 or 2, first.ToString());
        Assert.DoesNotMatch(NotInvariant(), Figures(first.Output + first.Error));

        // From now on nothing is trained: the runs differ by the machine's language alone.
        var expected = Said(project, []);
        foreach (var language in new[] { "de_DE.UTF-8", "tr_TR.UTF-8", "ar_SA.UTF-8", "sv_SE.UTF-8" })
        {
            Assert.Equal(expected, Said(project, Language(language)));
        }
    }

    private static string Said(SmallProject project, Dictionary<string, string> environment)
    {
        var run = ToolProcess.Run(project.Folder, environment, "run");
        var result = project.ReadResult();
        return Figures(string.Join('\n',
        [
            $"{run.ExitCode}", run.Output,
            .. new[] { "policy", "original", "masterful", "comparison", "search", "gate" }.Select(n => result.GetProperty(n).ToString()),
            // The last section says how long this run took and how much memory.
            File.ReadAllText(Path.Combine(project.ReportFolder, "report.md")).Split("## Reproduce")[0],
            File.ReadAllText(Path.Combine(project.ReportFolder, "classes.csv")),
        ]));
    }

    /// <summary>Without what differs from run to run: how long it took, when it was and its name.</summary>
    private static string Figures(string text) => Changing().Replace(text, "");

    private static Dictionary<string, string> Language(string name) => new() { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "false", ["LC_ALL"] = name, ["LANG"] = name };

    [GeneratedRegex(@"^.*(Trials  |\d+ (s|min|seconds)\b|\d\d\d\d-\d\d-\d\d|seconds).*$", RegexOptions.Multiline)]
    private static partial Regex Changing();

    [GeneratedRegex(@"\d,\d+ ?%|%\d|\d[\u066A\u066B]|\u2212\d")]
    private static partial Regex NotInvariant();
}
