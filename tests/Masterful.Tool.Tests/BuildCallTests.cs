using Masterful.Core.Spec;
using Masterful.Tool.Output;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Masterful.Tool.Tests;

public class BuildCallTests
{
    [Theory]
    [InlineData("There is no libtorch in '/x', or leave --libtorch out.", "There is no libtorch in '/x', or leave MasterfulLibTorch out.")]
    [InlineData("name a spec with --spec, or write one with `dotnet masterful init --force`.", "name a spec with MasterfulSpec, or write one with `dotnet masterful init --force`.")]
    [InlineData("--set: error MST0016: 'x' has no '='.", "MasterfulSet: error MST0016: 'x' has no '='.")]
    [InlineData("no earlier result was given to compare with (--baseline).", "no earlier result was given to compare with (MasterfulBaseline).")]
    [InlineData("a--spec-b stays, --github too", "a--spec-b stays, --github too")]
    public void A_message_names_the_property_in_place_of_the_option(string message, string spoken) => Assert.Equal(spoken, BuildCall.Speak(message));

    [Theory]
    [InlineData("log", "masterful: error MST0301: no libtorch; name it by MasterfulLibTorch.")]
    [InlineData(null, "masterful: error MST0301: no libtorch; name it by --libtorch.")]
    public void Only_a_build_is_told_of_properties(string? caller, string line)
    {
        var recording = new RecordingHost();
        if (caller is not null)
        {
            recording.Environment[BuildCall.Variable] = caller;
        }

        new ToolLog(recording.Host(), LogFormat.Text, LogLevel.Information).Diagnostic(
            new Diagnostic(new DiagnosticCode("MST0301", "", ""), DiagnosticSeverity.Error, "no libtorch; name it by --libtorch."));

        Assert.Equal(line, recording.Error.ToString().TrimEnd());
    }

    [Theory]
    [InlineData("terminal", 3)]
    [InlineData("log", 1)]
    public void A_build_at_a_terminal_hears_of_progress_each_second(string caller, int lines)
    {
        var recording = new RecordingHost();
        recording.Environment[BuildCall.Variable] = caller;
        var host = recording.Host();
        using var line = new ProgressLine(host, new ToolLog(host, LogFormat.Text, LogLevel.Information));

        for (var i = 0; i < 3; i++)
        {
            line.Tell($"step {i}", new { });
            recording.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(lines, recording.Error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(l => l.StartsWith("progress: step", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_warning_that_is_left_out_is_not_told_and_others_are()
    {
        using var folder = new SpecFolder();
        File.AppendAllText(folder.Path, "\nevaluation: { split: select }\n");
        var (told, silent, other) = (new RecordingHost(), new RecordingHost(), new RecordingHost());

        Assert.Equal(0, await told.RunAsync("validate", "--spec", folder.Path));
        Assert.Equal(0, await silent.RunAsync("validate", "--spec", folder.Path, "--nowarn", "CS1591,mst0018"));
        Assert.Equal(0, await other.RunAsync("validate", "--spec", folder.Path, "--nowarn", "MST0999"));

        Assert.Contains("warning MST0018", told.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("MST0018", silent.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("warning MST0018", other.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MST0102", false)]
    [InlineData("MST0103", true)]
    public void A_log_has_not_warned_by_what_is_left_out(string leftOut, bool hasWarned)
    {
        var recording = new RecordingHost();
        var log = new ToolLog(recording.Host(), LogFormat.Text, LogLevel.Warning, [leftOut]);

        log.LogDiagnostic(new Diagnostic(new DiagnosticCode("MST0102", "", ""), DiagnosticSeverity.Warning, "beware"));

        Assert.Equal((hasWarned, hasWarned), (log.HasWarned, recording.Error.ToString().Contains("beware", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_sentence_of_warning_counts_as_one()
    {
        var log = new ToolLog(new RecordingHost().Host(), LogFormat.Text, LogLevel.Information);
        Assert.False(log.HasWarned);

        log.LogWarning("No trained model was written.");

        Assert.True(log.HasWarned);
    }
}
