using System.Collections.Concurrent;
using System.Security.Cryptography;
using Masterful.Core.Runtime;
using Masterful.Results;

namespace Masterful.Fleet.Sharing;

/// <summary>SHA-256 of files, remembered by path and stamp where the stamp proves the content.</summary>
/// <param name="path">Where they are remembered from one start to the next.</param>
internal sealed class FileHashes(string path)
{
    private readonly ConcurrentDictionary<string, (string Stamp, string Hash)> _known = Read(path);

    /// <summary>A file's, read only when it is new or has changed.</summary>
    public async Task<ServedFile> OfAsync(string file, CancellationToken cancellation)
    {
        var (stamp, reading) = (FileStamp.Of(file), DateTimeOffset.UtcNow);
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            var (length, modified) = (stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
            if (_known.TryGetValue(file, out var known) && known.Stamp == stamp.Text)
            {
                return new ServedFile(file, length, modified, known.Hash);
            }

            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false));
            if (stamp.Proves(file, reading))
            {
                _known[file] = (stamp.Text, hash);
            }

            return new ServedFile(file, length, modified, hash);
        }
    }

    /// <summary>Writes what is known.</summary>
    public void Save() => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        foreach (var (file, known) in _known.Where(k => !k.Key.Contains('\n', StringComparison.Ordinal)).OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            writer.Write($"{known.Hash} {known.Stamp} {file}\n");
        }
    });

    private static ConcurrentDictionary<string, (string Stamp, string Hash)> Read(string path)
    {
        var known = new ConcurrentDictionary<string, (string Stamp, string Hash)>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            // A line of an earlier version has another second field, which is no file's stamp.
            if (line.Split(' ', 3) is [{ Length: 64 } hash, var stamp, var file])
            {
                known[file] = (stamp, hash);
            }
        }

        return known;
    }
}

/// <summary>A file as it was when it was hashed.</summary>
internal sealed record ServedFile(string Path, long Length, DateTime Modified, string Sha256);
