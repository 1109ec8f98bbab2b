using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>Several files that appear together: each is stored whole beside its place first, and only then do all take their places.</summary>
internal static class StagedFiles
{
    /// <param name="root">The folder that none of them leaves.</param>
    /// <param name="files">Paths in it, and what they hold.</param>
    /// <exception cref="IOException">One of them can't be stored, or would be elsewhere through a link; none has taken its place.</exception>
    public static void Write(RootFolder root, IReadOnlyList<(string Path, byte[] Bytes)> files)
    {
        var staged = new List<StagedFile>();
        var made = new Stack<string>();
        try
        {
            foreach (var (path, bytes) in files)
            {
                var place = root.Place(path);
                Make(Path.GetDirectoryName(place)!, made);
                staged.Add(StagedFile.Create(place));
                staged[^1].Stream.Write(bytes);
                staged[^1].Stream.Flush(flushToDisk: true);
            }

            staged.ForEach(file => file.Take());
            made.Clear();
        }
        finally
        {
            staged.ForEach(file => file.Dispose());
            foreach (var folder in made.Where(f => Directory.Exists(f) && !Directory.EnumerateFileSystemEntries(f).Any()))
            {
                Directory.Delete(folder);
            }
        }
    }

    /// <summary>Makes a folder and those above it, and notes which were not there.</summary>
    private static void Make(string folder, Stack<string> made)
    {
        var missing = new Stack<string>();
        for (var at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            missing.Push(at);
        }

        Directory.CreateDirectory(folder);
        foreach (var at in missing)
        {
            made.Push(at);
        }
    }
}
