using System.Globalization;
using System.Text;

namespace Masterful.Reporting.PullRequest;

/// <summary>Small charts as Mermaid text, which GitHub draws without any hosting.</summary>
internal static class MermaidChart
{
    private const int LongestLabel = 40;

    /// <summary>Legible on light and dark pages. One for all bars: where bars are of several series, Mermaid draws each over the others' beginnings.</summary>
    private const string Colour = "#2a9d8f";

    /// <summary>Horizontal bars from 0, each with its value in its label.</summary>
    /// <param name="title">Plain text of our own.</param>
    /// <param name="axis">What is measured, plain text of our own.</param>
    /// <param name="bars">Label, the value as people read it, and finite value of at least 0.</param>
    public static string Bars(string title, string axis, IReadOnlyList<(string Label, string Text, double Value)> bars) => Fence(string.Create(
        CultureInfo.InvariantCulture,
        $"""
            ---
            config:
              xyChart:
                width: 720
                height: {90 + (34 * bars.Count)}
                titleFontSize: 16
              themeVariables:
                xyChart:
                  plotColorPalette: "{Colour}"
            ---
            xychart-beta horizontal
                title "{title}"
                x-axis [{string.Join(", ", bars.Select(b => $"\"{Label(b.Label)}: {b.Text}\""))}]
                y-axis "{axis}" 0 --> {Value(Ceiling(bars.Max(b => b.Value)))}
                bar [{string.Join(", ", bars.Select(b => Value(b.Value)))}]
            """));

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
