using System.Text.RegularExpressions;
using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Masterful.Reporting;

namespace Masterful.Dashboard;

/// <summary>A page of the documentation.</summary>
/// <param name="Name">In addresses.</param>
/// <param name="Title">Its first heading.</param>
internal sealed record DocumentationPage(string Name, string Title);

/// <summary>The README and the pages that it leads to, as they were when this version was built.</summary>
internal static partial class DocumentationPages
{
    private const string Root = "docs/";
    private static readonly string[] Order = ["README", "tool", "msbuild", "action", "fleet", "telemetry", "exit-codes"];
    private static readonly HashSet<string> Names = [.. typeof(DocumentationPages).Assembly.GetManifestResourceNames()];

    /// <summary>All pages, the README first.</summary>
    public static IReadOnlyList<DocumentationPage> All { get; } =
    [
        .. Names.Where(n => n.EndsWith(".md", StringComparison.Ordinal)).Select(n => n[Root.Length..^3])
            .OrderBy(n => Array.IndexOf(Order, n) is >= 0 and var place ? place : Order.Length).ThenBy(n => n, StringComparer.Ordinal)
            .Select(n => new DocumentationPage(n, Title(n))),
    ];

    /// <summary>A page as HTML without any of the raw kind, its links leading to the other pages; null when there is none.</summary>
    public static string? Html(string name)
    {
        if (Read(name + ".md") is not { } bytes)
        {
            return null;
        }

        var document = Parse(bytes);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            Redirect(link);
        }

        return document.ToHtml(HtmlPage.Pipeline);
    }

    /// <summary>A picture of the pages, or null.</summary>
    public static byte[]? Picture(string name) => name.EndsWith(".png", StringComparison.Ordinal) ? Read(name) : null;

    private static MarkdownDocument Parse(byte[] bytes) => Markdown.Parse(Comment().Replace(System.Text.Encoding.UTF8.GetString(bytes), ""), HtmlPage.Pipeline);

    /// <summary>Notes to the writers, which would be text where raw HTML is.</summary>
    [GeneratedRegex("^<!--.*?-->\\s*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    private static string Title(string name)
    {
        if (name == Order[0])
        {
            return "Overview";
        }

        var heading = Parse(Read(name + ".md")!).Descendants<HeadingBlock>().FirstOrDefault();
        return heading?.Inline is { } inline ? string.Concat(inline.Descendants<LeafInline>().Select(i => i is CodeInline code ? code.Content : i.ToString())) : name;
    }

    private static void Redirect(LinkInline link)
    {
        var url = link.Url ?? "";
        var (path, fragment) = url.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? (url[..at], url[(at + 1)..]) : (url, "");
        var file = path[(path.LastIndexOf('/') + 1)..];
        if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && !link.IsImage)
        {
            link.GetAttributes().AddPropertyIfNotExist("rel", "noopener noreferrer");
        }
        else if (link.IsImage && Names.Contains(Root + file))
        {
            link.Url = $"api/docs/pictures/{file}";
        }
        else if (!link.IsImage && path.Length == 0 && fragment.Length > 0)
        {
            link.GetAttributes().AddPropertyIfNotExist("data-anchor", fragment);
            link.Url = "#" + fragment;
        }
        else if (!link.IsImage && Names.Contains(Root + file) && file.EndsWith(".md", StringComparison.Ordinal))
        {
            link.Url = $"#/docs/{file[..^3]}";
        }
        else
        {
            link.ReplaceBy(new LiteralInline(string.Concat(link.Descendants<LiteralInline>().Select(text => text.Content.ToString()))));
        }
    }

    private static byte[]? Read(string file)
    {
        if (!Names.Contains(Root + file))
        {
            return null;
        }

        using var stream = typeof(DocumentationPages).Assembly.GetManifestResourceStream(Root + file)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
