using System.Net;
using System.Security.Cryptography;
using System.Text;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>
/// The report as HTML. Raw HTML in the Markdown is text here; where the Markdown shows a chart, there is a place that the page's script
/// draws it into.
/// </summary>
public static class HtmlPage
{
    /// <summary>How the Markdown is read: GitHub's heading anchors and tables, no raw HTML.</summary>
    public static MarkdownPipeline Pipeline { get; } =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).DisableHtml().Build();

    /// <summary>The report's text as a piece of HTML for the page.</summary>
    /// <param name="result">The run.</param>
    /// <param name="policies">What was tested, or null.</param>
    /// <param name="samples">Address of the contact sheet, or null when there is none.</param>
    public static string Fragment(RunResult result, PoliciesFile? policies, string? samples)
    {
        ArgumentNullException.ThrowIfNull(result);
        var image = samples is null ? null : new ReportImage("samples.png", () => [], $"Samples of the images of {result.Dataset.Name}, by class.");
        var markdown = new ReportMarkdown(result, new ReportCharts(result, policies), image).Build().ToString();
        return Fragment(markdown, result.Gate.Status, path => path == "samples.png" ? samples : null);
    }

    /// <summary>
    /// The report as one file that needs nothing else: the page with the data of the run inside. A content security policy allows the
    /// page's own scripts, known by their hashes, and nothing from outside.
    /// </summary>
    /// <param name="markdown">The report.</param>
    /// <param name="samples">The contact sheet, or null.</param>
    /// <param name="page">The data.</param>
    internal static string Render(string markdown, ReportImage? samples, RunPage page)
    {
        var report = Fragment(markdown, page.Result.Gate.Status, path => path == samples?.Path ? DataUri(samples) : null);
        var (charts, modules) = (PageFiles.Text("lib/echarts.min.js"), PageFiles.Bundle());
        var policy = $"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {Hash(charts)} {Hash(modules)}";
        var title = WebUtility.HtmlEncode($"Masterful report: {page.Result.Dataset.Name}");
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title}</title>
            <style>
            {PageFiles.Text("style.css")}
            </style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the content</a>
            <header class="top"><span class="brand">Masterful</span><nav id="pages" aria-label="Pages"></nav></header>
            <main id="main" tabindex="-1">
            {report}</main>
            <noscript><p class="note">The charts need JavaScript; as pictures they stand beside this file, in the folder charts.</p></noscript>
            <script type="application/json" id="run-data">{page.ToJson()}</script>
            <script>{charts}</script>
            <script type="module">{modules}</script>
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.ReplaceLineEndings("\n"))))}'";

    private static string DataUri(ReportImage image) => $"data:{(image.Bytes is [0xFF, 0xD8, ..] ? "image/jpeg" : "image/png")};base64,{Convert.ToBase64String(image.Bytes)}";

    private static string Fragment(string markdown, string status, Func<string, string?> addressOf)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().Where(link => link.IsImage).ToList())
        {
            Replace(link, addressOf);
        }

        var blocks = document.ToList();
        var contents = blocks.FindIndex(b => b is HeadingBlock { Level: 2 });
        var (head, navigation, body) = (Html(blocks[..contents]), Html(blocks[contents..(contents + 2)]), Html(blocks[(contents + 2)..]));
        var state = status is "passed" or "failed" or "inconclusive" ? status : "not-evaluated";
        return $"""
            <div class="report">
            <nav class="contents" aria-label="Contents">
            {navigation}</nav>
            <article>
            <div class="verdict {state}">
            {head}</div>
            {body}</article>
            </div>

            """;
    }

    /// <summary>A chart becomes the place for one, a picture gets its address, and what is neither becomes its alternative text.</summary>
    private static void Replace(LinkInline link, Func<string, string?> addressOf)
    {
        var alternative = string.Concat(link.Descendants<LiteralInline>().Select(text => text.Content.ToString()));
        if (addressOf(link.Url ?? "") is { } address)
        {
            link.Url = address;
        }
        else if (ReportCharts.Names.FirstOrDefault(name => link.Url == "charts/" + name) is { } chart)
        {
            link.ReplaceBy(new HtmlInline($"<span class=\"chart-place\" data-chart=\"{Path.GetFileNameWithoutExtension(chart)}\">{WebUtility.HtmlEncode(alternative)}</span>"));
        }
        else
        {
            link.ReplaceBy(new LiteralInline(alternative));
        }
    }

    /// <summary>Tables get a frame of their own that scrolls, also by keyboard, so that the page never does sideways.</summary>
    private static string Html(IEnumerable<Block> blocks)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var renderer = new HtmlRenderer(text);
        Pipeline.Setup(renderer);
        var tables = 0;
        foreach (var block in blocks)
        {
            if (block is Table)
            {
                renderer.Write($"<div class=\"table\" role=\"region\" aria-label=\"Table {++tables}\" tabindex=\"0\">\n");
                renderer.Render(block);
                renderer.Write("</div>\n");
            }
            else
            {
                renderer.Render(block);
            }
        }

        return text.ToString();
    }
}
