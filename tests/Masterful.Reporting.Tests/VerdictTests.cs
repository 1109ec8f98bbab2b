using System.Text.RegularExpressions;
using Masterful.Reporting.PullRequest;
using Masterful.Results;
using Xunit;

namespace Masterful.Reporting.Tests;

/// <summary>What a page says of a change, and of what is undefined, in every form.</summary>
public class VerdictTests
{
    private static string Markdown(string name) => SampleReports.Text(name, ReportWriter.MarkdownName);

    private static string Comment(RunResult result) => new PullRequestPage(result, new PullRequestOptions()).Comment();

    /// <summary>The row of a class in the section of a measure, or in a comment.</summary>
    private static string Row(string text, string section, string cell) => text[Math.Max(0, text.IndexOf(section, StringComparison.Ordinal))..]
        .Split('\n').First(line => line.StartsWith('|') && line.Contains($" {cell} |", StringComparison.Ordinal));

    [Theory]
    [InlineData("Shirt", "▲\u00A0better", "+5.1 (+1.9 to +8.3)")]
    [InlineData("T-shirt/top", "▼\u00A0worse", "−6.2 (−9.4 to −3.0)")]
    [InlineData("Coat", "≈\u00A0within\u00A0noise", "−0.6 (−3.8 to +2.6)")]
    [InlineData("Trouser", "≈\u00A0within\u00A0noise", "+0.6 (−2.6 to +3.8)")]
    [InlineData("Sneaker", "≈\u00A0within\u00A0noise", "0.0 (−3.2 to +3.2)")]
    public void A_class_is_better_or_worse_only_where_its_interval_excludes_0(string name, string verdict, string change)
    {
        foreach (var row in new[] { Row(Markdown("verdicts"), "## Recall", MarkdownText.Escape(name)), Row(Comment(SampleResults.Verdicts()), "<details>", MarkdownText.Escape(name)) })
        {
            Assert.Contains(verdict, row, StringComparison.Ordinal);
            Assert.Contains(change, row, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Classes_are_counted_by_verdict_and_who_lost_most_is_named()
    {
        const string Recall = "Recall is better in 2 of 10 classes, worse in 1, and within noise in 6; undefined in 1.";

        Assert.Contains(Recall, Markdown("verdicts"), StringComparison.Ordinal);
        Assert.Contains(Recall + " Worst: T", Comment(SampleResults.Verdicts()), StringComparison.Ordinal);
        Assert.Contains(Recall, new ReportCharts(SampleResults.Verdicts(), null).Recall!.Alternative, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("## Recall", "Dress")]
    [InlineData("## Precision", "Dress")]
    [InlineData("## Precision", "Bag")]
    public void What_is_undefined_is_a_dash_and_has_neither_interval_nor_change(string section, string name)
    {
        var row = Row(Markdown("verdicts"), section, name);

        Assert.EndsWith("| – | – | – | –\u00A0undefined |", row, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verdicts")]
    [InlineData("no-result")]
    [InlineData("no-errors")]
    public void No_page_shows_nothing_as_a_figure(string name)
    {
        var comment = Comment(SampleReports.All[name]().Result);
        foreach (var text in new[] { Markdown(name), comment })
        {
            Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
            Assert.DoesNotContain("n/a", text, StringComparison.Ordinal);
            Assert.DoesNotContain("0.0% to 100.0%", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(new Regex(@"[+−-]0\.0+\b|[+−-]{2}\d"), text);
        }
    }

    [Fact]
    public void A_mean_over_classes_is_over_those_where_both_are_defined()
    {
        var (original, masterful, classes) = ClassFigure.Mean(ClassFigure.Precision(SampleResults.Verdicts()));

        Assert.Equal(8, classes);
        Assert.True(double.IsFinite(original) && double.IsFinite(masterful));
        Assert.Contains("Mean recall over the 9 classes where both are defined", Markdown("verdicts"), StringComparison.Ordinal);
        Assert.Equal((double.NaN, double.NaN, 0), ClassFigure.Mean([]));
    }

    [Fact]
    public void A_difference_within_noise_is_told_as_such_wherever_it_is_told()
    {
        var result = SampleResults.Verdicts();

        Assert.Contains("makes **2.7% fewer errors** than the original, which is within noise (reduction −1.4% to 6.6% at 95% confidence)", Markdown("verdicts"), StringComparison.Ordinal);
        Assert.Contains("2.7% fewer errors, within noise", PullRequestPage.Line(result), StringComparison.Ordinal);
        Assert.Matches(@"\| Test error \|.*≈\u00A0within\u00A0noise \|", Markdown("verdicts"));
        Assert.Contains(Charts.SampleCharts.All["error-rate-within-noise"]().Layout(), t => t.Text == "fewer errors ≈ within noise");
    }

    [Theory]
    [InlineData("no-errors", "neither model makes an error", "no error in either model", "No error")]
    [InlineData("errors-from-none", "the original makes no error on these images, and the masterful model errs on 0.75% of them", "errors where the original makes none", "Errors, where the")]
    [InlineData("no-result", "the masterful model has no result", "no error-rate reduction could be computed: the masterful model has no result", "No reduction")]
    public void Why_there_is_no_reduction_is_said_in_every_form(string name, string report, string line, string chart)
    {
        var result = SampleReports.All[name]().Result;

        Assert.Contains(report, Markdown(name)[..Markdown(name).IndexOf("## ", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Contains($"| – ({report}", Markdown(name), StringComparison.Ordinal);
        Assert.Contains(report, Comment(result), StringComparison.Ordinal);
        Assert.StartsWith(line, PullRequestPage.Line(result), StringComparison.Ordinal);
        Assert.Contains(new Masterful.Reporting.Charts.ErrorRateChart(result.Original, result.Masterful, result.Comparison).Layout(), t => t.Text == chart);
    }

    [Fact]
    public void A_strangers_verdicts_are_those_of_its_figures_and_its_reasons_are_of_a_list()
    {
        var result = SampleResults.Verdicts();
        var forged = result with
        {
            Comparison = result.Comparison with
            {
                Outcome = "@everyone",
                Classes = [.. result.Comparison.Classes.Select(c => c with { Verdict = "better", PrecisionVerdict = "[x](http://evil.example)" })],
                Measures = [.. result.Comparison.Measures.Select(m => m with { Verdict = "better" }), new("@evil", 1, 1, 1, "better")],
            },
            Gate = new GateResult("failed", [new("error_rate_reduction", 0.1, null, "failed") { Reason = "@evil" }, new("max_error_rate", 0.1, null, "failed") { Reason = ComparisonOutcome.NoResult }]),
        };

        var shown = UntrustedResult.Of(forged);

        Assert.Equal(result.Comparison.Classes.Select(c => (c.Verdict, c.PrecisionVerdict)), shown.Comparison.Classes.Select(c => (c.Verdict, c.PrecisionVerdict)));
        Assert.Equal(result.Comparison.Measures, shown.Comparison.Measures);
        Assert.Equal(Verdict.WithinNoise, shown.Comparison.Outcome);
        Assert.DoesNotContain("evil", Comment(shown), StringComparison.Ordinal);
        Assert.Contains("A model has no result.", Comment(shown), StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_without_paired_intervals_calls_no_class_anything()
    {
        var old = SampleResults.Fashion() with { Comparison = SampleResults.Fashion().Comparison with { Classes = [], Measures = [] } };
        var classes = ClassFigure.Recall(old);

        Assert.All(classes, c => Assert.Null(c.Verdict));
        Assert.Equal("", VerdictText.Count("Recall", [.. classes.Select(c => c.Verdict)]));
        Assert.DoesNotContain("▲", Row(Comment(old), "<details>", "Shirt"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_the_same_words_and_signs()
    {
        var format = PageFiles.Text("app/format.js");

        foreach (var verdict in new[] { Verdict.Better, Verdict.Worse, Verdict.WithinNoise, Verdict.Same })
        {
            Assert.Matches($@"[""]?{verdict}[""]?: {{ sign: ""{VerdictText.Sign(verdict)}"", word: ""{VerdictText.Word(verdict)}""", format);
        }

        Assert.Contains($"missing = \"{Figures.Missing}\"", format, StringComparison.Ordinal);
    }
}
