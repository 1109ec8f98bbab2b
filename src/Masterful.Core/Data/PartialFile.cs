using System.Security.Cryptography;
using Masterful.Results;

namespace Masterful.Core.Data;

/// <summary>
/// A file of which a part is there: beside its place, under a name that nobody can guess, locked while it is written. What an earlier
/// process left is gone on with when it is this user's own regular file with no other name: never a link, never a file that stands
/// elsewhere too.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const string Ending = ".part";
    private const int NameLength = 32;
    private readonly string _place;
    private readonly string _path;
    private readonly FileStream _stream;
    private bool _isTaken;

    private PartialFile(string place, string path, FileStream stream) => (_place, _path, _stream) = (place, path, stream);

    /// <summary>Bytes that are there.</summary>
    public long Length => _stream.Length;

    /// <summary>Bytes that the disk has room for besides.</summary>
    public long Room => new DriveInfo(Path.GetDirectoryName(_place)!).AvailableFreeSpace;

    /// <summary>What an earlier process left, the longest where there are several, or a new one; the folder is made.</summary>
    /// <param name="place">Full path of the whole file, in a folder without links: see <see cref="RootFolder.Place"/>.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    public static PartialFile Open(string place)
    {
        var folder = Path.GetDirectoryName(place)!;
        Directory.CreateDirectory(folder);
        var left = Left(place).Select(path => OpenLeft(place, path)).OfType<PartialFile>().OrderByDescending(p => p.Length).ToList();
        foreach (var shorter in left.Skip(1))
        {
            shorter.Clear();
            shorter.Dispose();
        }

        if (left.Count > 0)
        {
            return left[0];
        }

        var path = Path.Combine(folder, $".{Path.GetFileName(place)}.{Guid.NewGuid():N}{Ending}");
        return new PartialFile(place, path, new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous));
    }

    /// <summary>Removes what was left beside a file that is there in the meantime.</summary>
    public static void RemoveLeft(string place)
    {
        foreach (var path in Left(place))
        {
            StagedFile.RemoveIfLeft(path);
        }
    }

    /// <summary>The stream to go on writing to after so many bytes; what came after them is gone.</summary>
    public FileStream From(long start)
    {
        _stream.SetLength(start);
        _stream.Position = start;
        return _stream;
    }

    /// <summary>Forgets all that is there.</summary>
    public void Clear() => _stream.SetLength(0);

    /// <summary>SHA-256 of what is there.</summary>
    public async Task<string> HashAsync(CancellationToken cancellation)
    {
        _stream.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(_stream, cancellation).ConfigureAwait(false));
    }

    /// <summary>Puts it in its place: it is whole.</summary>
    public void Take()
    {
        _stream.Flush(flushToDisk: true);
        if (OperatingSystem.IsWindows())
        {
            _stream.Dispose();
        }

        File.Move(_path, _place, overwrite: true);
        _isTaken = true;
    }

    /// <summary>Lets go of it; it stays for the next process, unless nothing is in it.</summary>
    public void Dispose()
    {
        var isEmpty = !_isTaken && !_stream.SafeFileHandle.IsClosed && _stream.Length == 0;
        _stream.Dispose();
        if (isEmpty)
        {
            File.Delete(_path);
        }
    }

    private static List<string> Left(string place)
    {
        var (start, folder) = ($".{Path.GetFileName(place)}.", Path.GetDirectoryName(place)!);
        return !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder).Where(path => Path.GetFileName(path) is var name
            && name.Length == start.Length + NameLength + Ending.Length && name.StartsWith(start, StringComparison.Ordinal)
            && name.EndsWith(Ending, StringComparison.Ordinal) && name[start.Length..^Ending.Length].All(char.IsAsciiHexDigitLower))];
    }

    private static PartialFile? OpenLeft(string place, string path)
    {
        if (FileFacts.Of(path) is not { Kind: FileKind.File, Links: 1 } seen || seen.Owner != FileFacts.User)
        {
            return null;
        }

        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process fetches the same; each has a file of its own.
            return null;
        }

        // What was opened is what was looked at, and not what a link has put there in between.
        if (FileFacts.Of(stream.SafeFileHandle) is { Links: 1 } opened && opened.IsSame(seen))
        {
            return new PartialFile(place, path, stream);
        }

        stream.Dispose();
        return null;
    }
}
