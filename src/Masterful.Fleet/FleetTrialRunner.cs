using System.Collections.Concurrent;
using Masterful.Core.Spec;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Fleet;

/// <summary>Runs trials on the machines of a fleet: asks for them in the database and waits for the answers.</summary>
public sealed class FleetTrialRunner : ITrialRunner, IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WorkersInterval = TimeSpan.FromSeconds(10);

    /// <summary>Two attempts of a worker are its own; a trial that fails transiently on one machine is tried on another once.</summary>
    private const int Attempts = 2;

    private readonly FleetDatabase _database;
    private readonly FleetRequests _requests;
    private readonly FleetFiles _files;
    private readonly FleetCapability _capability;
    private readonly string _cache;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IProgress<TrialProgress>? _progress;
    private readonly Guid _coordinator = Guid.NewGuid();
    private readonly ConcurrentDictionary<long, Waiting> _waiting = [];
    private readonly ConcurrentDictionary<Guid, int> _places = [];
    private readonly CancellationTokenSource _end = new();
    private readonly HashSet<Guid> _toldOf = [];
    private readonly ConcurrentDictionary<(int Batch, bool HasTeacher), int> _needed = [];
    private readonly Task _looking;
    private volatile int _slots = 1;
    private volatile int[] _classes = [];
    private bool _toldOfNone;

    /// <summary>Begins to look for answers.</summary>
    /// <param name="database">The fleet's. Not disposed.</param>
    /// <param name="capability">What a worker must be and have.</param>
    /// <param name="cache">Full path of the cache folder, for weights that trials keep.</param>
    /// <param name="clock">Measures pauses.</param>
    /// <param name="logger">Told of workers that can't take part, and of those that were lost.</param>
    /// <param name="progress">Told of epochs.</param>
    public FleetTrialRunner(
        FleetDatabase database, FleetCapability capability, string cache, TimeProvider clock, ILogger logger, IProgress<TrialProgress>? progress = null)
    {
        (_database, _capability, _cache, _clock, _logger, _progress) = (database, capability, cache, clock, logger, progress);
        (_requests, _files) = (new FleetRequests(database), new FleetFiles(database));
        _looking = Task.Run(LookAsync);
    }

    /// <summary>Trials that the workers which are there can run at once; 1 while none is there.</summary>
    public int Parallelism => _slots;

    /// <inheritdoc/>
    public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        var work = FleetWork.Of(trial);
        var carries = $"{(trial.EvaluateTest ? "test " : "")}{(trial.KeepWeights ? "weights" : "")}";
        for (var attempt = 1; ;)
        {
            var memory = MemoryFor(trial);
            var answer = await AskAsync(memory, FleetRequests.Trial, carries, FleetRequests.Write(trial), work, cancellation).ConfigureAwait(false);
            var result = answer.Trial!;
            if (result.RanOutOfMemory && _classes.FirstOrDefault(c => c > Math.Max(answer.MemoryClass, memory - 1)) is > 0 and var larger)
            {
                _needed.AddOrUpdate((trial.Recipe.BatchSize, trial.Teacher is not null), larger, (_, known) => Math.Max(known, larger));
                _logger.LogWarning("The trial of '{Policy}' ran out of memory on a machine of class {Class} and is given to one of class {Larger}.", trial.Policy.Name, answer.MemoryClass, larger);
                continue;
            }

            if (result is { FailureIsTransient: true, RanOutOfMemory: false } && attempt++ < Attempts)
            {
                _logger.LogWarning("The trial of '{Policy}' failed on a machine of the fleet and is tried once more: {Reason}", trial.Policy.Name, result.Failure);
                continue;
            }

            return trial.KeepWeights && result.Status == TrialStatus.Completed ? await WithWeightsAsync(result, cancellation).ConfigureAwait(false) : result;
        }
    }

    /// <inheritdoc/>
    public async Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        var answer = await AskAsync(
            MemoryFor(probe.Trial), FleetRequests.Probe, "", FleetRequests.Write(probe), FleetWork.Of(probe), cancellation).ConfigureAwait(false);
        return answer.Probe!;
    }

    /// <summary>Stops looking. Trials that are still asked for go on.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _end.Dispose();
    }

    private async Task<TrialResult> WithWeightsAsync(TrialResult result, CancellationToken cancellation)
    {
        var path = Path.Combine(_cache, "weights", $"{result.Key}.safetensors");
        var isThere = File.Exists(path) || await _files.GetAsync(FleetFiles.Weights(result.Key), path, null, cancellation).ConfigureAwait(false);
        return result with { WeightsPath = isThere ? path : null };
    }

    /// <summary>
    /// The memory class that a trial is asked for in: what those with no more images a step have turned out to need, as far as such
    /// machines are there.
    /// </summary>
    private int MemoryFor(TrialSpec trial)
    {
        var needed = _needed
            .Where(n => n.Key.Batch <= trial.Recipe.BatchSize && (trial.Teacher is not null || !n.Key.HasTeacher))
            .Select(n => n.Value).DefaultIfEmpty().Max();
        return Math.Min(needed, _classes.LastOrDefault());
    }

    private async Task<FleetAnswer> AskAsync(int memory, string kind, string carries, string body, FleetWork work, CancellationToken cancellation)
    {
        var policy = work.Trained.Policy.Name;
        var id = await _requests.AskAsync(_capability.Queue, memory, work.Key, kind, carries, policy, body, _coordinator, cancellation).ConfigureAwait(false);
        var waiting = _waiting.GetOrAdd(id, _ => new Waiting(TrialKey.Of(work.Trained), policy, work, memory));
        try
        {
            var answer = await waiting.Answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
            return answer.Diagnostics is { } wrong ? throw new DiagnosticException(wrong) : answer;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // A few seconds at most: whoever cancels waits for this, and a database that is away must not keep them.
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await _requests.LeaveAsync(id, _coordinator, soon.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Looks for answers, for signs of life and for workers, until the run ends.</summary>
    private async Task LookAsync()
    {
        try
        {
            await _requests.PruneAsync(TimeSpan.FromDays(7), _end.Token).ConfigureAwait(false);
            var (looked, isFirst) = (_clock.GetTimestamp(), true);
            while (true)
            {
                if (isFirst || _clock.GetElapsedTime(looked) > WorkersInterval)
                {
                    (looked, isFirst) = (_clock.GetTimestamp(), false);
                    await LookForWorkersAsync().ConfigureAwait(false);
                    foreach (var lost in await _requests.RequeueAsync([.. _waiting.Keys], _end.Token).ConfigureAwait(false))
                    {
                        _logger.LogWarning("The queue lost the trial of '{Policy}', which is put into it again.", _waiting.TryGetValue(lost, out var whose) ? whose.Policy : "?");
                    }
                }

                await LookOnceAsync().ConfigureAwait(false);
                await Task.Delay(LookInterval, _clock, _end.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // Those who wait must not wait for ever: they get the reason, a cancellation when the run is over.
            foreach (var waiting in _waiting.Values)
            {
                waiting.Answer.TrySetException(e);
            }

            throw;
        }
    }

    private async Task LookOnceAsync()
    {
        long[] ids = [.. _waiting.Keys];
        if (ids.Length == 0)
        {
            return;
        }

        foreach (var lost in await _requests.RescueAsync(ids, _end.Token).ConfigureAwait(false))
        {
            _logger.LogWarning(
                "A worker was not heard of for {Seconds:0} s: the trial of '{Policy}' is given to another.", _database.Settings.Patience.TotalSeconds, _waiting.TryGetValue(lost, out var whose) ? whose.Policy : "?");
        }

        foreach (var seen in await _requests.LookAsync(ids, _end.Token).ConfigureAwait(false))
        {
            if (!_waiting.TryGetValue(seen.Id, out var waiting))
            {
                continue;
            }

            if (seen.Answer is { } answer)
            {
                Take(answer, waiting);
            }
            else if (FleetRequests.IsEnded(seen.State))
            {
                waiting.Answer.TrySetResult(FleetAnswer.Failed(waiting.Work.Trial, $"{FleetRequests.MostAttempts} workers of the fleet were lost over it."));
            }
            else if (seen.Epoch is { } epoch && epoch.Epoch != waiting.Epoch)
            {
                waiting.Epoch = epoch.Epoch;
                _progress?.Report(new TrialProgress(
                    waiting.Trial, waiting.Policy, new EpochProgress(epoch.Epoch, epoch.Epochs, epoch.Loss, epoch.ImagesPerSecond), _places.GetOrAdd(seen.Worker ?? Guid.Empty, _ => _places.Count)));
            }
        }
    }

    /// <summary>Counts the workers that can take part, and says once of each other one why it can't.</summary>
    private async Task LookForWorkersAsync()
    {
        var workers = await new FleetStatus(_database).WorkersAsync(_end.Token).ConfigureAwait(false);
        var slots = 0;
        var classes = new SortedSet<int>();
        foreach (var worker in workers.Where(w => w.IsAlive))
        {
            if (_capability.Refuses(worker.Capability) is not { } reason)
            {
                slots += worker.Slots;
                classes.Add(worker.MemoryClass);
            }
            else if (_toldOf.Add(worker.Id))
            {
                _logger.LogWarning("{Name} of the fleet can't run this run's trials: {Reason}.", worker.Name, reason);
            }
        }

        _slots = Math.Max(1, slots);
        _classes = [.. classes];
        // What only machines that have left could take is asked for anew, of those that are there.
        foreach (var (id, waiting) in _waiting.Where(w => classes.Count > 0 && w.Value.Memory > classes.Max))
        {
            if (waiting.Answer.TrySetResult(FleetAnswer.Failed(waiting.Work.Trial, "The machines of the fleet that have the memory for it have left.")))
            {
                await _requests.LeaveAsync(id, _coordinator, _end.Token).ConfigureAwait(false);
            }
        }

        if (slots == 0 && !_toldOfNone)
        {
            _toldOfNone = true;
            _logger.LogWarning(
                "No worker of the fleet at {Place} can run this run's trials yet; they wait until one does. Start `dotnet masterful worker --fleet` with this spec on a machine.",
                _database.Settings.Place);
        }
    }

    /// <summary>An answer ends one request: one that is none must not end the others.</summary>
    private void Take(string answer, Waiting waiting)
    {
        try
        {
            waiting.Answer.TrySetResult(FleetAnswer.Read(answer, waiting.Work));
        }
        catch (InvalidDataException e)
        {
            waiting.Answer.TrySetException(new DiagnosticException(
                FleetDiagnostics.NotValid,
                $"The answer in PostgreSQL at {_database.Settings.Place} for '{waiting.Policy}' is not taken: {Cause.Of(e)}. {FleetDiagnostics.NotValid.Remedy}"));
        }
    }

    private sealed record Waiting(string Trial, string Policy, FleetWork Work, int Memory)
    {
        public TaskCompletionSource<FleetAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Epoch { get; set; }
    }
}
