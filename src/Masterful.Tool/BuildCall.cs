using System.Text.RegularExpressions;

namespace Masterful.Tool;

/// <summary>
/// How this program speaks when a build calls it: of the build's properties, where a message names an option that nobody typed, and of
/// progress as such, so that the build can draw it.
/// </summary>
internal static partial class BuildCall
{
    /// <summary>The environment variable by which the build's task says that it is one: <c>terminal</c> or <c>log</c>.</summary>
    public const string Variable = "MASTERFUL_BUILD";

    private const string Mark = "progress: ";

    private static readonly Dictionary<string, string> Properties = new(StringComparer.Ordinal)
    {
        ["--spec"] = "MasterfulSpec",
        ["--output"] = "MasterfulOutput",
        ["--set"] = "MasterfulSet",
        ["--device"] = "MasterfulDevice",
        ["--libtorch"] = "MasterfulLibTorch",
        ["--baseline"] = "MasterfulBaseline",
        ["--verbosity"] = "MasterfulVerbosity",
        ["--assembly"] = "the project's assembly",
        ["--nowarn"] = "NoWarn",
    };

    /// <summary>Whether a build calls.</summary>
    public static bool Is(ToolHost host) => host.Environment(Variable) is { Length: > 0 };

    /// <summary>Whether that build draws to a terminal, where progress is looked at.</summary>
    public static bool IsLooking(ToolHost host) => host.Environment(Variable) == "terminal";

    /// <summary>A line of progress as the build's task knows it.</summary>
    public static string Progress(string text) => Mark + text;

    /// <summary>A message in the build's words. Commands in it, which people type, keep their options.</summary>
    public static string Speak(string message) => Option().Replace(
        message, match => match.Groups["option"] is { Success: true } option ? Properties.GetValueOrDefault(option.Value, option.Value) : match.Value);

    [GeneratedRegex("`[^`]*`|(?<![\\w-])(?<option>--[a-z]+)(?![\\w-])")]
    private static partial Regex Option();
}
