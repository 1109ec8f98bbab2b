namespace Masterful.Core.Trials.Workers;

/// <summary>How patient one is with worker processes.</summary>
public sealed record WorkerLimits
{
    /// <summary>
    /// A worker that puts no batch through its model for so long hangs: the slowest step of a large model on one thread takes half a
    /// minute.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a worker may take to stop when it is asked to; then it is ended.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that this machine has left for more workers.</summary>
    public Func<long> AvailableMemory { get; init; } = Runtime.MachineMemory.Available;

    /// <summary>Bytes that a worker is thought to need while none has shown it.</summary>
    public long ExpectedMemory { get; init; } = 2L << 30;
}
