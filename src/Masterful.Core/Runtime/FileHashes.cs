using System.Collections.Concurrent;
using System.Security.Cryptography;
using Masterful.Results;

namespace Masterful.Core.Runtime;

/// <summary>
/// SHA-256 of files, remembered by path and <see cref="FileStamp"/> where the stamp proves the content, so that a file is read again only
/// when it is another one or was written to. Where the memory lies must be as safe as what the hashes are for.
/// </summary>
/// <param name="path">Where they are remembered from one start to the next, or null to remember them no longer than this object lives.</param>
public sealed class FileHashes(string? path)
{
    private const long MostBytes = 1L << 30;
    private readonly ConcurrentDictionary<string, (string Stamp, string Hash)> _known = Read(path);
    private volatile bool _isChanged;

    /// <summary>A file's, read only when it is new or has changed.</summary>
    /// <exception cref="IOException">It can't be read, or is written to meanwhile.</exception>
    public async Task<HashedFile> OfAsync(string file, CancellationToken cancellation)
    {
        var reading = DateTimeOffset.UtcNow;
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            var facts = FileFacts.Of(stream.SafeFileHandle);
            return Remembered(file, facts) ?? Remember(file, facts, reading, await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false), stream);
        }
    }

    /// <inheritdoc cref="OfAsync"/>
    public HashedFile Of(string file)
    {
        var reading = DateTimeOffset.UtcNow;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        var facts = FileFacts.Of(stream.SafeFileHandle);
        return Remembered(file, facts) ?? Remember(file, facts, reading, SHA256.HashData(stream), stream);
    }

    /// <summary>Writes what is known, where that is more than before; of files that are gone nothing is kept.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public void Save()
    {
        if (!_isChanged || path is null)
        {
            return;
        }

        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (var (file, known) in _known.Where(k => !k.Key.AsSpan().ContainsAny('\n', '\r') && File.Exists(k.Key)).OrderBy(k => k.Key, StringComparer.Ordinal))
            {
                writer.Write($"{known.Hash} {known.Stamp} {file}\n");
            }
        });
        _isChanged = false;
    }

    private static FileStamp StampOf(FileFacts facts) => new(facts.Volume, facts.Number, facts.Length, facts.Changed);

    private HashedFile? Remembered(string file, FileFacts facts) =>
        _known.TryGetValue(file, out var known) && known.Stamp == StampOf(facts).Text ? new HashedFile(file, facts, known.Hash) : null;

    private HashedFile Remember(string file, FileFacts facts, DateTimeOffset reading, byte[] hash, FileStream stream)
    {
        if (!facts.IsSame(FileFacts.Of(stream.SafeFileHandle)))
        {
            throw new IOException($"{file} was written to while it was read.");
        }

        var text = Convert.ToHexStringLower(hash);
        if (StampOf(facts).Proves(file, reading))
        {
            _known[file] = (StampOf(facts).Text, text);
            _isChanged = true;
        }

        return new HashedFile(file, facts, text);
    }

    private static ConcurrentDictionary<string, (string Stamp, string Hash)> Read(string? path)
    {
        var known = new ConcurrentDictionary<string, (string Stamp, string Hash)>(StringComparer.Ordinal);
        try
        {
            foreach (var line in path is not null && new FileInfo(path) is { Exists: true, Length: < MostBytes } ? File.ReadLines(path) : [])
            {
                if (line.Split(' ', 3) is [{ Length: 64 } hash, var stamp, var file] && hash.All(char.IsAsciiHexDigitLower))
                {
                    known[file] = (stamp, hash);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is not remembered is read again.
        }

        return known;
    }
}

/// <summary>A file as it was when it was hashed.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Facts">What the system told of it.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record HashedFile(string Path, FileFacts Facts, string Sha256);
