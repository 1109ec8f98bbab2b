using System.Collections.Concurrent;
using Masterful.Core.Evaluation;
using Masterful.Core.Trials;

namespace Masterful.Fleet.Tests;

/// <summary>Takes its time for a trial and then knows a result that depends on the trial alone.</summary>
internal sealed class SleepingRunner(int parallelism, TimeSpan duration) : ITrialRunner
{
    private readonly ConcurrentQueue<long> _seeds = [];
    private int _running;

    public int Parallelism => parallelism;

    /// <summary>Seeds of the trials that were begun.</summary>
    public IReadOnlyCollection<long> Begun => _seeds;

    /// <summary>Trials under way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>No trial goes on before this is over.</summary>
    public Task Held { get; init; } = Task.CompletedTask;

    /// <summary>Where weights that a trial keeps are written, or null.</summary>
    public string? Weights { get; init; }

    /// <summary>Does something before a trial; may throw.</summary>
    public Action<TrialSpec>? OnBegin { get; init; }

    /// <summary>Trials that this machine has no memory for.</summary>
    public Func<TrialSpec, bool> IsTooLarge { get; init; } = _ => false;

    public static TrialResult ResultOf(TrialSpec trial) => new()
    {
        Key = TrialKey.Of(trial),
        Status = TrialStatus.Completed,
        SelectLoss = 1.0 / (trial.Seed + 3),
        SelectError = 0.1 + 0.2,
        RawSelectLoss = Math.PI * trial.Seed,
        EpochLosses = [0.1, double.NaN, 1 / 3.0],
        Select = new Predictions([0.1f, float.MinValue, 1 / 3f, trial.Seed], 2, [0, 1]),
        Test = trial.EvaluateTest ? new Predictions([float.Epsilon, -0f], 2, [1]) : null,
        ImagePasses = 12345678901,
        Seconds = 0.25,
        PeakMemory = 1L << 40,
    };

    public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        _seeds.Enqueue(trial.Seed);
        OnBegin?.Invoke(trial);
        Interlocked.Increment(ref _running);
        try
        {
            await Held.WaitAsync(cancellation);
            await Task.Delay(duration, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }

        if (IsTooLarge(trial))
        {
            return new TrialResult { Key = TrialKey.Of(trial), Status = TrialStatus.Failed, Failure = "CUDA out of memory", FailureIsTransient = true, RanOutOfMemory = true };
        }

        if (!trial.KeepWeights)
        {
            return ResultOf(trial);
        }

        var path = Path.Combine(Weights!, "weights", $"{TrialKey.Of(trial)}.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * trial.Seed))], cancellation);
        return ResultOf(trial) with { WeightsPath = path };
    }

    public Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation) => Task.FromResult(
        new DistanceProbeResult(0.5, 0.1, [.. probe.Operations.Select(o => new OperationDistance(o, [.. probe.Strengths.Select(s => s / 3)], [0.1]))], 7, 0.5));
}
