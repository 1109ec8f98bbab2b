using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace Masterful.Core.Trials.Workers;

/// <summary>
/// The worker's side: runs the trials that the process which started it asks for, one at a time, until that process closes the
/// connection or is no more. libtorch must be loaded, its number of threads set.
/// </summary>
/// <param name="spec">The run's spec, with the run's overrides.</param>
/// <param name="device">Where to train.</param>
/// <param name="clock">Measures durations.</param>
/// <param name="logger">Warned of what can't be written.</param>
public sealed class WorkerServer(MasterfulSpec spec, torch.Device device, TimeProvider clock, ILogger logger) : IWorker
{
    /// <summary>How long a training may take to come to its next step when nobody waits for it any more.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PulseInterval = TimeSpan.FromSeconds(0.5);

    private IWorkerListener? _listener;
    private Opened? _opened;
    private Task _work = Task.CompletedTask;
    private long _batches;
    private long _loaded;
    private long _told;

    /// <summary>Answers until the other side is gone. A training that is under way then stops at its next step; its checkpoint stays.</summary>
    /// <param name="input">What the other side sends.</param>
    /// <param name="output">What it receives; nothing else may be written to it.</param>
    public async Task RunAsync(Stream input, Stream output)
    {
        using var rpc = WorkerConnection.Over(output, input);
        rpc.AddLocalRpcTarget<IWorker>(this, null);
        _listener = rpc.Attach<IWorkerListener>();
        rpc.StartListening();
        using var pulse = new PeriodicTimer(PulseInterval, clock);
        var beating = BeatAsync(pulse);
        await ((Task)rpc.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        pulse.Dispose();
        await beating.ConfigureAwait(false);
        await Task.WhenAny(_work, Task.Delay(Grace, clock)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    async Task<WorkerAnswer<WorkerAssignment>> IWorker.OpenAsync(WorkerAssignment assignment, CancellationToken cancellation) =>
        await AnswerAsync(async () =>
        {
            Expect(assignment.EngineVersion == EngineVersion.Current, $"it is version {EngineVersion.Current}, the run {assignment.EngineVersion}");
            Expect(assignment.ModelFingerprint == ModelBuilder.Fingerprint(spec.Model), "the model is another than when the run began");
            var data = await new DatasetLoader(spec.Runtime.Cache, logger).LoadAsync(spec, new Loading(this), cancellation).ConfigureAwait(false);
            Expect(assignment.DataFingerprint == data.Fingerprint, "the data are others than when the run began");
            _opened = new Opened(data, new LocalTrialRunner(
                data, spec.Model, device, spec.Runtime.Cache, clock, logger, new Epochs(this), new LocalTrialOptions(assignment.SpareFolder, Batch)));
            return assignment;
        }).ConfigureAwait(false);

    /// <inheritdoc/>
    Task<WorkerAnswer<TrialResult>> IWorker.TrainAsync(TrialSpec trial, CancellationToken cancellation) =>
        AnswerAsync(() => _opened!.Runner.RunAsync(trial, cancellation));

    /// <inheritdoc/>
    Task<WorkerAnswer<DistanceProbeResult>> IWorker.ProbeAsync(DistanceProbe probe, CancellationToken cancellation) =>
        AnswerAsync(() => _opened!.Runner.ProbeAsync(probe, cancellation));

    /// <inheritdoc/>
    Task IWorker.CloseAsync()
    {
        _opened?.Runner.Dispose();
        _opened?.Data.Dispose();
        return Task.CompletedTask;
    }

    private Task<WorkerAnswer<T>> AnswerAsync<T>(Func<Task<T>> work)
        where T : class
    {
        var answer = AnswerOfAsync(work);
        _work = answer;
        return answer;
    }

    private static async Task<WorkerAnswer<T>> AnswerOfAsync<T>(Func<Task<T>> work)
        where T : class
    {
        try
        {
            return new WorkerAnswer<T>(await work().ConfigureAwait(false), null);
        }
        catch (DiagnosticException e)
        {
            return new WorkerAnswer<T>(null, e.Diagnostics);
        }
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new DiagnosticException(TrialDiagnostics.WorkerRefuses, $"A worker process can't take part in this run: {otherwise}.");
        }
    }

    private void Batch() => Interlocked.Increment(ref _batches);

    /// <summary>Tells of work that went on since the last time; of silence the other side makes its own picture.</summary>
    private async Task BeatAsync(PeriodicTimer pulse)
    {
        while (await pulse.WaitForNextTickAsync().ConfigureAwait(false))
        {
            var batches = Interlocked.Read(ref _batches);
            var done = batches + Interlocked.Read(ref _loaded);
            if (done != _told)
            {
                _told = done;
                Tell(_listener!.PulseAsync(new WorkerPulse(batches, Environment.WorkingSet)));
                if (_opened?.Runner.UnderWay is { } training)
                {
                    Tell(_listener.EpochAsync(training));
                }
            }
        }
    }

    /// <summary>Nobody to tell is no reason to fail: the end of the connection is noticed elsewhere.</summary>
    private static void Tell(Task sending) => sending.ContinueWith(
        static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>Disposed when the other side closes; when that side is lost, a checkpoint whose result it may not have kept must stay.</summary>
    private sealed record Opened(DatasetSplits Data, LocalTrialRunner Runner);

    private sealed class Epochs(WorkerServer server) : IProgress<TrialProgress>
    {
        public void Report(TrialProgress value) => Tell(server._listener!.EpochAsync(value));
    }

    private sealed class Loading(WorkerServer server) : IProgress<DataProgress>
    {
        public void Report(DataProgress value) => Interlocked.Increment(ref server._loaded);
    }
}
