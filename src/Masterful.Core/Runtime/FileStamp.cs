using System.Globalization;
using Masterful.Results;

namespace Masterful.Core.Runtime;

/// <summary>
/// What the operating system tells of a file without reading it, of the file that a path leads to through every link on the way. The time
/// of change (POSIX ctime, ChangeTime of NTFS) is the system's own: whoever sets a file's times, as <c>cp -p</c>, <c>touch -r</c>, rsync and
/// tar do, sets that one to now.
/// </summary>
/// <param name="Volume">The file system that the file is on; 0 where that can't be told.</param>
/// <param name="Number">The file's number in it (inode, file index); 0 where that can't be told.</param>
/// <param name="Length">Bytes; −1 where there is no file.</param>
/// <param name="Changed">When content, times or links were last changed, as <see cref="FileFacts.Changed"/>; 0 where that can't be told.</param>
public readonly record struct FileStamp(ulong Volume, ulong Number, long Length, long Changed)
{
    /// <summary>The coarsest clock of a file system that keeps times of change, with room to spare: NFS 2's tick is a second.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    /// <summary>One line without spaces, equal for equal stamps.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Volume:x}:{Number:x}:{Length}:{Changed}");

    /// <summary>The stamp of what a path leads to. Never throws: what is not there, or not to be looked at, has a length of −1.</summary>
    public static FileStamp Of(string path) => FileFacts.Of(path, follow: true) is { Kind: FileKind.File or FileKind.Folder } facts
        ? new FileStamp(facts.Volume, facts.Number, facts.Length, facts.Changed)
        : new FileStamp(0, 0, -1, 0);

    /// <summary>
    /// Whether the same stamp, found later, proves the same content: the file system keeps a time of change, and the last one is so long ago
    /// that another would have another time. Without that only the content can tell.
    /// </summary>
    /// <param name="path">What the stamp is of.</param>
    /// <param name="reading">When the content that it stands for was begun to be read, or earlier.</param>
    public bool Proves(string path, DateTimeOffset reading) =>
        Number != 0 && Changed != 0 && FileFacts.TimeOf(Changed) < reading - Tick && (ChangeTimes.KeptAt(path, Volume) ?? WasSetApart(path));

    /// <summary>Of a file system that is not known, evidence that it has a time of change: one that the time of writing is not.</summary>
    private bool WasSetApart(string path)
    {
        try
        {
            return File.GetLastWriteTimeUtc(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path) != FileFacts.TimeOf(Changed).UtcDateTime;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
