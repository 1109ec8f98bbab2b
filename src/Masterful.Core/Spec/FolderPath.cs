using Masterful.Results;

namespace Masterful.Core.Spec;

/// <summary>Whether a path leads into a folder, by its text: links are not followed, as <see cref="RootFolder"/> does.</summary>
public static class FolderPath
{
    /// <summary>The path relative to a folder, with forward slashes, "." for the folder itself; null where it is not in it.</summary>
    public static string? Below(string folder, string path) => RootFolder.Below(folder, path);
}
