using System.Globalization;
using System.Text;

namespace Masterful.Reporting.PullRequest;

/// <summary>Small charts as Mermaid text, which GitHub draws without any hosting.</summary>
internal static class MermaidChart
{
    private const int LongestLabel = 40;

    /// <summary>Grey, teal and green as in the report's own charts: seen apart by light and dark readers, and each bar says its value.</summary>
    private const string Palette = "#8a9099, #2a9d8f, #1b7f4b";

    /// <summary>Which of the palette's colours a bar has.</summary>
    public enum Tone
    {
        Original,
        Between,
        Masterful,
    }

    /// <summary>Horizontal bars from 0, each with its value in its label.</summary>
    /// <param name="title">Plain text of our own.</param>
    /// <param name="axis">What is measured, plain text of our own.</param>
    /// <param name="bars">Label, finite value of at least 0, tone.</param>
    public static string Bars(string title, string axis, IReadOnlyList<(string Label, double Value, Tone Tone)> bars)
    {
        var top = Ceiling(bars.Max(b => b.Value));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            ---
            config:
              xyChart:
                width: 720
                height: {90 + (34 * bars.Count)}
                titleFontSize: 16
              themeVariables:
                xyChart:
                  plotColorPalette: "{Palette}"
            ---
            xychart-beta horizontal
                title "{title}"
                x-axis [{string.Join(", ", bars.Select(b => $"\"{Label(b.Label)}\""))}]
                y-axis "{axis}" 0 --> {Value(top)}
            """);
        // A bar chart has one colour a series: a series a tone, 0 where a bar has another one.
        foreach (var tone in Enum.GetValues<Tone>())
        {
            text.Append("\n    bar [").AppendJoin(", ", bars.Select(b => Value(b.Tone == tone ? b.Value : 0))).Append(']');
        }

        return Fence(text.ToString());
    }

    /// <summary>Shares of a whole, each with its amount.</summary>
    /// <param name="title">Plain text of our own.</param>
    /// <param name="slices">Label and finite amount over 0.</param>
    public static string Pie(string title, IEnumerable<(string Label, double Value)> slices) => Fence(
        $"pie showData\n    title {title}\n" + string.Join('\n', slices.Select(s => $"    \"{Label(s.Label)}\" : {Value(s.Value)}")));

    /// <summary>
    /// Text that can't end a string, a line or the block, nor begin a directive, a comment or an entity: what is not a letter, a digit
    /// or plain punctuation becomes a space.
    /// </summary>
    internal static string Label(string text)
    {
        var label = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            label.Append(Rune.IsLetterOrDigit(rune) || (rune.IsAscii && "-_.,+/():".Contains((char)rune.Value, StringComparison.Ordinal)) ? rune.ToString() : " ");
            if (label.Length >= LongestLabel)
            {
                label.Append('…');
                break;
            }
        }

        var plain = string.Join(' ', label.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return plain.Length == 0 ? "no name" : plain;
    }

    /// <summary>The next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten.</summary>
    private static double Ceiling(double value)
    {
        if (value <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 }.First(step => step * power >= value * 1.000001) * power;
    }

    private static string Value(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);

    private static string Fence(string content) => $"```mermaid\n{content.ReplaceLineEndings("\n")}\n```";
}
