using System.IO.Enumeration;
using Masterful.Results;

namespace Masterful.Core.Spec.Folders;

/// <summary>A name in a folder.</summary>
/// <param name="Path">Full path.</param>
/// <param name="IsFolder">Whether it is a folder, or a link to one.</param>
/// <param name="IsLink">Of folders: whether it is a link.</param>
/// <param name="IsHidden">Hidden by the system's custom: a dot in front or, on Windows, an attribute.</param>
internal readonly record struct FolderEntry(string Path, bool IsFolder, bool IsLink, bool IsHidden)
{
    /// <summary>The name alone.</summary>
    public ReadOnlySpan<char> Name => System.IO.Path.GetFileName(Path.AsSpan());

    /// <summary>Whether it is a file of this name.</summary>
    public bool IsFile(ReadOnlySpan<char> name) => !IsFolder && Name.SequenceEqual(name);

    /// <summary>What a link says that leads nowhere, or in a circle; null for all else.</summary>
    /// <param name="path">Full path.</param>
    public static string? LostTarget(string path) =>
        FileFacts.Of(path) is { Kind: FileKind.Link } && FileFacts.Of(path, follow: true) is null ? new FileInfo(path).LinkTarget : null;
}

/// <summary>What a folder holds.</summary>
/// <param name="Entries">Sorted by name, by code point.</param>
/// <param name="NotText">
/// Paths whose last part is no text (not valid UTF-8), with a mark in place of what can't be shown. .NET can list such a name, but can't
/// open what it stands for.
/// </param>
internal sealed record FolderContent(IReadOnlyList<FolderEntry> Entries, IReadOnlyList<FolderEntry> NotText)
{
    private const char Undecodable = '\uFFFD';
    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">Full path.</param>
    /// <param name="most">No more entries than these are looked at.</param>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static FolderContent Of(string folder, int most = int.MaxValue)
    {
        var entries = new List<FolderEntry>();
        var notText = new List<FolderEntry>();
        foreach (var entry in new FileSystemEnumerable<FolderEntry>(folder, (ref FileSystemEntry e) => Entry(folder, ref e), All).Take(most))
        {
            (IsText(entry, entries) ? entries : notText).Add(entry);
        }

        entries.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new FolderContent(entries, notText);
    }

    private static FolderEntry Entry(string folder, ref FileSystemEntry entry)
    {
        var path = Path.Join(folder, entry.FileName);
        // Attributes of a file cost a system call, which the many images of a folder are spared.
        var isHidden = entry.FileName[0] == '.' || (OperatingSystem.IsWindows() && entry.Attributes.HasFlag(FileAttributes.Hidden));
        return new FolderEntry(path, entry.IsDirectory, entry.IsDirectory && entry.Attributes.HasFlag(FileAttributes.ReparsePoint), isHidden);
    }

    /// <summary>A name with the mark in it is text where the mark really stands in it; of several with one look, one can be.</summary>
    private static bool IsText(FolderEntry entry, List<FolderEntry> before) =>
        !entry.Name.Contains(Undecodable)
        || (Path.Exists(entry.Path) && !before.Any(b => b.Path == entry.Path));
}
