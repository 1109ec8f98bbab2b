namespace Masterful.Core.Imaging;

/// <summary>
/// The memory that images may take together while they are decoded: a header of a few bytes can ask for gigabytes, and images are decoded on
/// all cores. Who needs much waits until others are done; who needs more than there is gets nothing.
/// </summary>
/// <param name="bytes">In all.</param>
internal sealed class DecodeMemory(long bytes)
{
    private readonly object _gate = new();
    private long _taken;

    /// <summary>What all decoding of this process shares: 512 MB.</summary>
    public static DecodeMemory Shared { get; } = new(512L << 20);

    /// <summary>In all.</summary>
    public long Bytes => bytes;

    /// <summary>Waits until so much is free.</summary>
    /// <param name="needed">At most <see cref="Bytes"/>.</param>
    public Share Take(long needed)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(needed, bytes);
        lock (_gate)
        {
            while (_taken + needed > bytes)
            {
                Monitor.Wait(_gate);
            }

            _taken += needed;
            return new Share(this, needed);
        }
    }

    private void Give(long share)
    {
        lock (_gate)
        {
            _taken -= share;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>What was taken, until it is disposed.</summary>
    public readonly struct Share(DecodeMemory memory, long bytes) : IDisposable
    {
        /// <summary>Gives it back.</summary>
        public void Dispose() => memory.Give(bytes);
    }
}
