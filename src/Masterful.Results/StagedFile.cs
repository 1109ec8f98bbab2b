using System.Text.RegularExpressions;

namespace Masterful.Results;

/// <summary>
/// A file that is written beside its place, under a name that nobody can guess, and takes its place when it is whole. Whatever stands
/// there, a link too, is replaced and never written through. While it is written it is locked, so that one that a kill has left behind
/// can be told from one that another process writes.
/// </summary>
public sealed partial class StagedFile : IDisposable
{
    private readonly string _place;
    private readonly string _temporary;
    private bool _isTaken;

    private StagedFile(string place, string temporary, FileStream stream) => (_place, _temporary, Stream) = (place, temporary, stream);

    /// <summary>What is written to.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins a file; the folders above it are made.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="folder">Where it is written, on the same volume; by default beside its place.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    public static StagedFile Create(string path, string? folder = null)
    {
        var place = Path.GetFullPath(path);
        folder ??= Path.GetDirectoryName(place)!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(place)}.{Environment.ProcessId:x}-{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            return new StagedFile(place, temporary, new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{path} can't be written: {Cause.Of(e)}", e);
        }
    }

    /// <summary>Flushes it to the disk and puts it in its place.</summary>
    /// <exception cref="IOException">The disk is full or not writable; what was there before is untouched.</exception>
    public void Take()
    {
        try
        {
            Stream.Flush(flushToDisk: true);
            if (OperatingSystem.IsWindows())
            {
                // Others could not read it while it is open for writing.
                Stream.Dispose();
            }

            File.Move(_temporary, _place, overwrite: true);
            _isTaken = true;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{_place} can't be written: {Cause.Of(e)}", e);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Removes it, unless it has taken its place.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // What is left in its buffer does not fit the disk; it is removed anyway.
        }

        if (!_isTaken)
        {
            File.Delete(_temporary);
        }
    }

    /// <summary>Removes what processes that were killed have left in a folder; what is being written stays. Never fails.</summary>
    /// <param name="folder">Its files; not those of folders in it.</param>
    public static void RemoveLeftovers(string folder)
    {
        foreach (var file in Left(folder, ".*.tmp").Where(f => Name().IsMatch(Path.GetFileName(f))))
        {
            RemoveIfLeft(file);
        }
    }

    /// <summary>Removes a file, unless it is one that another process writes, or a link.</summary>
    /// <returns>Whether it is gone.</returns>
    public static bool RemoveIfLeft(string file)
    {
        try
        {
            if (FileFacts.Of(file) is not { Kind: FileKind.File })
            {
                return false;
            }

            // Whoever writes it has it open; the system would let Unix delete it all the same.
            using var alone = new FileStream(file, FileMode.Open, FileAccess.Read, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);
            File.Delete(file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] Left(string folder, string pattern)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFiles(folder, pattern, new EnumerationOptions { AttributesToSkip = FileAttributes.Directory }) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [GeneratedRegex(@"^\..+\.[0-9a-f]+-[0-9a-f]{32}\.tmp$", RegexOptions.Singleline)]
    private static partial Regex Name();
}
