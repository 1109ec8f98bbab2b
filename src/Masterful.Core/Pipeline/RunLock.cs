using System.Globalization;
using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Pipeline;

/// <summary>
/// Keeps two runs out of one cache folder: they would train the same trials twice and write each other's checkpoints. The operating
/// system lets go of the lock when its process ends, however it ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string LockName = "run.lock";
    private const string HolderName = "run.holder";
    private readonly FileStream? _stream;

    private RunLock(FileStream? stream) => _stream = stream;

    /// <summary>Takes the lock of a cache folder. A folder that can't be written needs none: nothing is kept there.</summary>
    /// <exception cref="DiagnosticException">Another run has it; the message says which.</exception>
    internal static RunLock Acquire(string cache, DateTimeOffset now, ILogger logger)
    {
        var path = Path.Combine(cache, LockName);
        var holder = Path.Combine(cache, HolderName);
        try
        {
            Directory.CreateDirectory(cache);
            if (FileFacts.Of(path) is { Kind: FileKind.Link })
            {
                logger.LogWarning("The cache folder {Cache} can't be locked: {Path} is a link", cache, path);
                return new RunLock(null);
            }

            var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            AtomicFile.Write(holder, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}, started {now:u}"));
            return new RunLock(stream);
        }
        catch (UnauthorizedAccessException e)
        {
            logger.LogWarning("The cache folder {Cache} can't be written: {Reason}", cache, Cause.Of(e));
        }
        catch (IOException) when (File.Exists(path) && IsHeld(path))
        {
            throw new DiagnosticException(
                PipelineDiagnostics.CacheInUse, $"Another run is using {cache} ({Holder(holder)}).", new SourcePosition(path));
        }
        catch (IOException e)
        {
            logger.LogWarning("The cache folder {Cache} can't be locked: {Reason}", cache, Cause.Of(e));
        }

        return new RunLock(null);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();

    private static bool IsHeld(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "which one is not known";
        }
    }
}
