using Masterful.Results;

namespace Masterful.Tool.Output;

/// <summary>Keeps <c>progress.json</c> in a cache folder while a run uses it, for the front-end. Dispose removes it.</summary>
/// <param name="cache">The cache folder.</param>
/// <param name="clock">Tells when to write again.</param>
internal sealed class ProgressRecord(string cache, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly string _path = Path.Combine(cache, ProgressFile.Name);
    private readonly Lock _gate = new();
    private long _written;

    /// <summary>Notes where the work is; most calls are dropped. A cache that can't be written has no front-end to tell.</summary>
    public void Note(ProgressFile progress)
    {
        lock (_gate)
        {
            if (_written != 0 && clock.GetElapsedTime(_written) < Interval)
            {
                return;
            }

            _written = clock.GetTimestamp();
            Try(() => ResultFiles.Write(_path, progress with { ProcessId = Environment.ProcessId, Updated = clock.GetUtcNow() }, ResultFiles.Compact));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_written != 0)
            {
                Try(() => File.Delete(_path));
            }
        }
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without the file the front-end shows no run under way; the run itself goes on.
        }
    }
}
