namespace Masterful.Core.Spec.Folders;

/// <summary>What stands in a folder under a path that looks like one that does not exist.</summary>
internal static class LookAlikePath
{
    /// <summary>The first part of a path that is not there but looks like something that is, or null where the rest does not exist either.</summary>
    /// <param name="root">Full path of the folder that the path is relative to.</param>
    /// <param name="written">The path, with slashes.</param>
    public static (string Written, string Found, string Difference)? Find(string root, string written)
    {
        (string, string, string)? first = null;
        var place = root;
        foreach (var part in written.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." || part.Contains('\0', StringComparison.Ordinal))
            {
                return null;
            }

            if (Path.Exists(Path.Join(place, part)))
            {
                place = Path.Join(place, part);
                continue;
            }

            var names = new FolderWalk(place, []).In(place).Select(e => e.Name.ToString());
            if (LookAlikes.Find(part, names) is not { } found || LookAlikes.Difference(part, found) is not { } difference)
            {
                return null;
            }

            first ??= (part, found, difference);
            place = Path.Join(place, found);
        }

        return first;
    }
}
