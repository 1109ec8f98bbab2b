using Masterful.Core.Spec;
using Masterful.Tool.Output;
using Xunit;

namespace Masterful.Tool.Tests;

public class OutputTests
{
    private static readonly DiagnosticCode Code = new("MST0999", "title", "remedy");

    [Fact]
    public void Nothing_in_a_message_or_a_path_can_start_another_workflow_command()
    {
        var diagnostic = new Diagnostic(Code, DiagnosticSeverity.Error, "50%\n::add-mask::x", new SourcePosition("a,b:c.yaml", 3, 0));

        Assert.Equal("::error file=a%2Cb%3Ac.yaml,line=3,col=1,title=MST0999::50%25%0A::add-mask::x", GitHubAnnotation.Of(diagnostic));
    }

    [Fact]
    public void A_diagnostic_without_a_place_has_none_in_its_annotation()
    {
        var diagnostic = new Diagnostic(Code, DiagnosticSeverity.Warning, "beware");

        Assert.Equal("::warning title=MST0999::beware", GitHubAnnotation.Of(diagnostic));
    }

    [Theory]
    [InlineData("cat\u001b[2J\u001b]0;owned\u0007", "cat·[2J·]0;owned·")]
    [InlineData("cat\u009b31m", "cat·31m")]
    [InlineData("good\rGate passed", "good\nGate passed")]
    [InlineData("cat\u202egnp.exe", "cat·gnp.exe")]
    [InlineData("a\tb\n\u00e9\u200d\U0001F408", "a\tb\n\u00e9\u200d\U0001F408")]
    public void Nothing_that_a_terminal_would_obey_is_given_to_it(string text, string shown) =>
        Assert.Equal(shown.ReplaceLineEndings(), PlainText.Harmless(text));

    [Theory]
    [InlineData(42.4, "42s")]
    [InlineData(190, "3m 10s")]
    [InlineData(3900, "1h 05m")]
    public void Durations_read_as_people_say_them(double seconds, string text) =>
        Assert.Equal(text, Duration.Text(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Short_options_become_overrides_that_survive_quotes_in_paths()
    {
        var options = new CommonOptions { SpecPath = "masterful.yaml", Output = "it's here", Device = "cpu", Set = ["training.epochs=2"] };

        Assert.Equal(4, options.Overrides.Count);
        Assert.EndsWith("it''s here/masterful-report'", options.Overrides[0].Replace('\\', '/'), StringComparison.Ordinal);
        Assert.Equal(["runtime.device='cpu'", "training.epochs=2"], options.Overrides.Skip(2));
    }
}
