using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Masterful.Core.Data;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Fleet.Sharing;

/// <summary>
/// What was fetched from coordinators: files by their SHA-256, and workspaces that are made of them. A file is known by its content: one
/// that is damaged, or was put there by something else, is fetched again. Several processes may use it at once; it may be deleted when
/// none does.
/// </summary>
/// <param name="folder">Full path; nobody else may write there, since models are loaded from it.</param>
public sealed partial class ContentCache(string folder)
{
    private const int BufferLength = 1 << 16;
    private const string LockEnding = ".lock";
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead;
    private readonly RootFolder _root = new(folder);
    private readonly FileHashes _hashes = new(Path.Combine(folder, "hashes.txt"));

    private string Incoming => Path.Combine(folder, "incoming");

    private string Workspaces => Path.Combine(folder, "workspaces");

    /// <summary>The cache folder of trials that run in its workspaces: one for all, so that images are decoded once.</summary>
    public string RunCache => Path.Combine(folder, "cache");

    /// <summary>Whether a file's content is here. It is read once, and again when the file is no longer the same.</summary>
    /// <exception cref="DiagnosticException">It can't be looked at.</exception>
    internal bool Has(SharedFile file)
    {
        try
        {
            var path = ObjectPath(file.Sha256);
            return FileFacts.Of(path) is { Kind: FileKind.File } facts && facts.Length == file.Length && _hashes.Of(path).Sha256 == file.Sha256;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotKept(Cause.Of(e).TrimEnd('.'));
        }
    }

    /// <summary>Removes what processes that were killed have left, and fails where the disk has no room.</summary>
    internal void CheckRoom(IEnumerable<SharedFile> files)
    {
        Directory.CreateDirectory(folder);
        StagedFile.RemoveLeftovers(Incoming);
        RemoveUnfinishedWorkspaces();
        var room = new DriveInfo(folder).AvailableFreeSpace;
        var needed = files.Aggregate(UInt128.Zero, (sum, f) => sum + (ulong)f.Length);
        if (needed > (ulong)room)
        {
            throw NotKept($"{needed:N0} bytes are to be fetched, and {folder} has room for {room:N0}");
        }
    }

    /// <summary>Takes a file in: under its final name only when length and SHA-256 are right.</summary>
    /// <exception cref="DiagnosticException">It is another file, or the disk is full.</exception>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    internal async Task TakeAsync(SharedFile file, Stream body, Action<int> arrived, CancellationToken cancellation)
    {
        try
        {
            var path = ObjectPath(file.Sha256);
            using var staged = StagedFile.Create(path, Incoming);
            await WriteAsync(file, body, staged.Stream, arrived, cancellation).ConfigureAwait(false);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(staged.Stream.SafeFileHandle, OwnerReads);
            }

            staged.Take();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotKept(Cause.Of(e).TrimEnd('.'));
        }
    }

    /// <summary>The folder with all files of a manifest in their places. What is under its final name is whole.</summary>
    /// <exception cref="DiagnosticException">It can't be made.</exception>
    internal string LayOut(ShareManifest manifest, string name)
    {
        var path = Path.Combine(Workspaces, name);
        var temporary = Path.Combine(Workspaces, $".{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_root.Place(path))!);
            if (!IsWhole(path, manifest))
            {
                using var building = new FileStream($"{temporary}{LockEnding}", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
                Build(manifest, temporary, path);
            }

            _hashes.Save();
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process may have been faster with the same.
            return IsWhole(path, manifest) ? path : throw NotKept(Cause.Of(e).TrimEnd('.'));
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private void Build(ShareManifest manifest, string temporary, string path)
    {
        foreach (var file in manifest.Files)
        {
            Place(file, temporary);
        }

        if (FileFacts.Of(path) is { Kind: not FileKind.Folder })
        {
            File.Delete(path);
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Directory.Move(temporary, path);
    }

    private void RemoveUnfinishedWorkspaces()
    {
        foreach (var left in Directory.Exists(Workspaces) ? Directory.GetDirectories(Workspaces, ".*").Where(d => Unfinished().IsMatch(Path.GetFileName(d))) : [])
        {
            if (!File.Exists(left + LockEnding) || StagedFile.RemoveIfLeft(left + LockEnding))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }

    private static async Task WriteAsync(SharedFile file, Stream body, FileStream target, Action<int> arrived, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferLength];
        var left = file.Length;
        while (await SourceFetcher.ReadAsync(body, buffer, cancellation).ConfigureAwait(false) is var read and > 0)
        {
            left -= read;
            if (left < 0)
            {
                throw Wrong(file, "is longer than announced");
            }

            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            arrived(read);
        }

        if (left > 0)
        {
            throw new HttpRequestException($"'{SharePath.Shown(file.Path)}' ended {left:N0} bytes early.");
        }

        if (Convert.ToHexStringLower(hash.GetCurrentHash()) != file.Sha256)
        {
            throw Wrong(file, "does not have the SHA-256 that was announced");
        }
    }

    private void Place(SharedFile file, string workspace)
    {
        var target = Path.GetFullPath(file.Path, workspace);
        if (RootFolder.Below(workspace, target) is null or ".")
        {
            throw Wrong(file, "leads out of the workspace");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var source = ObjectPath(file.Sha256);
        // File systems without hard links, and files with more of them than a file system allows, take a copy.
        if (!(OperatingSystem.IsWindows() ? CreateHardLink(target, source, 0) : Link(source, target) == 0))
        {
            File.Copy(source, target, overwrite: false);
        }
    }

    /// <summary>Whether every file of a workspace is the one that was proven, and no folder on the way is a link.</summary>
    private bool IsWhole(string path, ShareManifest manifest)
    {
        var folders = manifest.Files.Select(f => Path.GetDirectoryName(Path.Combine(path, f.Path))!).Distinct();
        return FileFacts.Of(path) is { Kind: FileKind.Folder } && folders.All(f => HasNoLink(path, f))
            && manifest.Files.All(f => IsProven(Path.Combine(path, f.Path), f));
    }

    private static bool HasNoLink(string workspace, string below)
    {
        for (var at = below; at.Length > workspace.Length; at = Path.GetDirectoryName(at)!)
        {
            if (FileFacts.Of(at) is not { Kind: FileKind.Folder })
            {
                return false;
            }
        }

        return true;
    }

    private bool IsProven(string path, SharedFile file)
    {
        if (FileFacts.Of(path) is not { Kind: FileKind.File } facts || facts.Length != file.Length)
        {
            return false;
        }

        return (FileFacts.Of(ObjectPath(file.Sha256)) is { } proven && (proven.Volume, proven.Number) == (facts.Volume, facts.Number))
            || _hashes.Of(path).Sha256 == file.Sha256;
    }

    private string ObjectPath(string sha256) => _root.Place(Path.Combine("objects", sha256[..2], sha256));

    private static DiagnosticException Wrong(SharedFile file, string problem) => new(
        FleetDiagnostics.ShareNotValid, $"'{SharePath.Shown(file.Path)}' {problem}. {FleetDiagnostics.ShareNotValid.Remedy}");

    private static DiagnosticException NotKept(string problem) => new(FleetDiagnostics.ShareNotKept, $"{problem}. {FleetDiagnostics.ShareNotKept.Remedy}");

    [GeneratedRegex("^\\.[0-9a-f]{32}$")]
    private static partial Regex Unfinished();

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string source, string target);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string target, string source, nint security);
}
