namespace Masterful.Core.Spec.ImageLists;

/// <summary>
/// The file that a list names: below the root, with forward slashes or backslashes, with or without the extension of an image.
/// </summary>
internal static class ListedFile
{
    private const int MostFolders = 200;
    private const int DeepestPath = 64;

    /// <summary>The full path of the file, or what is wrong.</summary>
    /// <param name="root">Full path of the data set's root.</param>
    /// <param name="written">What the list says.</param>
    /// <param name="problem">What is wrong, in a sentence, and whether it is that the path leads out of the root.</param>
    public static string? Find(string root, string written, out (string Message, bool LeadsOut) problem)
    {
        problem = default;
        if (written.Length == 0)
        {
            problem = ("The line names no file.", false);
            return null;
        }

        if (Uri.TryCreate(written, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "ftp" or "s3" or "gs" or "file" && written.Contains("://", StringComparison.Ordinal))
        {
            problem = ($"'{Shown(written)}' is an address; images are read from files below the data set's root, {root}.", true);
            return null;
        }

        string[] found = [.. Candidates(written).Select(path => Below(root, path)).OfType<string>().Select(Completions).FirstOrDefault(f => f.Length > 0) ?? []];
        if (found.Length == 1)
        {
            return found[0];
        }

        if (found.Length > 1)
        {
            problem = ($"'{Shown(written)}' may be {string.Join(" or ", found.Select(Path.GetFileName))}: write the extension too.", false);
            return null;
        }

        problem = Below(root, Candidates(written).Last()) is null || IsWindowsRoot(written)
            ? ($"'{Shown(written)}' leads out of the data set's root, {root}; paths are relative to it.", true)
            : ($"'{Shown(written)}' does not exist: {Below(root, written) ?? written}", false);
        return null;
    }

    /// <summary>Whether a list's text names an image that is there, without a word on why not.</summary>
    public static bool Exists(string root, string written) => Find(root, written, out _) is not null;

    /// <summary>
    /// The folder below the root in which names of a list that do not exist do, with a slash at its end, and the extension that the names
    /// lack: what a pattern of <c>dataset.columns.path</c> would say. Null when there is no such folder near.
    /// </summary>
    public static (string Folder, string Extension)? Elsewhere(string root, string csv, params IReadOnlyList<string> written)
    {
        List<string> names = [.. written.Select(w => w.Trim().Replace('\\', '/').TrimStart('/'))];
        if (names.Count == 0 || names.Exists(n => n.Length == 0 || n.Contains('\0', StringComparison.Ordinal) || n.Split('/').Contains("..")))
        {
            return null;
        }

        foreach (var folder in Folders(root, csv))
        {
            List<string> lacking = [.. names.Select(n => Path.Combine(folder, n)).Select(path => Completions(path) is [var found] ? found[path.Length..] : "/").Distinct()];
            if (FolderPath.Below(root, folder) is { } below && !lacking.Contains("/"))
            {
                // Where they lack different ones, each is found by its name alone.
                return ($"{below}/", lacking is [var same] ? same : "");
            }
        }

        return null;
    }

    /// <summary>
    /// What a path that leads nowhere could have said: of one that begins elsewhere the part of it that is below the root, or the name as the
    /// file system has it, in capitals or not; null when there is no such file.
    /// </summary>
    public static string? Meant(string root, string written)
    {
        var parts = written.Trim().Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts.Length > DeepestPath || written.Contains('\0', StringComparison.Ordinal) || parts.Contains(".."))
        {
            return null;
        }

        var below = Enumerable.Range(1, parts.Length - 1).Prepend(0).Select(first => string.Join('/', parts[first..]))
            .FirstOrDefault(path => !IsWindowsRoot(path) && Completions(Path.Combine(root, path)).Length == 1);
        var folder = Path.Combine(root, string.Join('/', parts[..^1]));
        return below ?? (!IsWindowsRoot(written) && Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", new EnumerationOptions()).Select(f => Path.GetFileName(f)).Where(f => f.Equals(parts[^1], StringComparison.OrdinalIgnoreCase)).Select(f => string.Join('/', [.. parts[..^1], f])).FirstOrDefault()
            : null);
    }

    /// <summary>What the text may mean: itself; without blanks around it; and, where backslashes are no separators here, with slashes.</summary>
    private static IEnumerable<string> Candidates(string written)
    {
        yield return written;
        if (written.Trim() != written)
        {
            yield return written.Trim();
        }

        if (Path.DirectorySeparatorChar != '\\' && written.Contains('\\', StringComparison.Ordinal))
        {
            yield return written.Trim().Replace('\\', '/');
        }
    }

    /// <summary>The file itself; or, of a name without an image's extension, the files that have the name and such an extension.</summary>
    private static string[] Completions(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (ImageNames.IsImage(path) || Path.EndsInDirectorySeparator(path))
        {
            return [];
        }

        // Where a file system does not tell cases apart, one file has two names.
        return [.. ImageNames.Extensions.SelectMany(e => new[] { e, e.ToUpperInvariant() }).Select(e => path + e).Where(File.Exists).DistinctBy(f => f, StringComparer.OrdinalIgnoreCase)];
    }

    private static string? Below(string root, string path)
    {
        // A NUL can't be part of any path and would throw.
        if (path.Contains('\0', StringComparison.Ordinal) || IsWindowsRoot(path))
        {
            return null;
        }

        var full = Path.GetFullPath(path, Path.GetFullPath(root));
        return FolderPath.Below(Path.GetFullPath(root), full) is null ? null : full;
    }

    /// <summary>A drive or a share of Windows, which on another system would be a name like any.</summary>
    private static bool IsWindowsRoot(string path) => Path.DirectorySeparatorChar != '\\'
        && (path is [var drive, ':', '\\' or '/', ..] && char.IsAsciiLetter(drive) || path.StartsWith(@"\\", StringComparison.Ordinal));

    /// <summary>
    /// The folder of the list, then the folders below the root: those called like the list and those for training first, what is called a test
    /// last, where names may be the same.
    /// </summary>
    private static IEnumerable<string> Folders(string root, string csv)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System, MaxRecursionDepth = 2, RecurseSubdirectories = true };
        var list = Path.GetFileNameWithoutExtension(csv);
        return new[] { Path.GetDirectoryName(Path.GetFullPath(csv))! }
            .Concat(Directory.EnumerateDirectories(root, "*", options).Take(MostFolders).Order(StringComparer.Ordinal)
                .OrderBy(f => Rank(Path.GetRelativePath(root, f))).ThenBy(f => f.Count(c => c == Path.DirectorySeparatorChar)));

        int Rank(string folder) => Has(folder, list) ? 0 : Has(folder, "train") ? 1 : Has(folder, "test") && !Has(list, "test") ? 3 : 2;
        static bool Has(string name, string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    private static string Shown(string written) => written.Length > 200 ? written[..200] + "…" : written;
}
