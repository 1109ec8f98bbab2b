using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Fleet.Sharing;

/// <summary>
/// What was fetched from coordinators: files by their SHA-256, and workspaces that are made of them. Several processes may use it at once;
/// it may be deleted when none does.
/// </summary>
/// <param name="folder">Full path.</param>
public sealed partial class ContentCache(string folder)
{
    private const int BufferLength = 1 << 16;
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead;

    /// <summary>The cache folder of trials that run in its workspaces: one for all, so that images are decoded once.</summary>
    public string RunCache => Path.Combine(folder, "cache");

    /// <summary>Whether a file's content is here.</summary>
    internal bool Has(SharedFile file) => new FileInfo(ObjectPath(file.Sha256)) is { Exists: true } found && found.Length == file.Length;

    /// <summary>Fails where the disk has no room.</summary>
    internal void CheckRoom(IEnumerable<SharedFile> files)
    {
        Directory.CreateDirectory(folder);
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
        var temporary = Path.Combine(folder, "incoming", Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(temporary)!);
            await WriteAsync(file, body, temporary, arrived, cancellation).ConfigureAwait(false);
            var path = ObjectPath(file.Sha256);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, OwnerReads);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotKept(Cause.Of(e).TrimEnd('.'));
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The folder with all files of a manifest in their places. What is under its final name is whole.</summary>
    /// <exception cref="DiagnosticException">It can't be made.</exception>
    internal string LayOut(ShareManifest manifest, string name)
    {
        var workspaces = Path.Combine(folder, "workspaces");
        var path = Path.Combine(workspaces, name);
        if (IsWhole(path, manifest))
        {
            return path;
        }

        var temporary = Path.Combine(workspaces, $".{Guid.NewGuid():N}");
        try
        {
            foreach (var file in manifest.Files)
            {
                Place(file, temporary);
            }

            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }

            Directory.Move(temporary, path);
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

    private static async Task WriteAsync(SharedFile file, Stream body, string path, Action<int> arrived, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        await using (target.ConfigureAwait(false))
        {
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

            target.Flush(flushToDisk: true);
        }

        if (Convert.ToHexStringLower(hash.GetCurrentHash()) != file.Sha256)
        {
            throw Wrong(file, "does not have the SHA-256 that was announced");
        }
    }

    private void Place(SharedFile file, string workspace)
    {
        var target = Path.GetFullPath(file.Path, workspace);
        if (!target.StartsWith(workspace + Path.DirectorySeparatorChar, StringComparison.Ordinal))
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

    private static bool IsWhole(string path, ShareManifest manifest) =>
        Directory.Exists(path) && manifest.Files.All(f => new FileInfo(Path.Combine(path, f.Path)) is { Exists: true } found && found.Length == f.Length);

    private string ObjectPath(string sha256) => Path.Combine(folder, "objects", sha256[..2], sha256);

    private static DiagnosticException Wrong(SharedFile file, string problem) => new(
        FleetDiagnostics.ShareNotValid, $"'{SharePath.Shown(file.Path)}' {problem}. {FleetDiagnostics.ShareNotValid.Remedy}");

    private static DiagnosticException NotKept(string problem) => new(FleetDiagnostics.ShareNotKept, $"{problem}. {FleetDiagnostics.ShareNotKept.Remedy}");

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string source, string target);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string target, string source, nint security);
}
