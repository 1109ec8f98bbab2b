using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Masterful.Results;

namespace Masterful.Fleet.Sharing;

/// <summary>SHA-256 of files, remembered by path, length and time of the last change.</summary>
/// <param name="path">Where they are remembered from one start to the next.</param>
internal sealed class FileHashes(string path)
{
    private readonly ConcurrentDictionary<string, (long Length, long Modified, string Hash)> _known = Read(path);

    /// <summary>A file's, read only when it is new or has changed.</summary>
    public async Task<ServedFile> OfAsync(string file, CancellationToken cancellation)
    {
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            var (length, modified) = (stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
            if (!_known.TryGetValue(file, out var known) || known.Length != length || known.Modified != modified.Ticks)
            {
                known = (length, modified.Ticks, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false)));
                _known[file] = known;
            }

            return new ServedFile(file, length, modified, known.Hash);
        }
    }

    /// <summary>Writes what is known.</summary>
    public void Save() => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        foreach (var (file, known) in _known.Where(k => !k.Key.Contains('\n', StringComparison.Ordinal)).OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{known.Hash} {known.Length} {known.Modified} {file}\n"));
        }
    });

    private static ConcurrentDictionary<string, (long Length, long Modified, string Hash)> Read(string path)
    {
        var known = new ConcurrentDictionary<string, (long Length, long Modified, string Hash)>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            if (line.Split(' ', 4) is [{ Length: 64 } hash, var length, var modified, var file]
                && long.TryParse(length, CultureInfo.InvariantCulture, out var bytes) && long.TryParse(modified, CultureInfo.InvariantCulture, out var ticks))
            {
                known[file] = (bytes, ticks, hash);
            }
        }

        return known;
    }
}

/// <summary>A file as it was when it was hashed.</summary>
internal sealed record ServedFile(string Path, long Length, DateTime Modified, string Sha256);
