using System.Text;
using System.Text.RegularExpressions;

namespace Masterful.Reporting;

/// <summary>
/// The interactive page: a style sheet, modules of plain JavaScript and the chart library. A server hands them out one by one; the HTML
/// report has them inside.
/// </summary>
public static partial class PageFiles
{
    private const string Root = "wwwroot/";

    private static readonly HashSet<string> Names =
        [.. typeof(PageFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Root, StringComparison.Ordinal))];

    /// <summary>The bytes and the media type of a file of the page, or null when it has no such file.</summary>
    /// <param name="path">With forward slashes, such as <c>app/main.js</c>.</param>
    public static (byte[] Bytes, string Type)? Find(string path)
    {
        if (!Names.Contains(Root + path))
        {
            return null;
        }

        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream(Root + path)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return (bytes, Path.GetExtension(path) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        });
    }

    /// <summary>A text file of the page, which must be there.</summary>
    internal static string Text(string path) => Encoding.UTF8.GetString(Find(path)?.Bytes ?? throw new InvalidOperationException($"The page has no {path}."));

    /// <summary>
    /// All modules in one: each after those that it imports, without its imports and exports. Names at the top of the modules are
    /// different from each other, which a test holds.
    /// </summary>
    internal static string Bundle()
    {
        var bundle = new StringBuilder();
        var added = new HashSet<string>();
        Add("main.js");
        return bundle.ToString();

        void Add(string module)
        {
            if (!added.Add(module))
            {
                return;
            }

            var text = Text("app/" + module);
            foreach (Match import in Import().Matches(text))
            {
                Add(import.Groups[1].Value);
            }

            bundle.Append("// ").Append(module).Append('\n').Append(Export().Replace(Import().Replace(text, ""), ""));
        }
    }

    [GeneratedRegex("""^import \{[^}]*\} from "\./([\w-]+\.js)";\n""", RegexOptions.Multiline)]
    private static partial Regex Import();

    [GeneratedRegex("^export ", RegexOptions.Multiline)]
    private static partial Regex Export();
}
