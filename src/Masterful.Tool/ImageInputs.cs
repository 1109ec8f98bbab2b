using System.IO.Enumeration;
using System.Text;
using Masterful.Core.Data;
using Masterful.Core.Data.Readers;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;
using Masterful.Results;

namespace Masterful.Tool;

/// <summary>
/// The image files that a command line names, one after the other: files as they stand; the images of a folder and of those below it;
/// what a pattern with *, ? and ** matches; and for <c>-</c> the same of each line of standard input. A folder's come in the order of their
/// names. What is hidden is passed over, as are files in folders and patterns that are no images by their name.
/// </summary>
/// <param name="input">Standard input.</param>
/// <param name="tell">Told of what has no images, or can't be looked at.</param>
internal sealed class ImageInputs(TextReader input, Action<Diagnostic> tell)
{
    private const string List = "-";
    private const int LongestPath = 32_768;

    private readonly HashSet<string> _refused = [];

    /// <summary>Files that were passed over since their names are not those of images.</summary>
    public int PassedOver { get; private set; }

    /// <summary>All files; nothing is looked at before it is asked for.</summary>
    public IEnumerable<string> Files(IEnumerable<string> arguments) =>
        arguments.SelectMany(a => a == List ? Lines().SelectMany(Expand) : Expand(a));

    private IEnumerable<string> Expand(string argument)
    {
        // A file or folder may have any name: only what is none is taken for a pattern.
        if (Directory.Exists(argument))
        {
            return OrTold(Below(argument, []), $"There is no image in the folder '{argument}'.", argument);
        }

        return File.Exists(argument) || !IsPattern(argument)
            ? [argument]
            : OrTold(Matches(argument), $"No image matches '{argument}'.", argument);
    }

    private IEnumerable<string> OrTold(IEnumerable<string> files, string otherwise, string argument)
    {
        var any = false;
        foreach (var file in files)
        {
            any = true;
            yield return file;
        }

        if (!any)
        {
            Tell(ToolDiagnostics.NoImages, otherwise, argument);
        }
    }

    /// <summary>The images of a folder, then those of its folders; of links that lead round in a circle each folder once.</summary>
    private IEnumerable<string> Below(string folder, HashSet<string> linked)
    {
        foreach (var file in Images(Entries(folder, "*").Where(e => !Directory.Exists(e))))
        {
            yield return file;
        }

        foreach (var below in Entries(folder, "*").Where(Directory.Exists))
        {
            if (new DirectoryInfo(below).ResolveLinkTarget(returnFinalTarget: true) is not { } target || linked.Add(target.FullName))
            {
                foreach (var file in Below(below, linked))
                {
                    yield return file;
                }
            }
        }
    }

    private IEnumerable<string> Matches(string pattern)
    {
        var root = Path.GetPathRoot(pattern) ?? "";
        var parts = pattern[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        foreach (var match in Matches(root, parts))
        {
            // Below ** every folder is looked through by itself.
            foreach (var file in !Directory.Exists(match) ? Images([match]) : parts.Contains("**") ? [] : Below(match, []))
            {
                yield return file;
            }
        }
    }

    private IEnumerable<string> Matches(string folder, string[] parts)
    {
        if (parts.Length == 0)
        {
            return File.Exists(folder) || Directory.Exists(folder) ? [folder] : [];
        }

        var (first, rest) = (parts[0], parts[1..]);
        if (first == "**")
        {
            // Any number of folders, none included; at the end, all that is in them.
            var here = rest.Length == 0 ? Entries(folder, "*").Where(e => !Directory.Exists(e)) : Matches(folder, rest);
            return here.Concat(Entries(folder, "*").Where(e => Directory.Exists(e) && !IsLink(e)).SelectMany(e => Matches(e, parts)));
        }

        return IsPattern(first)
            ? Entries(folder, first).Where(e => rest.Length == 0 || Directory.Exists(e)).SelectMany(e => Matches(e, rest))
            : Matches(Path.Join(folder, first), rest);
    }

    private IEnumerable<string> Images(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            if (ImageDecoder.Reads(file))
            {
                yield return file;
            }
            else
            {
                PassedOver++;
            }
        }
    }

    /// <summary>What is in a folder and matches, in the order of the names.</summary>
    private string[] Entries(string folder, string pattern)
    {
        try
        {
            var content = FolderContent.Of(folder.Length == 0 ? "." : folder);
            foreach (var entry in content.NotText.Where(e => _refused.Add(e.Path)))
            {
                Tell(DataDiagnostics.NameNotText, FolderFindings.NotText(entry), entry.Path);
            }

            var takesHidden = pattern.StartsWith('.');
            return
            [
                .. content.Entries
                    .Where(e => (takesHidden || !e.IsHidden) && !Clutter.Is(e) && FileSystemName.MatchesSimpleExpression(pattern, e.Name, OperatingSystem.IsWindows()))
                    .Select(e => Path.Join(folder, e.Name)),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tell(DataDiagnostics.ImageUnreadable, $"The folder can't be looked at: {Cause.Of(e)}", folder);
            return [];
        }
    }

    /// <summary>The lines of standard input, ended by line ends or, as <c>find -print0</c> writes them, by NUL; empty ones are passed over.</summary>
    private IEnumerable<string> Lines()
    {
        var line = new StringBuilder();
        int next;
        do
        {
            next = input.Read();
            if (next is not (-1 or '\n' or '\0'))
            {
                // What is longer is no path, and is told as a file that is not there.
                _ = line.Length < LongestPath ? line.Append((char)next) : line;
                continue;
            }

            var path = line.ToString().TrimEnd('\r');
            line.Clear();
            if (path.Length > 0)
            {
                yield return path;
            }
        }
        while (next >= 0);
    }

    private void Tell(DiagnosticCode code, string message, string place) =>
        tell(new Diagnostic(code, DiagnosticSeverity.Error, message, new SourcePosition(place)));

    private static bool IsPattern(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    private static bool IsLink(string path) => new DirectoryInfo(path).LinkTarget is not null;
}
