using System.ComponentModel;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Trials.Workers;

/// <summary>
/// Runs trials in worker processes, one a process at a time, so that each has the random streams of its process to itself: results don't
/// depend on how many workers there are. Workers are started when they are first needed, and no more of them than memory allows. One
/// that dies, hangs or runs out of memory costs its trial one more attempt, on a fresh worker.
/// </summary>
public sealed class WorkerPool : ITrialRunner, IDisposable
{
    private readonly WorkerCommand _command;
    private readonly WorkerPlan _plan;
    private readonly WorkerAssignment _assignment;
    private readonly WorkerLimits _limits;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IProgress<TrialProgress>? _progress;
    private readonly Lock _gate = new();
    private readonly WorkerProcess?[] _workers;
    private readonly bool[] _isTaken;
    private TaskCompletionSource _changed = NewSignal();
    private int _capacity;
    private long _need;
    private bool _toldOfMemory;
    private bool _isDisposed;

    /// <summary>Prepares a pool; no process is started yet.</summary>
    /// <param name="command">Starts a worker.</param>
    /// <param name="plan">How many, and what each computes with.</param>
    /// <param name="dataFingerprint">Of the splits that the workers must find.</param>
    /// <param name="modelFingerprint">Of the model that they must find.</param>
    /// <param name="limits">How patient to be.</param>
    /// <param name="clock">Measures silence.</param>
    /// <param name="logger">Hears of lost workers, and what workers log.</param>
    /// <param name="progress">Told after each epoch of each worker.</param>
    public WorkerPool(
        WorkerCommand command,
        WorkerPlan plan,
        string dataFingerprint,
        string modelFingerprint,
        WorkerLimits limits,
        TimeProvider clock,
        ILogger logger,
        IProgress<TrialProgress>? progress = null)
    {
        (_command, _plan, _limits, _clock, _logger, _progress) = (command, plan, limits, clock, logger, progress);
        (_workers, _isTaken, _capacity, _need) = (new WorkerProcess?[plan.Count], new bool[plan.Count], plan.Count, 0);
        _assignment = new WorkerAssignment
        {
            DataFingerprint = dataFingerprint,
            ModelFingerprint = modelFingerprint,
            EngineVersion = EngineVersion.Current,
            SpareFolder = Path.Combine(Path.GetTempPath(), $"masterful-weights-{Guid.NewGuid():N}"),
        };
    }

    /// <inheritdoc/>
    public int Parallelism => _plan.Count;

    /// <summary>The operating system's numbers of the workers that are there now.</summary>
    internal IReadOnlyList<int> ProcessIds
    {
        get
        {
            lock (_gate)
            {
                return [.. _workers.OfType<WorkerProcess>().Where(w => !w.HasExited).Select(w => w.Id)];
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="DiagnosticException">Workers can't be started, or find other data or another model than the run.</exception>
    public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        var (first, lost) = await AttemptAsync((w, stop) => w.TrainAsync(trial, stop), cancellation).ConfigureAwait(false);
        if (first is { RanOutOfMemory: false })
        {
            return first;
        }

        _logger.LogWarning("The trial of '{Policy}' is tried once more, on a fresh worker: {Reason}", trial.Policy.Name, lost is null ? first!.Failure : Cause.Of(lost));
        (var second, lost) = await AttemptAsync((w, stop) => w.TrainAsync(trial, stop), cancellation).ConfigureAwait(false);
        return second ?? new TrialResult
        {
            Key = TrialKey.Of(trial),
            Status = TrialStatus.Failed,
            Failure = $"Two worker processes were lost over it; the second {lost!.Reason}.",
            FailureIsTransient = true,
        };
    }

    /// <summary>
    /// Operations are shared out: each is measured on the same images with the same draws, whoever measures it. The trial's weights should
    /// be in the cache, else each worker trains them.
    /// </summary>
    /// <inheritdoc/>
    public async Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        var parts = probe.Operations.Chunk((probe.Operations.Count + Parallelism - 1) / Parallelism).Select(o => probe with { Operations = o }).ToList();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asking = parts.ConvertAll(p => ProbePartAsync(p, stop));
        try
        {
            return Join(parts, await Task.WhenAll(asking).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // One part failed and took the others with it: that one has the reason.
            throw asking.Find(a => a.IsFaulted)!.Exception!.InnerException!;
        }
    }

    /// <summary>Ends the workers; cancel what runs first. Checkpoints of trials whose results were handed over go.</summary>
    public void Dispose()
    {
        WorkerProcess[] workers;
        lock (_gate)
        {
            _isDisposed = true;
            workers = [.. _workers.OfType<WorkerProcess>()];
            Array.Clear(_workers);
        }

        Parallel.ForEach(workers, worker =>
        {
            worker.CloseAsync().GetAwaiter().GetResult();
            worker.Dispose();
        });
        if (Directory.Exists(_assignment.SpareFolder))
        {
            Directory.Delete(_assignment.SpareFolder, recursive: true);
        }
    }

    private async Task<DistanceProbeResult> ProbePartAsync(DistanceProbe part, CancellationTokenSource stop)
    {
        try
        {
            var (first, lost) = await AttemptAsync((w, c) => w.ProbeAsync(part, c), stop.Token).ConfigureAwait(false);
            if (first is not null)
            {
                return first;
            }

            _logger.LogWarning("A part of the distance analysis is tried once more, on a fresh worker: {Reason}", Cause.Of(lost!));
            (var second, lost) = await AttemptAsync((w, c) => w.ProbeAsync(part, c), stop.Token).ConfigureAwait(false);
            return second ?? throw new DiagnosticException(
                TrialDiagnostics.WorkerLost, $"Two worker processes were lost over the distance analysis; the second {lost!.Reason}.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One result out of those of the parts; the clean images count once, however many parts measured them.</summary>
    private static DistanceProbeResult Join(List<DistanceProbe> parts, DistanceProbeResult[] results)
    {
        var images = results[0].ImagePasses / (1 + (parts[0].Operations.Count * parts[0].Strengths.Count(s => s != 0)));
        return results[0] with
        {
            Operations = [.. results.SelectMany(r => r.Operations)],
            ImagePasses = results.Sum(r => r.ImagePasses) - ((results.Length - 1) * images),
            Seconds = results.Sum(r => r.Seconds),
        };
    }

    /// <summary>An answer, or how the worker was lost that should have given it.</summary>
    private async Task<(T? Answer, WorkerLostException? Lost)> AttemptAsync<T>(
        Func<IWorker, CancellationToken, Task<WorkerAnswer<T>>> question, CancellationToken cancellation)
        where T : class
    {
        var worker = await TakeAsync(cancellation).ConfigureAwait(false);
        var keeps = false;
        try
        {
            var answer = await worker.AskAsync(question, cancellation).ConfigureAwait(false);
            keeps = answer is not TrialResult { RanOutOfMemory: true };
            if (!keeps)
            {
                MakeRoom();
            }

            return (answer, null);
        }
        catch (WorkerLostException lost)
        {
            if (lost.IsMemory)
            {
                MakeRoom();
            }

            return (null, lost);
        }
        catch (Exception e) when (e is OperationCanceledException or DiagnosticException)
        {
            keeps = true;
            throw;
        }
        finally
        {
            Return(worker, keeps);
        }
    }

    /// <summary>An idle worker, or a fresh one where there is room; else waits for either.</summary>
    private async Task<WorkerProcess> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            var place = -1;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (Idle() is { } idle)
                {
                    _isTaken[idle.Place] = true;
                    return idle;
                }

                if (MayStart())
                {
                    place = Array.IndexOf(_isTaken, false);
                    _isTaken[place] = true;
                }

                changed = _changed.Task;
            }

            if (place >= 0)
            {
                return await StartOrLeaveAsync(place, cancellation).ConfigureAwait(false);
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private WorkerProcess? Idle()
    {
        for (var place = 0; place < _workers.Length; place++)
        {
            if (!_isTaken[place] && _workers[place] is { } worker)
            {
                if (!worker.HasExited)
                {
                    return worker;
                }

                worker.Dispose();
                _workers[place] = null;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether one more worker has room: always for the first. What a worker needs is what the largest has shown; before any has, it is
    /// thought to be much, so that on a small machine the second waits until the first has shown it.
    /// </summary>
    private bool MayStart()
    {
        var taken = _isTaken.Count(t => t);
        if (taken == 0 || taken >= _capacity)
        {
            return taken == 0;
        }

        var alive = _workers.OfType<WorkerProcess>().ToList();
        _need = Math.Max(_need, alive.Where(w => w.IsSettled).Select(w => w.Memory).DefaultIfEmpty().Max());
        var need = _need > 0 ? _need : _limits.ExpectedMemory;
        var unsettled = taken - alive.Count(w => w.IsSettled);
        var fits = _limits.AvailableMemory() - (unsettled * need) >= need;
        if (!fits && unsettled == 0 && !_toldOfMemory)
        {
            _toldOfMemory = true;
            _logger.LogInformation(
                "Memory allows {Workers} of {Planned} workers: one needs {Need:N0} MB.", taken, _plan.Count, need >> 20);
        }

        return fits;
    }

    private async Task<WorkerProcess> StartOrLeaveAsync(int place, CancellationToken cancellation)
    {
        try
        {
            return await StartAsync(place, cancellation).ConfigureAwait(false);
        }
        catch
        {
            lock (_gate)
            {
                _isTaken[place] = false;
            }

            Signal();
            throw;
        }
    }

    private async Task<WorkerProcess> StartAsync(int place, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            WorkerProcess? worker = null;
            var opened = false;
            try
            {
                worker = new WorkerProcess(
                    _command.Start(_plan.Devices[place % _plan.Devices.Count], _plan.Threads), place, _limits, _clock, _logger, _progress);
                worker.Settled += Signal;
                await worker.AskAsync((w, stop) => w.OpenAsync(_assignment, stop), cancellation).ConfigureAwait(false);
                lock (_gate)
                {
                    ObjectDisposedException.ThrowIf(_isDisposed, this);
                    _workers[place] = worker;
                    opened = true;
                }

                return worker;
            }
            catch (Exception e) when (e is WorkerLostException or Win32Exception)
            {
                if (attempt == 2)
                {
                    throw new DiagnosticException(TrialDiagnostics.WorkerLost, $"A worker process can't be started: {Reason(e)}.");
                }

                _logger.LogWarning("A worker process did not start and is started once more: it {Reason}.", Reason(e));
            }
            finally
            {
                if (!opened)
                {
                    worker?.Dispose();
                }
            }
        }
    }

    private static string Reason(Exception e) => e is WorkerLostException lost ? lost.Reason : Cause.Of(e).TrimEnd('.');

    private void Return(WorkerProcess worker, bool keeps)
    {
        if (!keeps)
        {
            worker.Dispose();
        }

        lock (_gate)
        {
            _isTaken[worker.Place] = false;
            if (!keeps && _workers[worker.Place] == worker)
            {
                _workers[worker.Place] = null;
            }
        }

        Signal();
    }

    /// <summary>Fewer workers from now on, where there are several: each has more memory then.</summary>
    private void MakeRoom()
    {
        lock (_gate)
        {
            var taken = _isTaken.Count(t => t);
            if (taken > 1 && taken <= _capacity)
            {
                _capacity = taken - 1;
                _logger.LogWarning("Memory seems to be short: from now on there are at most {Workers} workers.", _capacity);
            }
        }
    }

    private void Signal()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
