namespace Masterful.Core.Spec;

/// <summary>Whether a path leads into a folder, by its text: links are not followed.</summary>
public static class FolderPath
{
    /// <summary>The path relative to a folder, with forward slashes, "." for the folder itself; null where it is not in it.</summary>
    public static string? Below(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        return Path.IsPathRooted(relative) || relative == ".." || relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? null
            : relative.Replace(Path.DirectorySeparatorChar, '/');
    }
}
