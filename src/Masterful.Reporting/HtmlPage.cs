using System.Net;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Masterful.Reporting;

/// <summary>
/// The report as one HTML file that needs nothing else: images as data URIs, a style sheet of its own for light and dark pages and for
/// print. Raw HTML in the Markdown is text here, and a content security policy forbids scripts and anything from outside.
/// </summary>
internal static class HtmlPage
{
    /// <summary>How the Markdown is read: GitHub's heading anchors and tables, no raw HTML.</summary>
    public static MarkdownPipeline Pipeline { get; } =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).DisableHtml().Build();

    /// <param name="markdown">The report.</param>
    /// <param name="title">Plain text.</param>
    /// <param name="status">Of the gate.</param>
    /// <param name="images">Those that the Markdown shows; any other becomes its alternative text.</param>
    public static string Render(string markdown, string title, string status, IReadOnlyCollection<ReportImage> images)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().Where(link => link.IsImage).ToList())
        {
            Embed(link, images);
        }

        var blocks = document.ToList();
        var contents = blocks.FindIndex(b => b is HeadingBlock { Level: 2 });
        var (head, navigation, body) = (Html(blocks[..contents]), Html(blocks[contents..(contents + 2)]), Html(blocks[(contents + 2)..]));
        var state = status is "passed" or "failed" or "inconclusive" ? status : "not-evaluated";
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <a class="skip" href="#overview">Skip to the report</a>
            <div class="page">
            <nav aria-label="Contents">
            {navigation}</nav>
            <main>
            <header class="{state}">
            {head}</header>
            {body}</main>
            </div>
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    private const string Style = """
        :root { --page: #ffffff; --ink: #1b222c; --muted: #57606a; --line: #d5d8dc; --band: #f5f6f7; --link: #0b5cad; --state: #57606a; --tint: #f1f2f4; }
        .passed { --state: #12703a; --tint: #e9f6ee; }
        .failed { --state: #b0123c; --tint: #fcecf0; }
        .inconclusive { --state: #8a5a00; --tint: #fdf4e0; }
        @media screen and (prefers-color-scheme: dark) {
          :root { --page: #14181d; --ink: #e4e7ea; --muted: #a0a8b1; --line: #363d46; --band: #1c2127; --link: #7db7f5; --state: #a0a8b1; --tint: #1c2127; }
          .passed { --state: #62d08a; --tint: #14271c; }
          .failed { --state: #ff8fa6; --tint: #2d171d; }
          .inconclusive { --state: #f0bd5c; --tint: #2b2314; }
        }
        * { box-sizing: border-box; }
        html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.6 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        .page { max-width: 1180px; margin: 0 auto; padding: 1.5rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 2.5rem; }
        h1, h2 { line-height: 1.25; overflow-wrap: anywhere; }
        h1 { font-size: 1.9rem; margin: 0 0 1rem; }
        main h2 { font-size: 1.4rem; margin: 3rem 0 1rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
        header p { margin: 0; padding: 1rem 1.2rem; border-left: 6px solid var(--state); border-radius: 6px; background: var(--tint); font-size: 1.1rem; }
        header p > strong:first-child { color: var(--state); white-space: nowrap; }
        nav h2 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--muted); margin: 0 0 .5rem; }
        nav ul { list-style: none; margin: 0; padding: 0; }
        nav a { display: block; padding: .2rem 0; text-decoration: none; }
        nav a:hover { text-decoration: underline; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
        .skip { position: absolute; left: -999rem; }
        .skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--page); }
        img { display: block; max-width: 100%; height: auto; margin: 1.2rem 0; }
        .table { overflow-x: auto; margin: 1.2rem 0; }
        table { border-collapse: collapse; font-size: .93rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .4rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
        th { background: var(--band); font-weight: 600; white-space: nowrap; }
        td { overflow-wrap: break-word; }
        td[style*="right"], td code { white-space: nowrap; }
        code { font: .9em ui-monospace, "Cascadia Code", Menlo, Consolas, monospace; background: var(--band); padding: .1em .35em; border-radius: 4px; }
        pre { background: var(--band); padding: 1rem; border-radius: 6px; overflow-x: auto; }
        pre code { padding: 0; }
        @media (min-width: 1020px) {
          .page { grid-template-columns: 13rem minmax(0, 1fr); }
          nav { position: sticky; top: 1.5rem; align-self: start; }
        }
        @media print {
          body { font-size: 10.5pt; }
          .page { display: block; padding: 0; max-width: none; }
          nav, .skip { display: none; }
          main h2 { break-after: avoid; }
          img, tr, pre { break-inside: avoid; }
          .table { overflow: visible; }
          header p, th, code, pre { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        """;

    private static void Embed(LinkInline link, IReadOnlyCollection<ReportImage> images)
    {
        if (images.FirstOrDefault(image => image.Path == link.Url) is { } image)
        {
            var type = image.Bytes is [0xFF, 0xD8, ..] ? "image/jpeg" : "image/png";
            link.Url = $"data:{type};base64,{Convert.ToBase64String(image.Bytes)}";
        }
        else
        {
            link.ReplaceBy(new LiteralInline(string.Concat(link.Descendants<LiteralInline>().Select(text => text.Content.ToString()))));
        }
    }

    /// <summary>Tables get a frame of their own that scrolls, also by keyboard, so that the page never does sideways.</summary>
    private static string Html(IEnumerable<Block> blocks)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var renderer = new HtmlRenderer(text);
        Pipeline.Setup(renderer);
        foreach (var block in blocks)
        {
            if (block is Table)
            {
                renderer.Write("<div class=\"table\" role=\"region\" aria-label=\"Table\" tabindex=\"0\">\n");
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
