using Masterful.Core.Data.Readers;
using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>Which files a split comes from, for build systems that ask whether anything changed.</summary>
internal static class DataInputs
{
    /// <summary>See <see cref="DatasetSplits.Files"/>.</summary>
    public static IReadOnlyList<string> Of(DatasetSpec dataset, SplitListing listing)
    {
        var entries = listing.Request.Entries.Select(e => Path.GetFullPath(e, dataset.Root)).ToList();
        return dataset.Format switch
        {
            DatasetFormat.Folder or DatasetFormat.Custom => [.. entries.SelectMany(Below)],
            _ => [.. listing.Files.Select(f => f.Path)],
        };
    }

    private static IEnumerable<string> Below(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Prepend(Path.TrimEndingDirectorySeparator(path) + Path.DirectorySeparatorChar)
        : File.Exists(path) ? [path] : [];
}
