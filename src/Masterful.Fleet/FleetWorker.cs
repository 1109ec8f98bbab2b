using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Common;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Fleet;

/// <summary>
/// A machine of the fleet: takes requests from its queue, as many at once as its runner has processes, and runs them. Weights that a
/// trial builds on are fetched first; weights that it keeps, and its checkpoint as it grows, are handed over.
/// </summary>
public sealed class FleetWorker : IProgress<TrialProgress>
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(2);

    /// <summary>Handing checkpoints over takes up a twentieth of the time at most, however large they are and slow the database is.</summary>
    private const int HandOverSpacing = 19;

    private static readonly TimeSpan RegisterInterval = TimeSpan.FromSeconds(5);

    private readonly FleetDatabase _database;
    private readonly FleetRequests _requests;
    private readonly FleetFiles _files;
    private readonly FleetCapability _capability;
    private readonly FleetWorkerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, EpochReport> _epochs = [];
    private ITrialRunner? _runner;

    /// <summary>Prepares a worker.</summary>
    /// <param name="database">The fleet's.</param>
    /// <param name="capability">What this machine is and has.</param>
    /// <param name="options">Its name and folders.</param>
    /// <param name="clock">Measures pauses.</param>
    /// <param name="logger">Told of each request.</param>
    public FleetWorker(FleetDatabase database, FleetCapability capability, FleetWorkerOptions options, TimeProvider clock, ILogger logger) =>
        (_database, _requests, _files, _capability, _options, _clock, _logger) =
        (database, new FleetRequests(database), new FleetFiles(database), capability, options, clock, logger);

    /// <summary>This process, to the fleet.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>Works until it is cancelled; trials under way are then handed back with their checkpoints.</summary>
    /// <param name="runner">Runs the trials. It tells this object, as a progress, of its epochs.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DiagnosticException">The database was lost.</exception>
    public async Task RunAsync(ITrialRunner runner, CancellationToken cancellation)
    {
        _runner = runner;
        var server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                ServerName = $"{_options.Name}:{Id:N}",
                WorkerCount = runner.Parallelism,
                Queues = MemoryClass.QueuesOf(_capability.Queue, _options.MemoryClass),
                Activator = new Activator(this),
                // Nothing of Hangfire's but the counts by hour that its pages draw.
                FilterProvider = new JobFilterProviderCollection(new JobFilterCollection { new StatisticsHistoryAttribute(), new QueueGuard(_logger) }),
                StopTimeout = TimeSpan.Zero,
                ShutdownTimeout = _options.StopTimeout,
                ServerTimeout = _database.Settings.Patience,
                HeartbeatInterval = TimeSpan.FromSeconds(Math.Min(30, _database.Settings.Patience.TotalSeconds / 4)),
                CancellationCheckInterval = BeatInterval,
            },
            _database.Queue);
        try
        {
            _logger.LogInformation(
                "{Name} works for the fleet at {Place}: {Slots} trials at once on {Device}, queue {Queue}, memory class {Memory}. Ctrl-C ends it.",
                _options.Name, _database.Settings.Place, runner.Parallelism, _capability.Device, _capability.Queue, _options.MemoryClass);
            while (true)
            {
                await RegisterAsync(cancellation).ConfigureAwait(false);
                await Task.Delay(RegisterInterval, _clock, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _logger.LogInformation("{Name} leaves the fleet", _options.Name);
        }
        finally
        {
            server.SendStop();
            await Task.Run(server.Dispose, CancellationToken.None).ConfigureAwait(false);
            await _database.ExecuteAsync("DELETE FROM workers WHERE id = @id", CancellationToken.None, ("id", Id)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Report(TrialProgress value) => _epochs[value.Key] = new EpochReport(value.Epoch.Epoch, value.Epoch.Epochs, value.Epoch.Loss, value.Epoch.ImagesPerSecond);

    /// <summary>Works on a request, if it is still there to be worked on.</summary>
    internal async Task WorkAsync(long request, CancellationToken stop)
    {
        if (await _requests.ClaimAsync(request, Id, stop).ConfigureAwait(false) is not { } claim)
        {
            return;
        }

        FleetWork work;
        try
        {
            work = FleetWork.Read(claim);
        }
        catch (InvalidDataException e)
        {
            await RefuseAsync(claim, Cause.Of(e)).ConfigureAwait(false);
            return;
        }

        using var span = Telemetry.StartWork(claim.Kind, claim.Key, claim.Trace, claim.Waited);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var trained = work.Trained;
        _logger.LogInformation("{Kind} of '{Policy}' begins ({Key})", claim.Kind, trained.Policy.Name, claim.Key[..12]);
        var checkpoint = new HandedOver();
        var beating = BeatAsync(claim, TrialKey.Of(trained), checkpoint, end);
        var handedOver = false;
        try
        {
            var answer = (await AnswerAsync(claim, work, end.Token).ConfigureAwait(false)) with { MemoryClass = _options.MemoryClass };
            if (answer.Trial is { WeightsPath: { } weights } result)
            {
                await _files.PutAsync(FleetFiles.Weights(result.Key), weights, Id, end.Token).ConfigureAwait(false);
            }

            var isFinal = answer.Diagnostics is null && answer.Trial is not { FailureIsTransient: true };
            handedOver = await _requests.FinishAsync(claim, answer, isFinal, CancellationToken.None).ConfigureAwait(false);
            _logger.LogInformation("{Kind} of '{Policy}' {Outcome}", claim.Kind, trained.Policy.Name, handedOver ? "is done" : "is done, but had been given to another");
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            _logger.LogInformation("{Kind} of '{Policy}' is stopped", claim.Kind, trained.Policy.Name);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await EndAsync(claim, TrialKey.Of(trained), checkpoint, handedOver).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a request that can't be worked on by any machine, so that it does not go round the fleet.</summary>
    private async Task RefuseAsync(FleetClaim claim, string reason)
    {
        _logger.LogWarning("Request {Request} of the fleet's database is refused: {Reason}.", claim.Id, reason);
        var refusal = new Diagnostic(FleetDiagnostics.NotValid, DiagnosticSeverity.Error, $"A request was refused by {_options.Name}: {reason}. {FleetDiagnostics.NotValid.Remedy}");
        await _requests.FinishAsync(claim, new FleetAnswer(null, null, [refusal]), isFinal: false, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<FleetAnswer> AnswerAsync(FleetClaim claim, FleetWork work, CancellationToken stop)
    {
        try
        {
            if (work.Trial is { } trial)
            {
                if (trial.Teacher is { } teacher)
                {
                    await FetchWeightsAsync(TrialKey.Of(teacher), stop).ConfigureAwait(false);
                }

                if (claim.Attempts > 1)
                {
                    await _files.GetAsync(FleetFiles.Checkpoint(TrialKey.Of(trial)), CheckpointPath(TrialKey.Of(trial)), Id, stop).ConfigureAwait(false);
                }

                return new FleetAnswer(await _runner!.RunAsync(trial, stop).ConfigureAwait(false), null, null);
            }

            await FetchWeightsAsync(TrialKey.Of(work.Trained), stop).ConfigureAwait(false);
            return new FleetAnswer(null, await _runner!.ProbeAsync(work.Probe!, stop).ConfigureAwait(false), null);
        }
        catch (DiagnosticException e) when (e.Diagnostics[0].Code != FleetDiagnostics.Lost)
        {
            return new FleetAnswer(null, null, e.Diagnostics);
        }
        catch (Exception e) when (e is not OperationCanceledException and not DiagnosticException)
        {
            // A fault of this machine must not go round the fleet for ever.
            _logger.LogError(e, "A request failed here");
            return FleetAnswer.Failed(work.Trial, $"It failed on {_options.Name}: {Cause.Of(e)}");
        }
    }

    private async Task FetchWeightsAsync(string key, CancellationToken stop)
    {
        var path = Path.Combine(_options.Cache, "weights", $"{key}.safetensors");
        if (!File.Exists(path))
        {
            await _files.GetAsync(FleetFiles.Weights(key), path, null, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Tells that the work goes on, hands the checkpoint over when there is a new one, and stops work that nobody wants any more.</summary>
    private async Task BeatAsync(FleetClaim claim, string trial, HandedOver checkpoint, CancellationTokenSource end)
    {
        while (true)
        {
            await Task.Delay(BeatInterval, _clock, end.Token).ConfigureAwait(false);
            _epochs.TryGetValue(trial, out var epoch);
            if (!await _requests.BeatAsync(claim, epoch, end.Token).ConfigureAwait(false))
            {
                await end.CancelAsync().ConfigureAwait(false);
                return;
            }

            await HandOverAsync(trial, checkpoint, isLast: false, end.Token).ConfigureAwait(false);
        }
    }

    private async Task HandOverAsync(string trial, HandedOver checkpoint, bool isLast, CancellationToken stop)
    {
        var file = new FileInfo(CheckpointPath(trial));
        if (!file.Exists || file.LastWriteTimeUtc == checkpoint.Written || (!isLast && _clock.GetUtcNow() < checkpoint.Next))
        {
            return;
        }

        var begun = _clock.GetTimestamp();

        try
        {
            await _files.PutAsync(FleetFiles.Checkpoint(trial), file.FullName, Id, stop).ConfigureAwait(false);
            checkpoint.Written = file.LastWriteTimeUtc;
            checkpoint.Next = _clock.GetUtcNow() + (_clock.GetElapsedTime(begun) * HandOverSpacing);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // The training ended meanwhile and took its checkpoint along.
        }
    }

    private async Task EndAsync(FleetClaim claim, string trial, HandedOver checkpoint, bool isDone)
    {
        _epochs.TryRemove(trial, out _);
        if (isDone)
        {
            if (checkpoint.Written is not null || claim.Attempts > 1)
            {
                await _files.DeleteAsync(FleetFiles.Checkpoint(trial), CancellationToken.None).ConfigureAwait(false);
            }

            return;
        }

        if (await _requests.IsLatestAsync(claim, CancellationToken.None).ConfigureAwait(false))
        {
            await HandOverAsync(trial, checkpoint, isLast: true, CancellationToken.None).ConfigureAwait(false);
        }

        await _requests.GiveUpAsync(claim, CancellationToken.None).ConfigureAwait(false);
    }

    private string CheckpointPath(string key) => Path.Combine(_options.Cache, "checkpoints", key);

    private Task<int> RegisterAsync(CancellationToken cancellation) => _database.ExecuteAsync(
        """
        INSERT INTO workers (id, name, queue, slots, engine, libtorch, device, threads, data, model, memory, memory_class)
        VALUES (@id, @name, @queue, @slots, @engine, @libtorch, @device, @threads, @data, @model, @memory, @class)
        ON CONFLICT (id) DO UPDATE SET seen = now(), memory = excluded.memory
        """,
        cancellation,
        ("id", Id), ("name", _options.Name), ("queue", _capability.Queue), ("slots", _runner!.Parallelism), ("engine", _capability.Engine),
        ("libtorch", _capability.LibTorch), ("device", _capability.Device), ("threads", _capability.Threads), ("data", _capability.Data),
        ("model", _capability.Model), ("memory", MachineMemory.Available()), ("class", _options.MemoryClass));

    /// <summary>The checkpoint that the fleet has of this attempt.</summary>
    private sealed class HandedOver
    {
        /// <summary>When it was written; null where there is none.</summary>
        public DateTime? Written { get; set; }

        /// <summary>Not before then the next one, unless the work ends.</summary>
        public DateTimeOffset Next { get; set; }
    }

    /// <summary>Hangfire makes jobs of this process's worker.</summary>
    private sealed class Activator(FleetWorker worker) : JobActivator
    {
        public override object ActivateJob(Type jobType) => new FleetJob(worker);
    }
}

/// <summary>What a worker of a fleet is told besides.</summary>
/// <param name="Name">What people call this machine.</param>
/// <param name="Cache">Full path of the cache folder that its runner keeps weights and checkpoints in.</param>
/// <param name="StopTimeout">How long trials under way may take to stop when it ends.</param>
/// <param name="MemoryClass">Of the memory that a trial has here: see <see cref="Fleet.MemoryClass"/>.</param>
public sealed record FleetWorkerOptions(string Name, string Cache, TimeSpan StopTimeout, int MemoryClass = 0);
