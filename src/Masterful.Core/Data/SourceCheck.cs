using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data;

/// <summary>
/// Holds a file of <c>dataset.sources</c> that is there already against its hash: it may be an earlier version, or another file. What was right
/// is remembered by a small file, as the decoded cache does it, so that a start need not hash gigabytes.
/// </summary>
/// <param name="folder">Where that is kept.</param>
/// <param name="clock">Tells how long ago a file was changed.</param>
internal sealed class SourceCheck(string folder, TimeProvider clock)
{
    private const int BufferLength = 1 << 20;

    /// <summary>What is wrong with the file; null when it is the one that the spec means.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<Diagnostic?> FindAsync(SourceSpec source, SourcePosition position, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var stamp = FileStamp.Of(source.To);
        var memory = Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.To}\n{stamp.Text}")))}.key");
        try
        {
            if (File.Exists(memory) && Same(await File.ReadAllTextAsync(memory, cancellation).ConfigureAwait(false), source))
            {
                return null;
            }

            var reading = clock.GetUtcNow();
            var found = await HashAsync(source.To, progress, cancellation).ConfigureAwait(false);
            if (!Same(found, source))
            {
                return new Diagnostic(
                    DataDiagnostics.SourceDiffers,
                    DiagnosticSeverity.Error,
                    $"{source.To} has the SHA-256 {found}, but dataset.sources says {source.Sha256}. {DataDiagnostics.SourceDiffers.Remedy}",
                    position);
            }

            if (stamp.Proves(source.To, reading))
            {
                AtomicFile.Write(new RootFolder(Path.GetDirectoryName(folder)!).Place(memory), found);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that can't be written is told when images are decoded, a file that can't be read by its reader.
        }

        return null;
    }

    private static bool Same(string hash, SourceSpec source) => hash.Equals(source.Sha256, StringComparison.OrdinalIgnoreCase);

    private static async Task<string> HashAsync(string path, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            var buffer = new byte[BufferLength];
            for (var done = 0L; await file.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var read and > 0;)
            {
                hash.AppendData(buffer, 0, read);
                done += read;
                progress?.Report(new DataProgress("check", Path.GetFileName(path), done, file.Length));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
