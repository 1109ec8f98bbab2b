using Masterful.Core.Spec.Folders;
using Masterful.Results;

namespace Masterful.Core.Spec.Layouts;

/// <summary>
/// A folder as a layout looks at it, with those in it: names sorted, without what is hidden or never data, and no more than a limit of them.
/// </summary>
internal sealed class DataFolder
{
    private readonly List<DataFolder> _folders = [];
    private bool? _hasImagesBelow;

    private DataFolder(string path, DataFolder? parent, IReadOnlyList<FolderEntry> content)
    {
        (Path, Parent) = (path, parent);
        Files = [.. content.Where(e => !e.IsFolder).Select(e => e.Name.ToString())];
        Images = [.. Files.Where(ImageNames.IsImage)];
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>The folder that it is in; null for the one that was asked about.</summary>
    public DataFolder? Parent { get; }

    /// <summary>Its name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Names of the files in it.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Names of the images in it.</summary>
    public IReadOnlyList<string> Images { get; }

    /// <summary>The folders in it, as far as they were looked at.</summary>
    public IReadOnlyList<DataFolder> Folders => _folders;

    /// <summary>Whether images are in it or at any depth below.</summary>
    public bool HasImages => _hasImagesBelow ??= Images.Count > 0 || _folders.Exists(f => f.HasImages);

    /// <summary>What its name says about its split; nothing for the folder that was asked about.</summary>
    public string? Split => Parent is null ? null : SplitWords.SplitOf(Name);

    /// <summary>It and all below, level by level.</summary>
    public IEnumerable<DataFolder> All()
    {
        var level = new List<DataFolder> { this };
        while (level.Count > 0)
        {
            foreach (var folder in level)
            {
                yield return folder;
            }

            level = [.. level.SelectMany(f => f.Folders)];
        }
    }

    /// <summary>It and what it is in, up to the folder that was asked about.</summary>
    public IEnumerable<DataFolder> Up()
    {
        for (var folder = this; folder is not null; folder = folder.Parent)
        {
            yield return folder;
        }
    }

    /// <summary>The full path of a name in it.</summary>
    public string Full(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Reads a folder and those below.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="depth">How many levels below.</param>
    /// <param name="most">How many folders in all.</param>
    /// <param name="missed">Gets what is passed over since it can't be looked at.</param>
    /// <exception cref="IOException">The folder itself can't be read.</exception>
    public static DataFolder Read(string path, int depth, int most, List<Diagnostic> missed)
    {
        var walk = new FolderWalk(path, []);
        var top = Read(walk, path, null);
        if (walk.Unreadable.Count > 0)
        {
            throw new IOException(walk.Unreadable[0].Reason);
        }

        var level = new List<(DataFolder Folder, IReadOnlyList<FolderEntry> Below)> { top };
        for (var (i, seen) = (0, 1); i < depth && level.Count > 0; i++)
        {
            var next = new List<(DataFolder, IReadOnlyList<FolderEntry>)>();
            foreach (var (folder, below) in level)
            {
                foreach (var entry in below.TakeWhile(_ => seen++ < most))
                {
                    var found = Read(walk, entry.Path, folder);
                    folder._folders.Add(found.Folder);
                    next.Add(found);
                }
            }

            level = next;
        }

        missed.AddRange(Missed(walk));
        return top.Folder;
    }

    /// <summary>Whether a name in it is that of a file: opening a pipe or a device can wait for ever.</summary>
    public bool HasFile(string name) => FileFacts.Of(Full(name), follow: true) is { Kind: FileKind.File };

    /// <summary>The first bytes of a file in it, fewer when it is shorter, none when it can't be read.</summary>
    public byte[] Head(string name, int length)
    {
        if (!HasFile(name))
        {
            return [];
        }

        try
        {
            using var file = File.OpenRead(Full(name));
            using Stream content = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress)
                : file;
            var bytes = new byte[length];
            return bytes[..content.ReadAtLeast(bytes, length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Looking only: what can't be read is not recognised.
            return [];
        }
    }

    private static (DataFolder Folder, IReadOnlyList<FolderEntry> Below) Read(FolderWalk walk, string path, DataFolder? parent)
    {
        var content = walk.In(path);
        return (new DataFolder(path, parent, content), [.. content.Where(e => e.IsFolder)]);
    }

    private static IEnumerable<Diagnostic> Missed(FolderWalk walk)
    {
        if (walk.NotText.Count > 0)
        {
            yield return Warning(
                SpecDiagnostics.NamesNotText,
                $"{walk.NotText.Count:N0} {(walk.NotText.Count == 1 ? "name is" : "names are")} not UTF-8, such as this one, and will be refused when the data is read.",
                walk.NotText[0].Path);
        }

        if (walk.Unreadable.Count > 0)
        {
            yield return Warning(
                SpecDiagnostics.FoldersNotReadable,
                $"{walk.Unreadable.Count:N0} {(walk.Unreadable.Count == 1 ? "folder" : "folders")} can't be looked at, such as this one: {walk.Unreadable[0].Reason}",
                walk.Unreadable[0].Path);
        }

        static Diagnostic Warning(DiagnosticCode code, string message, string path) =>
            new(code, DiagnosticSeverity.Warning, message, new SourcePosition(path));
    }
}
