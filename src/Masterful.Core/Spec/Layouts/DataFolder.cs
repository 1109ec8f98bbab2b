namespace Masterful.Core.Spec.Layouts;

/// <summary>A folder as a layout looks at it: the names in it, sorted, hidden ones left out, and no more than a limit of them.</summary>
internal sealed class DataFolder(string path)
{
    private const int MaximumEntries = 20_000;
    private static readonly EnumerationOptions Visible = new() { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System, IgnoreInaccessible = true };

    /// <summary>Full path.</summary>
    public string Path => path;

    /// <summary>Names of the files in it.</summary>
    public IReadOnlyList<string> Files { get; } = Names(Directory.EnumerateFiles(path, "*", Visible));

    /// <summary>Names of the folders in it.</summary>
    public IReadOnlyList<string> Folders { get; } = Names(Directory.EnumerateDirectories(path, "*", Visible));

    /// <summary>Names of the images in it.</summary>
    public IEnumerable<string> Images => Files.Where(ImageNames.IsImage);

    /// <summary>The folder of this name in it.</summary>
    public DataFolder Below(string name) => new(Full(name));

    /// <summary>The full path of a name in it.</summary>
    public string Full(string name) => System.IO.Path.Combine(path, name);

    /// <summary>The first bytes of a file in it, fewer when it is shorter, none when it can't be read.</summary>
    public byte[] Head(string name, int length)
    {
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

    private static List<string> Names(IEnumerable<string> entries) =>
        [.. entries.Take(MaximumEntries).Select(e => System.IO.Path.GetFileName(e)).Order(StringComparer.Ordinal)];
}
