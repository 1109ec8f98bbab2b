using System.Text;
using System.Text.RegularExpressions;
using Markdig;
using Masterful.Reporting.PullRequest;
using Masterful.Results;
using Xunit;

namespace Masterful.Reporting.Tests.PullRequest;

public partial class PullRequestPageTests
{
    private static readonly MarkdownPipeline GitHub = new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks().UseTaskLists().UseEmphasisExtras().Build();

    private static RunResult Before => SampleResults.Fashion() with
    {
        Run = SampleResults.Fashion().Run with { Id = "20261120-101010-aaaa" },
        Masterful = SampleResults.Fashion().Masterful with { ErrorRate = 0.0995, ErrorRateLow = 0.0935, ErrorRateHigh = 0.1055, ErrorRatePerSeed = [0.0995] },
        Policy = SampleResults.Fashion().Policy with { Name = "walnut-amber-otter", Values = [] },
    };

    /// <summary>Every page that is drawn here, for eng/check-github.sh to hold against Mermaid's own parser.</summary>
    public static TheoryData<string> Samples => [.. SamplePages.Keys];

    private static Dictionary<string, (RunResult Result, PullRequestOptions Options)> SamplePages { get; } = new()
    {
        ["fashion"] = (SampleResults.Fashion(), new PullRequestOptions { ArtifactUrl = "https://github.com/o/r/actions/runs/1/artifacts/2", Commit = new string('a', 40) }),
        ["fashion-against-main"] = (SampleResults.Fashion(), new PullRequestOptions { Baseline = Before, BaselineName = "main" }),
        ["none"] = (SampleResults.None(), new PullRequestOptions()),
        ["locked"] = (SampleResults.Locked(), new PullRequestOptions { Baseline = Before }),
        ["hostile"] = (SampleResults.Hostile(), new PullRequestOptions { Baseline = SampleResults.Hostile() with { Run = Before.Run }, BaselineName = "a|`@x\n# y" }),
        ["thousand-classes"] = (SampleResults.ManyClasses(1000), new PullRequestOptions { Baseline = SampleResults.ManyClasses(1000) }),
        ["twenty-thousand-classes"] = (Repeated(SampleResults.ManyClasses(100), 200), new PullRequestOptions()),
    };

    [Fact]
    public void Measured_on_the_images_that_chose_the_policy_no_test_is_claimed()
    {
        var fashion = SampleResults.Fashion();
        var result = fashion with { Dataset = fashion.Dataset with { Evaluated = "select", Counts = new Dictionary<string, int> { ["train"] = 5400, ["select"] = 600 } } };

        var comment = new PullRequestPage(result, new PullRequestOptions { Baseline = Before, BaselineName = "main" }).Comment();

        Assert.Contains("of the 600 selection images", comment, StringComparison.Ordinal);
        Assert.Contains("These images also chose the policy, which flatters it.", comment, StringComparison.Ordinal);
        Assert.Contains("Not comparable", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("test error", comment, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("selection error", PullRequestPage.Line(result), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_page_keeps_its_limit_and_its_form(string sample)
    {
        var (result, options) = SamplePages[sample];
        var page = new PullRequestPage(result, options);
        var (comment, summary) = (page.Comment(), page.Summary(taken: 1000));
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "comments")).FullName;
        File.WriteAllText(Path.Combine(folder, $"{sample}.md"), comment);

        Assert.InRange(comment.Length, 1, PullRequestPage.MostCommentCharacters);
        Assert.InRange(Encoding.UTF8.GetByteCount(summary), 1, PullRequestPage.MostSummaryBytes - 1000);
        Assert.StartsWith(PullRequestPage.Marker("masterful") + "\n### ", comment, StringComparison.Ordinal);
        foreach (var text in new[] { comment, summary })
        {
            Assert.Equal(Occurrences(text, "<details>"), Occurrences(text, "</details>"));
            Assert.Equal(0, Occurrences(text, "```") % 2);
            Assert.All(Tables(text), table => Assert.Single(table.Select(row => UnescapedBar().Count(row)).Distinct()));
            Assert.EndsWith("</sub>\n", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Nothing_from_data_is_markup_a_link_or_a_mention(string sample)
    {
        var (result, options) = SamplePages[sample];
        var html = Markdown.ToHtml(new PullRequestPage(result, options).Comment(), GitHub);

        string[] ours = ["h3", "p", "strong", "em", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "details", "summary", "b", "sub", "a"];
        Assert.Empty(Tag().Matches(html).Select(m => m.Groups[1].Value).Except(ours));
        Assert.All(Address().Matches(html), m => Assert.StartsWith("https://github.com/o/r/", m.Groups[1].Value, StringComparison.Ordinal));
        var text = CodeElement().Replace(html, "");
        Assert.DoesNotMatch(@"@\w|(?<!&)#\d|[Gg][Hh]-\d|:[a-z_]+:", text);
        Assert.DoesNotMatch("onerror=[^&]*>", text);
    }

    [Fact]
    public void The_verdict_comes_first()
    {
        var comment = new PullRequestPage(SampleResults.Fashion(), new PullRequestOptions()).Comment().Split('\n');

        Assert.Equal("### ✅ Gate passed: 17.0% fewer errors", comment[1]);
        Assert.Contains("**8.40%**", comment[3], StringComparison.Ordinal);
        Assert.Contains("12.8% and 21.1%", comment[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_policy_nothing_is_compared_with_itself()
    {
        var comment = new PullRequestPage(SampleResults.None(), new PullRequestOptions()).Comment();

        Assert.Contains("no policy is used, since none was found to lower the error. The model errs on **10.12%** of the ", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("within\u00A0noise", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("Wrong in 100", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("Recall is better", comment, StringComparison.Ordinal);
        Assert.Contains("| Class | Test images | Recall | Precision |", comment, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lower_error_than_the_base_s_beyond_both_intervals_is_better()
    {
        var row = Row(SampleResults.Fashion(), Before, "Test error, masterful");

        Assert.Contains("−1.55 ± 0.82\u00A0points", row, StringComparison.Ordinal);
        Assert.Contains("▲\u00A0better", row, StringComparison.Ordinal);
        Assert.Contains("| another |", Row(SampleResults.Fashion(), Before, "Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_whose_interval_includes_0_is_within_noise()
    {
        var near = Before with { Masterful = Before.Masterful with { ErrorRate = 0.0860, ErrorRateLow = 0.08, ErrorRateHigh = 0.092 } };

        Assert.Contains("≈\u00A0within\u00A0noise", Row(SampleResults.Fashion(), near, "Test error, masterful"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_figures_on_the_same_inputs_are_told_as_such()
    {
        var comment = new PullRequestPage(SampleResults.Fashion(), new PullRequestOptions { Baseline = SampleResults.Fashion(), BaselineName = "main" }).Comment();

        Assert.Contains("The same data, model and recipe as on `main`, and the same figures.", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("masterful on main", comment, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_test_images_make_the_base_not_comparable()
    {
        var other = Before with { Dataset = Before.Dataset with { Fingerprint = "other", Counts = new Dictionary<string, int> { ["train"] = 5400, ["test"] = 9000 } } };
        var comment = new PullRequestPage(SampleResults.Fashion(), new PullRequestOptions { Baseline = other, BaselineName = "main" }).Comment();

        Assert.Contains("**Not comparable:**", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("better |", Row(SampleResults.Fashion(), other, "Test error, masterful"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_else_differs_from_the_base_is_named()
    {
        var other = Before with
        {
            Dataset = Before.Dataset with { Fingerprint = "other", Counts = new Dictionary<string, int>(Before.Dataset.Counts) { ["train"] = 4000 } },
            Recipe = Before.Recipe with { Epochs = 7 },
        };
        var comment = new PullRequestPage(SampleResults.Fashion(), new PullRequestOptions { Baseline = other, BaselineName = "main" }).Comment();

        Assert.Contains("the data (4,000 → 5,400 training images), epochs (`7` → ", comment, StringComparison.Ordinal);
        Assert.Contains("fair only if the test images themselves are the same", comment, StringComparison.Ordinal);
    }

    [Fact]
    public void Published_charts_stand_in_place_of_drawn_ones()
    {
        var charts = new Dictionary<string, string> { ["error-rate.png"] = "https://github.com/o/r/raw/abc/1/error-rate.png" };
        var comment = new PullRequestPage(SampleResults.Fashion(), new PullRequestOptions { Charts = charts }).Comment();

        Assert.Contains("](<https://github.com/o/r/raw/abc/1/error-rate.png>)", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("title \"Wrong in 100 test images\"", comment, StringComparison.Ordinal);
        Assert.Contains("title \"Validation loss as techniques are added\"", comment, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_is_none_is_no_link() => Assert.DoesNotContain(
        "evil",
        new PullRequestPage(SampleResults.Fashion(), new PullRequestOptions { ArtifactUrl = "javascript:evil()", WorkflowUrl = "https://u:p@evil.example" }).Comment(),
        StringComparison.Ordinal);

    [Fact]
    public void A_long_page_loses_the_least_important_sections_first_and_says_so()
    {
        var page = new FittedPage(200, text => text.Length).Always("verdict")
            .Add(1, "reproduce", new string('r', 90)).Add(2, "classes", new string('c', 100), new string('c', 40)).Always("foot");

        Assert.Equal($"verdict\n\n{new string('c', 100)}\n\nLeft out for length, and in the report: reproduce.\n\nfoot\n", page.ToString());
    }

    [Fact]
    public void A_section_is_shortened_before_it_is_left_out()
    {
        var page = new FittedPage(120, text => text.Length).Always("verdict").Add(2, "classes", new string('c', 100), new string('c', 60), new string('c', 20))
            .Add(1, "search", new string('s', 30)).Always("foot");

        Assert.Equal($"verdict\n\n{new string('c', 60)}\n\n{new string('s', 30)}\n\nfoot\n", page.ToString());
    }

    [Fact]
    public void A_page_whose_least_is_too_long_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => new FittedPage(5, text => text.Length).Always("verdict").ToString());

    [Theory]
    [InlineData("%%{init: {}}%%", "init:")]
    [InlineData("a\"] --> b;`c`<b>", "a -- b c b")]
    [InlineData("", "no name")]
    [InlineData("\n```\nx", "x")]
    public void A_chart_s_label_can_t_leave_its_quotes(string text, string label) => Assert.Equal(label, MermaidChart.Label(text));

    [Fact]
    public void Markers_tell_keys_apart_and_hold_no_text_of_theirs()
    {
        Assert.NotEqual(PullRequestPage.Marker("a"), PullRequestPage.Marker("b"));
        Assert.Matches("^<!-- masterful:[0-9a-f]{16} -->$", PullRequestPage.Marker("--> <b>"));
    }

    private static string Row(RunResult now, RunResult then, string measure) =>
        new PullRequestPage(now, new PullRequestOptions { Baseline = then, BaselineName = "main" }).Comment()
            .Split('\n').Single(l => l.StartsWith($"| {measure} |", StringComparison.Ordinal));

    private static RunResult Repeated(RunResult result, int times) => result with
    {
        Original = result.Original with { Classes = [.. Enumerable.Repeat(result.Original.Classes, times).SelectMany(c => c)] },
        Masterful = result.Masterful with { Classes = [.. Enumerable.Repeat(result.Masterful.Classes, times).SelectMany(c => c)] },
    };

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    /// <summary>Runs of neighbouring lines that begin with a bar.</summary>
    private static List<List<string>> Tables(string text)
    {
        List<List<string>> tables = [];
        var within = false;
        foreach (var line in text.Split('\n'))
        {
            var isRow = line.StartsWith('|');
            if (isRow && !within)
            {
                tables.Add([]);
            }

            if (isRow)
            {
                tables[^1].Add(line);
            }

            within = isRow;
        }

        return tables;
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex UnescapedBar();

    [GeneratedRegex(@"<([a-z][a-z0-9]*)\b")]
    private static partial Regex Tag();

    [GeneratedRegex("(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Address();

    [GeneratedRegex("<pre>.*?</pre>|<code>.*?</code>", RegexOptions.Singleline)]
    private static partial Regex CodeElement();
}
