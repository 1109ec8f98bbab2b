using Masterful.Results;

namespace Masterful.Core.Spec.Folders;

/// <summary>
/// Finds the files below folders, at any depth. What is never data is left out; whatever else can't be followed is noted, so that nobody
/// takes fewer files for all. A folder that several links lead to is read once, so that links in a circle end.
/// </summary>
/// <param name="start">The folder to begin with, whatever it holds.</param>
/// <param name="leftOut">Full paths of files and folders that are not data, wherever they lie.</param>
internal sealed class FolderWalk(string start, IReadOnlyCollection<string> leftOut)
{
    private readonly HashSet<string> _leftOut = [.. leftOut];
    private readonly HashSet<string> _leftOutNames = [.. leftOut.Select(p => Path.GetFileName(p)!)];
    private bool _takesAll;

    /// <summary>What has a name that is no text.</summary>
    public List<FolderEntry> NotText { get; } = [];

    /// <summary>Folders that can't be read, and why.</summary>
    public List<(string Path, string Reason)> Unreadable { get; } = [];

    /// <summary>Links to folders that were read already.</summary>
    public List<string> Repeated { get; } = [];

    /// <summary>Hidden files, full paths.</summary>
    public List<string> Hidden { get; } = [];

    /// <summary>All files at any depth, be they data or not.</summary>
    public static IEnumerable<FolderEntry> Everything(string folder) => new FolderWalk(folder, []) { _takesAll = true }.Files(folder);

    /// <summary>What one folder holds, without what is never data; empty where it can't be read, which is noted.</summary>
    public IReadOnlyList<FolderEntry> In(string folder)
    {
        FolderContent content;
        try
        {
            content = FolderContent.Of(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable.Add((folder, Cause.Of(e)));
            return [];
        }

        if (_takesAll)
        {
            return content.Entries;
        }

        if (folder != start && Clutter.IsOfRun(content.Entries))
        {
            return [];
        }

        var built = Clutter.BuildOutputs(content.Entries);
        NotText.AddRange(content.NotText.Where(e => !e.IsHidden));
        Hidden.AddRange(content.Entries.Where(e => e.IsHidden && !e.IsFolder && !IsLeftOut(e)).Select(e => e.Path));
        return [.. content.Entries.Where(e => !e.IsHidden && !IsLeftOut(e) && !(e.IsFolder && built.Contains(e.Name.ToString())))];
    }

    /// <summary>The files at any depth below a folder.</summary>
    public IEnumerable<FolderEntry> Files(string folder)
    {
        var seen = new HashSet<(ulong, ulong)>();
        var folders = new Stack<string>([folder]);
        var links = new Queue<string>();
        // Links last, so that what lies here keeps its own path where a link leads to it, too.
        while (folders.TryPop(out var next) || links.TryDequeue(out next))
        {
            if (FileFacts.Of(next, follow: true) is { } facts && !seen.Add((facts.Volume, facts.Number)))
            {
                Repeated.Add(next);
                continue;
            }

            foreach (var entry in In(next))
            {
                if (!entry.IsFolder)
                {
                    yield return entry;
                }
                else if (entry.IsLink)
                {
                    links.Enqueue(entry.Path);
                }
                else
                {
                    folders.Push(entry.Path);
                }
            }
        }
    }

    private bool IsLeftOut(FolderEntry entry) =>
        Clutter.Is(entry)
        || (_leftOutNames.GetAlternateLookup<ReadOnlySpan<char>>().Contains(entry.Name) && (_leftOut.Contains(entry.Path) || _leftOut.Any(o => IsSame(o, entry.Path))));

    /// <summary>Whether two paths lead to one place, through whatever links.</summary>
    private static bool IsSame(string one, string other) =>
        FileFacts.Of(one, follow: true) is { } a && FileFacts.Of(other, follow: true) is { } b && (a.Volume, a.Number) == (b.Volume, b.Number);
}
