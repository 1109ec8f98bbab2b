using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Masterful.Reporting.PullRequest;
using Masterful.Results;
using Xunit;

namespace Masterful.Reporting.Tests;

public partial class ReportWriterTests
{
    public static TheoryData<string> Names => [.. SampleReports.All.Keys];

    [Fact]
    public void A_report_has_its_sections_in_order()
    {
        var headings = Parse(MarkdownOf("fashion")).OfType<HeadingBlock>().Where(h => h.Level == 2);

        Assert.Equal(
            [
                "Contents", "Overview", "Dataset Information", "Model", "Training Policy", "Predicted Improvements", "Validation Loss Improvement",
                "Recall Improvement", "Precision Improvement", "Error Rate Reduction", "Added Images", "Gate", "Reproduce",
            ],
            headings.Select(h => string.Concat(h.Inline!.Select(i => i.ToString()))));
    }

    [Fact]
    public void Files_that_were_left_out_are_listed_in_full_and_transparency_is_told()
    {
        var (result, policies) = (SampleReports.All["fashion"]().Result, SampleReports.All["fashion"]().Policies);
        var files = Enumerable.Range(0, 120).Select(i => new UnreadableFileInfo { Split = "train", File = $"ankle/{i}.jpg", Reason = "The image breaks off." }).ToList();
        var health = result.Dataset.Health with { Unreadable = files.Count, UnreadableFiles = files, Transparent = 7, Background = "white", Constant = 3, WithoutEnd = 2 };

        var told = result with { Dataset = result.Dataset with { Health = health } };
        var markdown = new ReportMarkdown(told, new ReportCharts(told, policies), null).Build().ToString().Replace("\\", "", StringComparison.Ordinal);

        Assert.All(files, f => Assert.Contains($"| train | {f.File} | The image breaks off. |", markdown, StringComparison.Ordinal));
        Assert.Contains("| Images with transparent parts | 7, put on white |", markdown, StringComparison.Ordinal);
        Assert.Contains("| Images of a single colour | 3 |", markdown, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_link_to_a_heading_resolves_and_every_other_stays_in_the_folder_or_is_the_background(string name)
    {
        var background = SampleReports.All[name]().Result.Dataset.Background;
        var document = Parse(MarkdownOf(name));
        var anchors = document.Descendants<HeadingBlock>().Select(h => "#" + h.GetAttributes().Id).ToHashSet();

        var links = document.Descendants<LinkInline>().Where(l => !l.IsImage).Select(l => l.Url!).ToList();

        Assert.Equal(SampleReports.All[name]().Result.Search?.Doses.Count > 0 ? 12 : 11, links.Count(l => l.StartsWith('#')));
        Assert.All(links.Where(l => l.StartsWith('#')), link => Assert.Contains(link, anchors));
        Assert.All(links.Where(l => !l.StartsWith('#')), link =>
            Assert.True(link == background || link is "result.json" or "policies.json" or "classes.csv" or "confusion.csv", link));
        Assert.Empty(document.Descendants<AutolinkInline>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_image_stands_in_the_folder_and_has_alternative_text(string name)
    {
        var files = SampleReports.Rendered(name).Select(f => f.Path).ToList();

        var images = Parse(MarkdownOf(name)).Descendants<LinkInline>().Where(l => l.IsImage).ToList();

        Assert.NotEmpty(images);
        Assert.All(images, image =>
        {
            Assert.Contains(image.Url!, files);
            Assert.True(image.FirstChild?.ToString()?.Length > 10);
        });
        Assert.Equal(images.Count, files.Count(f => f.StartsWith("charts/", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tables_render_with_as_many_cells_in_every_row_as_columns(string name)
    {
        var markdown = MarkdownOf(name);

        var tables = Parse(markdown).Descendants<Table>().ToList();

        Assert.True(tables.Count >= 8, $"{tables.Count} tables");
        Assert.All(tables, table => Assert.All(table.OfType<TableRow>(), row => Assert.Equal(((TableRow)table[0]).Count, row.Count)));
        Assert.Equal(markdown.Split('\n').Count(line => line.StartsWith("| ---", StringComparison.Ordinal)), tables.Count);
        Assert.InRange(markdown.Length, 3_000, 60_000);
    }

    [Fact]
    public void Names_from_the_data_stay_text()
    {
        var markdown = MarkdownOf("hostile");
        var document = Markdown.Parse(markdown, new MarkdownPipelineBuilder().UseAdvancedExtensions().Build());

        Assert.Empty(document.Descendants<HtmlBlock>());
        Assert.Empty(document.Descendants<HtmlInline>());
        Assert.Empty(document.Descendants<AutolinkInline>());
        Assert.Equal(13, document.Descendants<HeadingBlock>().Count(h => h.Level == 2));
        Assert.DoesNotContain(document.Descendants<LinkInline>(), l => l.Url!.Contains("evil", StringComparison.Ordinal) || l.Url.Contains("javascript", StringComparison.Ordinal));
        Assert.DoesNotMatch(MentionOrReference(), markdown);
        Assert.DoesNotContain('\u202E', markdown);
        Assert.DoesNotContain('\u0007', markdown);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_html_needs_nothing_from_outside_and_runs_only_what_its_policy_knows(string name)
    {
        var background = SampleReports.All[name]().Result.Dataset.Background;
        var whole = SampleReports.Text(name, ReportWriter.HtmlName);
        var scripts = Regex.Matches(whole, "<script([^>]*)>(.*?)</script>", RegexOptions.Singleline);

        // The data of the run, the chart library, the page's modules; and no more, whatever the names in the data are.
        Assert.Equal([" type=\"application/json\" id=\"run-data\"", "", " type=\"module\""], scripts.Select(s => s.Groups[1].Value));
        Assert.All(scripts.Skip(1), script => Assert.Contains(
            $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.Groups[2].Value)))}'", whole, StringComparison.Ordinal));
        Assert.Equal(SampleReports.All[name]().Result.Dataset.Name, JsonDocument.Parse(scripts[0].Groups[2].Value).RootElement.GetProperty("result").GetProperty("dataset").GetProperty("name").GetString());
        var html = Regex.Replace(whole, "<script([^>]*)>(.*?)</script>", "", RegexOptions.Singleline);
        Assert.All(Attribute("src").Matches(html).Select(m => m.Groups[1].Value), source => Assert.StartsWith("data:image/png;base64,", source, StringComparison.Ordinal));
        Assert.All(Attribute("href").Matches(html).Select(m => m.Groups[1].Value), link =>
            Assert.True(link.StartsWith('#') || link == background || link.EndsWith(".json", StringComparison.Ordinal) || link.EndsWith(".csv", StringComparison.Ordinal), link));
        Assert.DoesNotMatch(@"<(script|iframe|object|link|base|form|details|b|i)\b", html);
        Assert.DoesNotMatch(@"(?i)<[^>]*\son\w+\s*=", html);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.All(Regex.Matches(html, "<span class=\"chart-place\" data-chart=\"[a-z-]+\">([^<]*)</span>"), place => Assert.True(place.Groups[1].Length > 10));
        Assert.Contains("<html lang=\"en\">", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Contains("@media print", html, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(whole), 500_000, 2_000_000);
    }

    [Fact]
    public void The_modules_of_the_page_make_one_script_in_which_every_name_is_given_once()
    {
        var bundle = PageFiles.Bundle();

        Assert.DoesNotMatch(@"(?m)^(import|export) ", bundle);
        var names = Regex.Matches(bundle, @"(?m)^(?:async )?(?:function|const|let|class) (\w+)").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.Contains("disposeCharts", names);
    }

    [Fact]
    public void The_page_asks_for_all_modules_at_once()
    {
        var asked = Regex.Matches(PageFiles.Text("index.html"), "(?:href|src)=\"app/([\\w-]+\\.js)\"").Select(m => m.Groups[1].Value);
        var modules = Regex.Matches(PageFiles.Bundle(), @"(?m)^// ([\w-]+\.js)$").Select(m => m.Groups[1].Value);

        Assert.Equal(modules.Order(), asked.Order());
    }

    [Theory]
    [InlineData("passed", "✔ Gate passed")]
    [InlineData("failed", "✘ Gate failed")]
    [InlineData("inconclusive", "◐ Gate inconclusive")]
    [InlineData("not-evaluated", "○ Gate not evaluated")]
    public void The_verdict_is_a_sign_and_words(string status, string verdict)
    {
        var markdown = WithGate(status);

        Assert.Contains($"\n\n**{verdict}** — The masterful model makes **17.0% fewer errors** than the original (reduction 12.8% to 21.1% at 95% confidence)", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void Odd_runs_say_in_a_sentence_why_a_chart_is_missing()
    {
        Assert.Contains("The policy uses no technique, so there is nothing to attribute.", MarkdownOf("none"), StringComparison.Ordinal);
        var locked = MarkdownOf("locked");
        Assert.Contains("No search ran", locked, StringComparison.Ordinal);
        Assert.Contains("was not measured in this run", locked, StringComparison.Ordinal);
        Assert.Contains("The images of each class were not counted.", locked, StringComparison.Ordinal);
        Assert.Contains("No error-rate reduction could be computed: test error 10.12% → 8.40%.", locked, StringComparison.Ordinal);
        Assert.Contains("The spec sets no rule.", locked, StringComparison.Ordinal);
    }

    [Fact]
    public void A_background_is_linked_only_when_it_is_a_web_address()
    {
        Assert.Null(MarkdownText.Link("x", "javascript:alert(1)"));
        Assert.Null(MarkdownText.Link("x", "data:text/html,hello"));
        Assert.Null(MarkdownText.Link("x", "file:///etc/passwd"));
        Assert.Null(MarkdownText.Link("x", "http://user:secret@host/"));
        Assert.Null(MarkdownText.Link("x", "not an address"));
        Assert.Equal("[x](<https://example.org/a%28b%29%7C>)", MarkdownText.Link("x", "https://example.org/a(b)|"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1234)]
    public void Images_of_train_without_a_label_are_counted_beside_the_splits(int count)
    {
        var fashion = Plain();
        var result = fashion with { Dataset = fashion.Dataset with { Health = fashion.Dataset.Health with { WithoutLabel = count } } };
        using var folder = new ReportFolder(result);
        ReportWriter.Write(folder.Path, new ReportOptions());

        Assert.Equal(count > 0, folder.Text(ReportWriter.MarkdownName).Contains("| Images of train without a label | 1,234, which count as unlabeled |", StringComparison.Ordinal));
        Assert.Equal(count > 0, folder.Text(ReportWriter.HtmlName).Contains("Images of train without a label", StringComparison.Ordinal));
        Assert.Equal(count > 0, new PullRequestPage(result, new PullRequestOptions()).Comment().Contains("| Images of train without a label, which count as unlabeled | 1,234 |", StringComparison.Ordinal));
    }

    [Fact]
    public void The_contact_sheet_is_shown_when_it_is_an_image_in_the_folder()
    {
        var fashion = Plain();
        using var folder = new ReportFolder(fashion with { Dataset = fashion.Dataset with { SamplesImage = "samples.png" } });
        ReportWriter.Write(folder.Path, new ReportOptions());
        Assert.DoesNotContain("](samples.png)", folder.Text(ReportWriter.MarkdownName), StringComparison.Ordinal);
        Assert.Contains("There is no contact sheet of the training images: `samples.png` is not in the report's folder", folder.Text(ReportWriter.MarkdownName), StringComparison.Ordinal);

        File.Copy(folder.File("charts/error-rate.png"), folder.File("samples.png"));
        ReportWriter.Write(folder.Path, new ReportOptions());

        Assert.Contains("](samples.png)", folder.Text(ReportWriter.MarkdownName), StringComparison.Ordinal);
        Assert.Contains("alt=\"Samples of the images of Fashion-MNIST, by class.\"", folder.Text(ReportWriter.HtmlName), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "this run drew none.")]
    [InlineData(null, "No surface.", "it could not be drawn (No surface).")]
    [InlineData("gone.png", null, "`gone.png` is not in the report's folder")]
    public void A_report_without_a_contact_sheet_says_why(string? image, string? problem, string reason)
    {
        var fashion = Plain();
        using var folder = new ReportFolder(fashion with { Dataset = fashion.Dataset with { SamplesImage = image, SamplesProblem = problem } });

        ReportWriter.Write(folder.Path, new ReportOptions());

        Assert.Contains($"There is no contact sheet of the training images: {reason}", folder.Text(ReportWriter.MarkdownName), StringComparison.Ordinal);
        Assert.Contains("There is no contact sheet of the training images", folder.Text(ReportWriter.HtmlName), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(20_000, false)]
    public void So_many_classes_cost_a_chart_at_most(int count, bool drawn)
    {
        var fashion = SampleResults.Fashion();
        string[] names = [.. Enumerable.Range(0, count).Select(c => $"class {c}")];
        ArmResult Of(ArmResult arm) => arm with { Classes = [.. names.Select((name, c) => arm.Classes[c % arm.Classes.Count] with { Name = name })] };
        using var folder = new ReportFolder(fashion with
        {
            Dataset = fashion.Dataset with { Classes = names, ClassCounts = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [.. names.Select((_, c) => c)] } },
            Original = Of(fashion.Original),
            Masterful = Of(fashion.Masterful),
        });

        ReportWriter.Write(folder.Path, new ReportOptions { Html = false });

        Assert.Equal(drawn, File.Exists(folder.File("charts/labels.png")));
        Assert.Equal(drawn, File.Exists(folder.File("charts/recall.png")));
        Assert.Equal(!drawn, folder.Text(ReportWriter.MarkdownName).Contains("too many for a chart; `classes.csv` has the figures of each", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_result_gives_the_same_bytes()
    {
        var first = SampleReports.Rendered("fashion");
        var second = ReportWriter.Render(SampleResults.Fashion(), SampleResults.FashionPolicies(), null, new ReportOptions());

        Assert.Equal(first.Select(f => f.Path), second.Select(f => f.Path));
        Assert.All(first.Zip(second), pair => Assert.True(pair.First.Bytes.AsSpan().SequenceEqual(pair.Second.Bytes), pair.First.Path));
    }

    [Fact]
    public void Charts_and_html_that_a_report_no_longer_has_are_removed()
    {
        using var folder = new ReportFolder(Plain(), new PoliciesFile([new PolicyAxis("rotate", "m", 0, 100)], SampleResults.FashionPolicies(3).Policies));
        ReportWriter.Write(folder.Path, new ReportOptions());
        Assert.True(File.Exists(folder.File("charts/policies.png")));
        File.Delete(folder.File(ResultFiles.PoliciesName));
        File.WriteAllText(folder.File("charts/mine.png"), "mine");

        ReportWriter.Write(folder.Path, new ReportOptions { Html = false });

        Assert.False(File.Exists(folder.File("charts/policies.png")));
        Assert.False(File.Exists(folder.File(ReportWriter.HtmlName)));
        Assert.True(File.Exists(folder.File("charts/mine.png")));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder.Path), entry => Path.GetFileName(entry).StartsWith('.'));
    }

    [Fact]
    public void A_report_that_cannot_be_stored_leaves_the_folder_as_it_was()
    {
        Assert.SkipUnless(Directory.Exists("/sys/kernel"), "Only on Linux is there a folder that nobody can write.");
        Assert.ThrowsAny<IOException>(() => StagedFiles.Write(new RootFolder("/sys/kernel"), [("report.md", [1])]));
        using var folder = new ReportFolder(SampleResults.None());
        var before = Directory.GetFileSystemEntries(folder.Path);

        Assert.ThrowsAny<IOException>(() => StagedFiles.Write(new RootFolder(folder.Path), [("report.md", [1]), ("report.md/impossible", [2])]));

        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("charts")]
    [InlineData("charts/error-rate.png")]
    [InlineData("report.md")]
    public void A_link_in_the_folder_is_never_written_or_removed_through(string linked)
    {
        using var folder = new ReportFolder(SampleResults.None());
        using var outside = new ReportFolder(SampleResults.None());
        var victim = outside.File("error-rate.png");
        File.WriteAllText(victim, "old");
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(linked))!);
        File.CreateSymbolicLink(folder.File(linked), linked == "charts" ? outside.Path : victim);
        var before = Directory.GetFileSystemEntries(outside.Path);

        if (linked == "charts")
        {
            Assert.Contains(outside.Path, Assert.Throws<LeavesRootException>(() => ReportWriter.Write(folder.Path, new ReportOptions())).Message, StringComparison.Ordinal);
        }
        else
        {
            ReportWriter.Write(folder.Path, new ReportOptions());
        }

        Assert.Equal("old", File.ReadAllText(victim));
        Assert.Equal(before, Directory.GetFileSystemEntries(outside.Path));
    }

    [Fact]
    public void What_a_kill_left_in_the_folder_is_removed()
    {
        using var folder = new ReportFolder(SampleResults.None());
        Directory.CreateDirectory(folder.File("charts"));
        string[] left = [".report.html.1f-0123456789abcdef0123456789abcdef.tmp", "charts/.waterfall.png.1f-0123456789abcdef0123456789abcdef.tmp"];
        Assert.All(left, name => File.WriteAllText(folder.File(name), "half"));

        ReportWriter.Write(folder.Path, new ReportOptions());

        Assert.DoesNotContain(left, name => File.Exists(folder.File(name)));
    }

    [Fact]
    public void A_full_disk_is_an_io_error_and_leaves_the_folder_as_it_was()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only Linux's root can mount a small disk.");
        using var folder = new ReportFolder(Plain());
        var disk = folder.File("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", disk) == 0, "Mounting is forbidden here.");
        try
        {
            File.Copy(folder.File(ResultFiles.ResultName), Path.Combine(disk, ResultFiles.ResultName));

            Assert.ThrowsAny<IOException>(() => ReportWriter.Write(disk, new ReportOptions()));

            Assert.Equal([ResultFiles.ResultName], Directory.GetFileSystemEntries(disk).Select(Path.GetFileName));
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [Fact]
    public void A_folder_without_a_result_is_an_io_error_and_a_broken_one_is_invalid_data()
    {
        using var folder = new ReportFolder(SampleResults.None());
        File.WriteAllText(folder.File(ResultFiles.PoliciesName), "{ \"axes\": [");
        Assert.Throws<InvalidDataException>(() => ReportWriter.Write(folder.Path, new ReportOptions()));
        File.Delete(folder.File(ResultFiles.ResultName));
        Assert.ThrowsAny<IOException>(() => ReportWriter.Write(folder.Path, new ReportOptions()));
        Assert.False(File.Exists(folder.File(ReportWriter.MarkdownName)));
    }

    private static string MarkdownOf(string name) => SampleReports.Text(name, ReportWriter.MarkdownName);

    private static int Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>A result with little to draw.</summary>
    private static RunResult Plain()
    {
        var fashion = SampleResults.Fashion();
        return fashion with
        {
            Original = fashion.Original with { Classes = [] },
            Masterful = fashion.Masterful with { Classes = [] },
            Attribution = [],
            Dataset = fashion.Dataset with { ClassCounts = new Dictionary<string, IReadOnlyList<int>>() },
        };
    }

    private static string WithGate(string status)
    {
        var plain = Plain() with { Gate = new GateResult(status, []) };
        return new ReportMarkdown(plain, new ReportCharts(plain, null), null).Build().ToString();
    }

    private static MarkdownDocument Parse(string markdown) => Markdown.Parse(markdown, HtmlPage.Pipeline);

    private static Regex Attribute(string name) => new($" {name}=\"([^\"]*)\"");

    [GeneratedRegex(@"@\w|(?<![#\n])#\d")]
    private static partial Regex MentionOrReference();
}
