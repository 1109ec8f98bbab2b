namespace Masterful.Core.Spec.Folders;

/// <summary>
/// A path of a split with a star for the class, such as <c>*/train</c>: for data whose classes hold the splits, and not the splits the classes.
/// </summary>
/// <param name="Before">The folder that holds the folders of the classes, "." for the root.</param>
/// <param name="After">The folder within each of them.</param>
internal sealed record ClassPattern(string Before, string After)
{
    /// <summary>The pattern that a path is, or null: exactly one of its parts is a star, and not the last.</summary>
    public static ClassPattern? Of(string path)
    {
        var parts = path.Replace(Path.DirectorySeparatorChar, '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        var star = Array.IndexOf(parts, "*");
        return star >= 0 && star < parts.Length - 1 && Array.LastIndexOf(parts, "*") == star && !Path.IsPathRooted(path)
            ? new ClassPattern(star == 0 ? "." : string.Join('/', parts[..star]), string.Join('/', parts[(star + 1)..]))
            : null;
    }

    /// <summary>Whether any class below a root has its folder.</summary>
    /// <param name="root">Full path.</param>
    public bool Exists(string root)
    {
        var folder = Path.GetFullPath(Before, root);
        return new FolderWalk(folder, []).In(folder).Any(e => e.IsFolder && Directory.Exists(Path.Combine(e.Path, After)));
    }
}
