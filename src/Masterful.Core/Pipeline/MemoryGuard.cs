using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>
/// Stops a stage at the first trial that runs out of memory, so that it can be done again in smaller batches. The trial alone can't be
/// repeated so: it would differ in batch and learning rate, not in policy alone, from every trial that it is compared with. Nor its
/// pair alone, when but one arm ran out: each policy of a search is compared with every other, and each bar of the attribution with the
/// next.
/// </summary>
/// <param name="inner">Answers.</param>
internal sealed class MemoryGuard(ITrialRunner inner) : ITrialRunner
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public int Parallelism => inner.Parallelism;

    /// <summary>What the stage used so far.</summary>
    internal LedgerEntry Spent { get; private set; } = new(PipelineStage.Search, 0, 0, 0);

    /// <inheritdoc/>
    /// <exception cref="BatchTooLargeException">The trial ran out of memory, and its batch can be halved.</exception>
    public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        var result = await inner.RunAsync(trial, cancellation).ConfigureAwait(false);
        Charge(1, result.ImagePasses, result.Seconds);
        return result.RanOutOfMemory && trial.Recipe.BatchSize > 1 ? throw new BatchTooLargeException(trial.Recipe.BatchSize) : result;
    }

    /// <inheritdoc/>
    public async Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        var result = await inner.ProbeAsync(probe, cancellation).ConfigureAwait(false);
        Charge(0, result.ImagePasses, result.Seconds);
        return result;
    }

    private void Charge(int trials, long imagePasses, double seconds)
    {
        lock (_gate)
        {
            Spent = new LedgerEntry(Spent.Stage, Spent.Trials + trials, Spent.ImagePasses + imagePasses, Spent.Seconds + seconds);
        }
    }
}

/// <summary>A trial ran out of memory. Caught by whoever set the <see cref="MemoryGuard"/>.</summary>
/// <param name="batchSize">Of the trial.</param>
internal sealed class BatchTooLargeException(int batchSize) : Exception($"Batches of {batchSize} images ran out of memory.")
{
    /// <summary>What the report says of it.</summary>
    internal string Note { get; } =
        $"Batches of {batchSize} images ran out of memory: original and masterful are trained in batches of {batchSize / 2}, at a learning rate lower by the square root of 2.";
}
