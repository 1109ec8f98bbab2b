namespace Masterful.Results;

/// <summary>
/// A folder that what is written or read for it may not leave: neither by the text of a path nor through a link on the way. The folder
/// itself may be reached through links; whoever named it meant what they lead to.
/// </summary>
/// <param name="path">The folder; it need not be there yet.</param>
public sealed class RootFolder(string path)
{
    /// <summary>As many links as Linux follows.</summary>
    private const int MostLinks = 40;

    /// <summary>Full path of the folder as it was named.</summary>
    public string Folder { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>
    /// Where a file of the folder is to be written: its folder without any link in it, so that opening it follows none. The file's own
    /// name stays as it is: a link of that name is to be replaced, not followed.
    /// </summary>
    /// <param name="file">Relative to the folder, or a full path in it.</param>
    /// <exception cref="LeavesRootException">It would lead out of the folder.</exception>
    /// <exception cref="IOException">A link on the way can't be followed.</exception>
    public string Place(string file)
    {
        var full = Full(file);
        return full == Folder
            ? throw new LeavesRootException($"'{file}' is {Folder} itself, not a file in it.")
            : Path.Combine(Inside(Path.GetDirectoryName(full)!), Path.GetFileName(full));
    }

    /// <summary>What a path in the folder leads to, with every link followed.</summary>
    /// <inheritdoc cref="Place"/>
    public string Resolve(string file) => Inside(Full(file));

    /// <summary>The path relative to a folder, with forward slashes, "." for the folder itself; null where it is not in it. By text alone.</summary>
    public static string? Below(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        return Path.IsPathRooted(relative) || relative == ".." || relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? null
            : relative.Replace(Path.DirectorySeparatorChar, '/');
    }

    /// <summary>A path with every link in it followed, one after the other, as the system does it; parts that are not there stay.</summary>
    /// <exception cref="IOException">There are too many links, or one can't be read.</exception>
    public static string WithoutLinks(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var full = Path.GetFullPath(path);
        var current = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(Parts(full[current.Length..]).Reverse());
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part is "." or "..")
            {
                current = part == "." ? current : Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Combine(current, part);
            if (Target(next) is not { } target)
            {
                current = next;
            }
            else if (++links > MostLinks)
            {
                throw new IOException($"{path} goes through more than {MostLinks} links.");
            }
            else
            {
                var start = Path.GetPathRoot(target) ?? "";
                current = start.Length > 0 ? Path.GetFullPath(start) : current;
                foreach (var piece in Parts(target[start.Length..]).Reverse())
                {
                    rest.Push(piece);
                }
            }
        }

        return current;
    }

    private static string[] Parts(string text) =>
        text.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(Cause.Of(e), e);
        }
    }

    private string Full(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        // A NUL can't be part of any path and would throw.
        var full = file.Contains('\0', StringComparison.Ordinal) ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(file, Folder));
        return full is not null && Below(Folder, full) is not null ? full : throw new LeavesRootException($"'{file}' leads out of {Folder}.");
    }

    private string Inside(string full)
    {
        var real = WithoutLinks(full);
        return Below(WithoutLinks(Folder), real) is not null
            ? real
            : throw new LeavesRootException($"{full} leads out of {Folder}: through a link, to {real}.");
    }
}

/// <summary>A path that must stay in a folder leads out of it.</summary>
/// <param name="message">Which, and where to.</param>
public sealed class LeavesRootException(string message) : IOException(message);
