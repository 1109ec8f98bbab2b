using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data.Readers;

/// <summary>The folder that all paths of a data set are relative to, and that none may leave.</summary>
/// <param name="root">Full path of the folder.</param>
/// <param name="positionOf">Where a key stands in the spec.</param>
internal sealed class DataRoot(string root, Func<string, SourcePosition> positionOf)
{
    /// <summary>Full path of the folder.</summary>
    public string Path => root;

    /// <summary>The full path of a path below the root, or null when it leads out of it.</summary>
    public string? Below(string relative)
    {
        var folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(root));
        // A NUL can't be part of any path and would throw.
        if (relative.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(relative, folder));
        var inside = full == folder || full.StartsWith(
            System.IO.Path.EndsInDirectorySeparator(folder) ? folder : folder + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return inside ? full : null;
    }

    /// <summary>The files of a split.</summary>
    public IReadOnlyList<DataFile> Files(SplitRequest request, Func<string, string?>? alternative = null) =>
        Each(request, IsFile, "file", alternative, path => DataFile.At(root, path));

    /// <summary>The folders of a split.</summary>
    public IReadOnlyList<string> Folders(SplitRequest request) => Each(request, Directory.Exists, "folder", null, path => path);

    /// <summary>Where a key stands in the spec.</summary>
    public SourcePosition PositionOf(string key) => positionOf(key);

    /// <summary>Opening a pipe or a device can wait for ever.</summary>
    private static bool IsFile(string path) => File.Exists(path) && FileFacts.Of(path, follow: true) is not { Kind: FileKind.Other };

    private List<T> Each<T>(
        SplitRequest request, Func<string, bool> exists, string kind, Func<string, string?>? alternative, Func<string, T> make)
    {
        var found = new List<T>();
        var problems = new List<Diagnostic>();
        foreach (var entry in request.Entries)
        {
            var path = Below(entry);
            if (path is null)
            {
                problems.Add(Error(DataDiagnostics.PathOutsideRoot, $"'{entry}' leads out of the data set's root, {root}.", request));
            }
            else if ((exists(path) ? path : alternative?.Invoke(path)) is { } existing)
            {
                found.Add(make(existing));
            }
            else
            {
                problems.Add(Error(DataDiagnostics.SplitNotFound, $"The {kind} '{entry}' of split '{request.Name}' does not exist: {path}", request));
            }
        }

        return problems.Count == 0 ? found : throw new DiagnosticException(problems);
    }

    private Diagnostic Error(DiagnosticCode code, string message, SplitRequest request) =>
        new(code, DiagnosticSeverity.Error, message, positionOf(request.Key));
}
