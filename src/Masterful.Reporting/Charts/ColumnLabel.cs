namespace Masterful.Reporting.Charts;

/// <summary>Names under columns: broken into lines where words meet, never turned.</summary>
internal static class ColumnLabel
{
    /// <summary>Lines no wider than <paramref name="width"/>; breaks after spaces, plus signs and underscores, else cuts with an ellipsis.</summary>
    public static IReadOnlyList<string> Wrap(string text, TextStyle style, float width, int mostLines)
    {
        List<string> lines = [];
        foreach (var word in Words(text))
        {
            if (lines.Count > 0 && Drawing.Measure((lines[^1] + word).TrimEnd(), style) <= width)
            {
                lines[^1] += word;
            }
            else
            {
                lines.Add(word);
            }
        }

        if (lines.Count > mostLines)
        {
            lines[mostLines - 1] = string.Concat(lines[(mostLines - 1)..]);
            lines.RemoveRange(mostLines, lines.Count - mostLines);
        }

        return [.. lines.Select(line => Drawing.Fit(line.TrimEnd(), style, width))];
    }

    /// <summary>Whether the name stands whole within these lines.</summary>
    public static bool Fits(string text, TextStyle style, float width, int mostLines)
    {
        var lines = Wrap(text, style, width, mostLines);
        return string.Concat(lines).Length >= text.Count(c => c != ' ') && !lines.Any(line => line.EndsWith('…'));
    }

    private static IEnumerable<string> Words(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is ' ' or '+' or '_' or '-' or '/')
            {
                yield return text[start..(i + 1)];
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            yield return text[start..];
        }
    }
}
