using System.Globalization;
using System.Text;

namespace Masterful.Reporting;

/// <summary>Text from data, models and users as inline Markdown that can only ever be read as text, on GitHub too.</summary>
internal static class MarkdownText
{
    private const char WordJoiner = '\u2060';
    private const int LongestName = 120;

    /// <summary>
    /// The text with every Markdown sign escaped, on one line, cut after 120 characters. A word joiner after @, #, GH- and : keeps GitHub
    /// from making mentions, addresses, issue links and emoji of them, which it does after Markdown's own escapes.
    /// </summary>
    public static string Escape(string text, int longest = LongestName)
    {
        var line = OneLine(text, longest);
        var escaped = new StringBuilder(line.Length * 2);
        foreach (var (i, c) in line.Index())
        {
            if (char.IsAsciiLetterOrDigit(c) || !char.IsAscii(c) || c is ' ' or ',' or '/' or '%' or '\'' or ';' or '?' || IsPlainPunctuation(line, i))
            {
                escaped.Append(c);
            }
            else
            {
                escaped.Append('\\').Append(c);
            }

            if (c is '@' or '#' || (c == ':' && line.AsSpan(i + 1).Contains(':')) || (c == '-' && EndsInGh(line.AsSpan(0, i))))
            {
                escaped.Append(WordJoiner);
            }
        }

        return escaped.ToString();
    }

    /// <summary>A sentence of ours or of the engine's: as <see cref="Escape"/>, but as long as it is within reason.</summary>
    public static string Sentence(string text) => Escape(text, 2000);

    /// <summary>An identifier as code where it is one, else escaped.</summary>
    public static string Code(string text) =>
        text.Length is > 0 and <= LongestName && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '+' or '(' or ')' or ' ' or '=')
        && text.Trim().Length == text.Length ? $"`{text}`" : Escape(text);

    /// <summary>A fenced block, its fence longer than any run of backticks within.</summary>
    public static string CodeBlock(string language, IEnumerable<string> lines)
    {
        List<string> content = [.. lines.Select(line => OneLine(line, 2000))];
        var run = 0;
        var longest = 0;
        foreach (var c in string.Join('\n', content))
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', Math.Max(3, longest + 1));
        return $"{fence}{language}\n{string.Join('\n', content)}\n{fence}";
    }

    /// <summary>A link, or nothing when the address is not an absolute http or https one.</summary>
    public static string? Link(string text, string? address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.UserInfo.Length > 0 || uri.AbsoluteUri.Length > 2000)
        {
            return null;
        }

        var safe = new StringBuilder(uri.AbsoluteUri);
        foreach (var c in "()<>[]|\\`*'\"")
        {
            safe.Replace(c.ToString(), $"%{(int)c:X2}");
        }

        return $"[{Escape(text)}](<{safe}>)";
    }

    /// <summary>Hyphens, stops and colons that can neither begin a list nor be part of an address.</summary>
    private static bool IsPlainPunctuation(string line, int index) => index > 0 && line[index] switch
    {
        '-' => char.IsLetterOrDigit(line[index - 1]),
        '.' => char.IsAsciiLetter(line[index - 1]) && line[index - 1] is not ('w' or 'W'),
        ':' => index + 1 < line.Length && line[index + 1] == ' ',
        _ => false,
    };

    private static bool EndsInGh(ReadOnlySpan<char> before) => before.EndsWith("gh", StringComparison.OrdinalIgnoreCase);

    private static string OneLine(string text, int longest)
    {
        var line = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (Rune.IsWhiteSpace(rune) || category == UnicodeCategory.Control)
            {
                line.Append(' ');
            }
            else if (category != UnicodeCategory.Format || rune.Value == 0x200D)
            {
                line.Append(rune);
            }

            if (line.Length > longest)
            {
                line.Length = char.IsHighSurrogate(line[longest - 2]) ? longest - 2 : longest - 1;
                return line.ToString().Trim() + "…";
            }
        }

        return line.ToString().Trim();
    }
}
