using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Data.Readers;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Data;

/// <summary>
/// Decodes each split once. A decoded file's name is the hash of what it was made from: format, shape, and name, length and
/// SHA-256 of each file. So that a start need not hash gigabytes, a small file beside it remembers that name for the same files with
/// the same stamps, where those prove the content.
/// </summary>
/// <param name="folder">Where the files are kept.</param>
/// <param name="clock">Tells how long ago a file was changed.</param>
/// <param name="logger">Told about misses.</param>
internal sealed class DecodedCache(string folder, TimeProvider clock, ILogger logger)
{
    private const string Unreadable = "unreadable";
    private const int CheckStep = 128;
    private readonly List<Diagnostic> _warnings = [];
    private readonly Lock _memory = new();

    /// <summary>What went wrong with the cache itself, without harm to the result.</summary>
    public IReadOnlyList<Diagnostic> Warnings => _warnings;

    /// <summary>The decoded split, from the cache or fresh; kept in memory where the cache can't be written. Several may be opened at once.</summary>
    /// <exception cref="DiagnosticException">The split can't be read, or there is no room for it.</exception>
    public DecodedSplit Open(
        IDatasetReader reader,
        SplitListing listing,
        DatasetFormat format,
        ImageShape shape,
        ImageRules rules,
        IProgress<DataProgress>? progress,
        CancellationToken cancellation)
    {
        var head = Head(listing, format, shape, rules);
        var key = KeyOf(head, listing, progress, cancellation);
        var path = Path.Combine(folder, $"{key}.bin");
        if (TryOpen(path, listing, shape) is { } known)
        {
            NoteUse(path);
            return known;
        }

        var name = listing.Request.Name;
        var total = listing.Labels?.Count;
        logger.LogInformation("Decoding split {Split}", name);
        void Report(int done) => progress?.Report(new DataProgress("decode", name, done, total));
        IReadOnlyList<string> Read(ImageSink sink)
        {
            var classes = reader.Read(listing, sink, cancellation);
            // What is kept under the content's name must be of that content, whoever wrote there meanwhile.
            CheckUnchanged(head, listing, key, cancellation);
            return classes;
        }

        try
        {
            var room = new DecodedRoom(listing, FreeOnDisk(), why => new IOException(why));
            AtomicFile.Write(InCache(path), file => DecodedFile.Write(file, shape, write => new ImageSink(shape, write, Report, room, rules), Read));
            if (TryOpen(path, listing, shape) is { } fresh)
            {
                return fresh;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Readers turn trouble with their files into diagnostics, so this is the cache's.
            WarnNotWritable(e);
        }

        // One split at a time, so that each knows what memory is left.
        lock (_memory)
        {
            var store = new MemoryImageStore(shape);
            using var sink = new ImageSink(shape, store.AddAll, Report, new DecodedRoom(listing, MachineMemory.Available() / 2), rules);
            var classes = Read(sink);
            sink.Settle();
            return new DecodedSplit(listing, store, sink.Labels, sink.Hashes, classes, sink.Sizes) { Traits = sink.Traits, LeftOut = sink.LeftOut };
        }
    }

    /// <summary>Bytes that the cache's disk has left; no end of them where that can't be told.</summary>
    private long FreeOnDisk()
    {
        try
        {
            var place = Path.GetFullPath(folder);
            while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } above)
            {
                place = above;
            }

            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(place)! : place).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }

    /// <summary>A path of this folder, which is one of the cache's and must not lead out of it.</summary>
    private string InCache(string path) => new RootFolder(Path.GetDirectoryName(folder)!).Place(path);

    /// <summary>A file's time is when it was last of use: pruning goes by it.</summary>
    private void NoteUse(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogDebug("The use of {Path} can't be noted: {Reason}", path, Cause.Of(e));
        }
    }

    private DecodedSplit? TryOpen(string path, SplitListing listing, ImageShape shape)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var split = DecodedFile.Open(path, listing, shape);
            if (split is null)
            {
                logger.LogWarning("The cache file {Path} is damaged; it is made anew", path);
            }

            return split;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The cache file {Path} can't be read ({Reason}); it is made anew", path, Cause.Of(e));
            return null;
        }
    }

    private static string Head(SplitListing listing, DatasetFormat format, ImageShape shape, ImageRules rules) =>
        string.Create(CultureInfo.InvariantCulture, $"{DecodedFile.Version}\n{format}\n{shape}\n{listing.Request.Labelled}\n")
        + $"{string.Join('\t', listing.Classes)}\n{string.Join(',', listing.Labels ?? [])}\n{listing.Extra}\n{rules.Key}";

    private string KeyOf(string head, SplitListing listing, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var seen = Hash(head, listing.Files, f => $"{f.Path}\t{f.Stamp.Text}\n");
        var memory = Path.Combine(folder, $"{seen}.key");
        try
        {
            if (File.Exists(memory) && File.ReadAllText(memory) is { Length: 64 } known && known.All(char.IsAsciiHexDigitLower))
            {
                return known;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The cache file {Path} can't be read: {Reason}", memory, Cause.Of(e));
        }

        var reading = clock.GetUtcNow();
        var hashes = HashContents(listing, progress, cancellation);
        var key = ContentKey(head, listing, hashes);
        try
        {
            if (!hashes.Contains(Unreadable) && listing.Files.All(f => f.Stamp.Proves(f.Path, reading)))
            {
                AtomicFile.Write(InCache(memory), key);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WarnNotWritable(e);
        }

        return key;
    }

    private static string ContentKey(string head, SplitListing listing, string[] hashes)
    {
        var position = 0;
        return Hash(head, listing.Files, f => string.Create(CultureInfo.InvariantCulture, $"{f.Name}\t{f.Stamp.Length}\t{hashes[position++]}\n"));
    }

    private void CheckUnchanged(string head, SplitListing listing, string key, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (listing.Files.All(f => f.Stamp.Proves(f.Path, now) && FileStamp.Of(f.Path) == f.Stamp)
            || ContentKey(head, listing, HashContents(listing, null, cancellation)) == key)
        {
            return;
        }

        var changed = listing.Files.FirstOrDefault(f => FileStamp.Of(f.Path) != f.Stamp) ?? listing.Files[0];
        throw new DiagnosticException(
            DataDiagnostics.ChangedWhileRead,
            $"Files of split '{listing.Request.Name}' changed while they were read, this one among them.",
            new SourcePosition(changed.Path));
    }

    private static string Hash(string head, IReadOnlyList<DataFile> files, Func<DataFile, string> line)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(head));
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(line(file)));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static string[] HashContents(SplitListing listing, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var files = listing.Files;
        var hashes = new string[files.Count];
        var done = 0;
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            // Pipes and devices have no length, and opening one can wait for ever; what is not there has none either.
            if (files[i].Stamp.Length <= 0)
            {
                hashes[i] = Unreadable;
                return;
            }

            try
            {
                using var stream = new FileStream(files[i].Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
                hashes[i] = Convert.ToHexStringLower(SHA256.HashData(stream));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Told with all other unreadable files when it is decoded; until then it has no content.
                hashes[i] = Unreadable;
            }

            if (Interlocked.Increment(ref done) is var hashed && hashed % CheckStep == 0)
            {
                progress?.Report(new DataProgress("check", listing.Request.Name, hashed, files.Count));
            }
        });
        return hashes;
    }

    private void WarnNotWritable(Exception e)
    {
        lock (_warnings)
        {
            if (_warnings.Count > 0)
            {
                return;
            }

            _warnings.Add(new Diagnostic(
                DataDiagnostics.CacheNotWritable,
                DiagnosticSeverity.Warning,
                $"Decoded images can't be kept in {folder} ({Cause.Of(e)}); they are held in memory and decoded again next time.",
                new SourcePosition(folder)));
        }
    }
}
