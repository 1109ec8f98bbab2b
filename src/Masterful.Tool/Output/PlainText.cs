using Spectre.Console;
using Spectre.Console.Rendering;

namespace Masterful.Tool.Output;

/// <summary>Tables as text without colours or control characters, for any output.</summary>
internal static class PlainText
{
    /// <summary>
    /// Text as a terminal may be given it: what would move its cursor, colour it, name its window or turn the direction of writing, which
    /// the name of a file or a class may hold, is shown as a dot. Line ends and tabs stay.
    /// </summary>
    public static string Harmless(string text)
    {
        var lines = text.ReplaceLineEndings("\n");
        return (lines.Any(IsHarmful) ? string.Concat(lines.Select(c => IsHarmful(c) ? '·' : c)) : lines).ReplaceLineEndings();
    }

    /// <summary>A name from the data without line ends or other control characters.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static bool IsHarmful(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\t')) || c is '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>Renders at most 120 columns wide.</summary>
    public static string Of(IRenderable widget)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 120;
        console.Profile.Capabilities.Unicode = true;
        console.Write(widget);
        return string.Join(Environment.NewLine, writer.ToString().Split('\n').Select(l => l.TrimEnd())).Trim('\n', '\r');
    }
}
