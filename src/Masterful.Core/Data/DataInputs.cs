using Masterful.Core.Data.Readers;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;

namespace Masterful.Core.Data;

/// <summary>Which files a split comes from, for build systems that ask whether anything changed.</summary>
internal static class DataInputs
{
    /// <summary>See <see cref="DatasetSplits.Files"/>.</summary>
    public static IReadOnlyList<string> Of(DatasetSpec dataset, SplitListing listing)
    {
        var entries = listing.Request.Entries.Select(e => Path.GetFullPath(ClassPattern.Of(e)?.Before ?? e, dataset.Root)).ToList();
        return dataset.Format switch
        {
            DatasetFormat.Folder or DatasetFormat.Custom => [.. entries.SelectMany(Below)],
            _ => Read(listing),
        };
    }

    /// <summary>The files themselves, all that another machine needs to read the same split.</summary>
    public static IReadOnlyList<string> Read(SplitListing listing) => [.. listing.Besides, .. listing.Files.Select(f => f.Path)];

    /// <summary>Every file that an entry of a custom source may read.</summary>
    /// <exception cref="DiagnosticException">It is no file and no folder below the root.</exception>
    public static IReadOnlyList<string> OfCustom(DataRoot root, SplitRequest request) => [.. request.Entries.SelectMany(entry =>
        root.Below(entry) is { } path && Path.Exists(path)
            ? Below(path).Where(f => !Path.EndsInDirectorySeparator(f)).Order(StringComparer.Ordinal)
            : throw new DiagnosticException(
                DataDiagnostics.SplitNotFound,
                $"'{entry}' of split '{request.Name}' is no file and no folder below {root.Path}, so that nobody but the image source knows what it reads.",
                root.PositionOf(request.Key)))];

    private static IEnumerable<string> Below(string path) => Directory.Exists(path)
        ? FolderWalk.Everything(path).Select(f => f.Path).Prepend(Path.TrimEndingDirectorySeparator(path) + Path.DirectorySeparatorChar)
        : File.Exists(path) ? [path] : [];
}
