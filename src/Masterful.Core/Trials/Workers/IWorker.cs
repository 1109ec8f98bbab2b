using Masterful.Core.Spec;
using StreamJsonRpc;

namespace Masterful.Core.Trials.Workers;

/// <summary>What a worker process answers, one call after another.</summary>
[JsonRpcContract]
internal partial interface IWorker
{
    /// <summary>Loads the data; comes first. A worker of another engine, or that finds other data or another model, refuses.</summary>
    Task<WorkerAnswer<WorkerAssignment>> OpenAsync(WorkerAssignment assignment, CancellationToken cancellation);

    /// <summary>Runs a trial.</summary>
    Task<WorkerAnswer<TrialResult>> TrainAsync(TrialSpec trial, CancellationToken cancellation);

    /// <summary>Probes the model of a trial.</summary>
    Task<WorkerAnswer<DistanceProbeResult>> ProbeAsync(DistanceProbe probe, CancellationToken cancellation);

    /// <summary>Every result is safe and nothing more will be asked: what was kept for the sake of a crash goes.</summary>
    Task CloseAsync();
}

/// <summary>What a worker process tells unasked.</summary>
[JsonRpcContract]
internal partial interface IWorkerListener
{
    /// <summary>The work goes on.</summary>
    Task PulseAsync(WorkerPulse pulse);

    /// <summary>An epoch has ended; or how far the batches of the next one are, as often as there are signs of life.</summary>
    Task EpochAsync(TrialProgress progress);
}

/// <summary>What a worker must find where it is started; both sides are sure then that they speak of the same trials.</summary>
internal sealed record WorkerAssignment
{
    /// <summary>Of the splits.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Of the model.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>The whole version: the two are the same program.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>Full path of the folder for weights that the cache can't keep, the same for all workers of a run.</summary>
    public required string SpareFolder { get; init; }
}

/// <summary>A sign of life: sent when the work went on since the last one.</summary>
/// <param name="Batches">That went through a model since the worker began.</param>
/// <param name="Memory">The worker's resident set now, in bytes.</param>
internal sealed record WorkerPulse(long Batches, long Memory);

/// <summary>An answer, or the diagnostics that stand in its place.</summary>
internal sealed record WorkerAnswer<T>(T? Value, IReadOnlyList<Diagnostic>? Diagnostics)
    where T : class;
