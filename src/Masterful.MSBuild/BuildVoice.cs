using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;

namespace Masterful.MSBuild;

/// <summary>
/// Says something in a build so that people see it. The logger that the SDK uses at a terminal drops messages, of high importance too. It
/// shows what test runners tell it, in projects whose tests have begun: a line of output, and in place of the target's name what is being
/// done. To every other logger the same events are messages.
/// </summary>
/// <param name="engine">The build.</param>
/// <param name="sender">Who speaks, for loggers that show it.</param>
/// <param name="atTerminal">Whether it is that logger.</param>
/// <param name="project">The project's name.</param>
internal sealed class BuildVoice(IBuildEngine engine, string sender, bool atTerminal, string project = "")
{
    // As in the tool's BuildCall.
    private const string Progress = "progress: ";
    private const string Output = "TLTESTOUTPUT";
    private const string Status = "TLTESTPASSED";
    private const string Separator = " · ";
    private const string Name = "Masterful";

    private string? _stage;

    /// <summary>Says a line of the tool's.</summary>
    public void Say(string line, MessageImportance importance)
    {
        var isProgress = line.StartsWith(Progress, StringComparison.Ordinal);
        var text = isProgress ? line.Substring(Progress.Length) : line;
        if (isProgress && atTerminal)
        {
            Log(Status, text, importance, new Dictionary<string, string?>
            {
                ["localizedResult"] = Name,
                ["displayName"] = Shorten(text, Room()),
            });
            // What is drawn over again leaves nothing behind: where a stage begins, a line stays.
            var stage = Stage(text);
            if (stage == _stage)
            {
                return;
            }

            _stage = stage;
        }

        Log(Output, atTerminal && text.Length > 0 ? "    " + text : text, importance, new Dictionary<string, string?>());
    }

    /// <summary>The first part, and as many of the last ones as there is room for: a line that is too long would not be shown at all.</summary>
    internal static string Shorten(string text, int room)
    {
        if (text.Length <= room)
        {
            return text;
        }

        var parts = text.Split(new[] { Separator }, StringSplitOptions.None);
        var kept = new List<string>();
        var left = room - parts[0].Length;
        foreach (var part in parts.Skip(1).Reverse())
        {
            left -= Separator.Length + part.Length;
            if (left < 0)
            {
                break;
            }

            kept.Insert(0, part);
        }

        var shortened = string.Join(Separator, kept.Prepend(parts[0]));
        return shortened.Length <= room ? shortened : shortened.Substring(0, Math.Max(1, room - 1)) + "…";
    }

    private static string Stage(string text)
    {
        var end = text.IndexOf(Separator, StringComparison.Ordinal);
        return end < 0 ? text : text.Substring(0, end);
    }

    private int Room() => Room(Width(), project);

    /// <summary>What that logger leaves beside project, framework, platform, name and duration; it uses no more than 120 columns of any terminal.</summary>
    internal static int Room(int columns, string project)
    {
        const int most = 120, framework = 24, duration = 12, least = 20;
        return Math.Max(least, Math.Min(columns, most) - project.Length - framework - Name.Length - duration);
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException or InvalidOperationException)
        {
            return 80; // A node of the build has no terminal of its own.
        }
    }

    private void Log(string type, string text, MessageImportance importance, Dictionary<string, string?> metadata) =>
        engine.LogMessageEvent(new ExtendedBuildMessageEventArgs(type, text, helpKeyword: null, senderName: sender, importance) { ExtendedMetadata = metadata });
}
