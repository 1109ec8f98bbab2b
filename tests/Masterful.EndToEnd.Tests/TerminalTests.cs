using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>What somebody sees at a terminal, where the SDK's logger shows no messages.</summary>
[Collection(Builds.Name)]
public sealed partial class TerminalTests(PackageFeed feed)
{
    [Fact]
    public void A_build_at_a_terminal_shows_progress_figures_verdict_and_why_nothing_is_done()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs script(1), which makes a terminal");
        using var project = new ModelProject(feed, properties: "<MasterfulVerbosity>normal</MasterfulVerbosity>");
        project.Small.Edit("epochs: 2", "epochs: 1");

        var first = Screen(project, "-t:Masterful");
        var second = Screen(project, "-t:Masterful");
        var skipped = Screen(project, "-t:Masterful -p:MasterfulSkip=true");
        project.Small.Edit("max_error_rate: 100%", "max_error_rate: 0%");
        var failed = Screen(project, "-t:Masterful");

        // The line that is drawn over: project, framework, what is being done, seconds.
        AssertShows(@"net10\.0.* Masterful reading data.*\([\d:.]+s\)", first);
        AssertShows(@"net10\.0.* Masterful (search|final trainings)\b.*\([\d:.]+s\)", first);
        AssertShows(@"(?m)^    Original +\d+\.\d+% error", first);
        AssertShows(@"(?m)^    Gate: passed", first);
        AssertShows(@"(?m)^    Masterful: nothing changed since the gate passed .*: \d+\.\d+% error", second);
        AssertShows(@"(?m)^    Masterful: skipped, because MasterfulSkip is set\.", skipped);
        AssertShows(@"(?m)^    Gate: failed", failed);
        AssertShows("error MST0501: max_error_rate", failed);
    }

    private static void AssertShows(string pattern, string screen) => Assert.True(Regex.IsMatch(screen, pattern), $"{pattern} is not in\n{Timer().Replace(screen, "")}");

    /// <summary>What a terminal of 140 columns was given, without its control sequences, which only move and colour.</summary>
    private string Screen(ModelProject project, string arguments)
    {
        // CI's variables turn this logger off, and so does a terminal that can't draw.
        var variables = new Dictionary<string, string>(feed.Variables) { ["TERM"] = "xterm-256color" };
        string[] off = ["CI", "GITHUB_ACTIONS", "TF_BUILD", "APPVEYOR", "TRAVIS", "CIRCLECI", "TEAMCITY_VERSION", "JB_SPACE_API_URL", "NO_COLOR"];
        var command = $"stty cols 140 rows 40; exec env {string.Join(' ', off.Select(v => $"-u {v}"))} dotnet build -nologo -tl:auto -p:MasterfulSet=policy.techniques=[horizontal_mirror] {arguments}";
        using var process = ToolProcess.StartProgram("script", project.Folder, variables, "-qec", command, "/dev/null");
        return Control().Replace(process.Wait().Output, "").ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"(?m)^\s*(\([\d:.]+s\))?\s*\n")]
    private static partial Regex Timer();

    [GeneratedRegex(@"\x1b\][^\x1b\a]*(?:\x1b\\|\a)|\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")]
    private static partial Regex Control();
}
