using Spectre.Console;
using Spectre.Console.Rendering;

namespace Masterful.Tool.Output;

/// <summary>Tables as text without colours or control characters, for any output.</summary>
internal static class PlainText
{
    /// <summary>A name from the data without line ends or other control characters.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

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
