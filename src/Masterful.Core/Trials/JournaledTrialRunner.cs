namespace Masterful.Core.Trials;

/// <summary>
/// Looks into the journal before it lets a trial be run, and writes down what came of it. Those who ask for the same trial at the same
/// time share one training.
/// </summary>
/// <param name="inner">Runs what the journal does not have.</param>
/// <param name="journal">Not disposed.</param>
/// <param name="runId">The run that the use of trials is noted for, or null.</param>
public sealed class JournaledTrialRunner(ITrialRunner inner, Journal journal, string? runId = null) : ITrialRunner
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SharedTraining> _running = [];
    private readonly HashSet<string> _run = [];
    private readonly HashSet<string> _reused = [];

    /// <inheritdoc/>
    public int Parallelism => inner.Parallelism;

    /// <summary>Trials that were trained for this runner.</summary>
    public int TrialsRun
    {
        get
        {
            lock (_gate)
            {
                return _run.Count;
            }
        }
    }

    /// <summary>Trials whose results the journal had before this runner first asked for them.</summary>
    public int TrialsReused
    {
        get
        {
            lock (_gate)
            {
                return _reused.Count;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        var key = TrialKey.Of(trial);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            SharedTraining? shared;
            lock (_gate)
            {
                if (!_running.TryGetValue(key, out shared))
                {
                    var known = journal.Find(key);
                    if (known is not null && Serves(known, trial))
                    {
                        NoteReuse(key);
                        return known;
                    }

                    shared = new SharedTraining(stop => TrainAsync(key, Widen(trial, known), stop));
                    _running.Add(key, shared);
                }

                shared.Join();
            }

            // A training under way may carry less than this trial asks for, or be given up by the last who wanted it: then look again.
            if (await shared.WaitAsync(cancellation).ConfigureAwait(false) is { } result && Serves(result, trial))
            {
                return result;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        var key = TrialKey.Of(probe);
        if (journal.FindProbe(key) is { } known)
        {
            return known;
        }

        // Asked for here, so that a training that the probe needs is written down too.
        await RunAsync(probe.Trial with { KeepWeights = true }, cancellation).ConfigureAwait(false);
        var result = await inner.ProbeAsync(probe, cancellation).ConfigureAwait(false);
        journal.SaveProbe(key, result);
        return result;
    }

    private async Task<TrialResult> TrainAsync(string key, TrialSpec trial, CancellationToken stop)
    {
        try
        {
            var result = await Telemetry.TrainAsync(trial, key, () => inner.RunAsync(trial, stop)).ConfigureAwait(false);
            lock (_gate)
            {
                journal.Save(result, trial);
                _run.Add(key);
                Note(key, reused: false);
            }

            return result;
        }
        finally
        {
            lock (_gate)
            {
                _running.Remove(key);
            }
        }
    }

    /// <summary>
    /// Whether a result has all that a trial asks for. A failure of the machine serves only who has just seen it happen; a lack of memory
    /// also a run that goes on from the one that saw it, since what came after was decided by it.
    /// </summary>
    private bool Serves(TrialResult result, TrialSpec trial) => result.Status == TrialStatus.Failed
        ? !result.FailureIsTransient || !result.Reused || _run.Contains(result.Key)
            || (result.RanOutOfMemory && runId is not null && journal.WasUsedByStoppedRun(runId, result.Key))
        : (!trial.EvaluateTest || result.Test is not null) && (!trial.KeepWeights || result.WeightsPath is not null);

    /// <summary>A new training carries what the old row had too, so that replacing the row loses nothing.</summary>
    private static TrialSpec Widen(TrialSpec trial, TrialResult? known) => trial with
    {
        EvaluateTest = trial.EvaluateTest || known?.Test is not null,
        KeepWeights = trial.KeepWeights || known?.WeightsPath is not null,
    };

    private void NoteReuse(string key)
    {
        if (!_run.Contains(key) && _reused.Add(key))
        {
            Note(key, reused: true);
        }
    }

    private void Note(string key, bool reused)
    {
        if (runId is not null)
        {
            journal.NoteUse(runId, key, reused);
        }
    }

    /// <summary>A training under way and how many wait for it; it is cancelled when nobody does any more.</summary>
    private sealed class SharedTraining
    {
        private readonly Func<Task> _stop;
        private readonly Task<TrialResult> _training;
        private int _waiting;

        public SharedTraining(Func<CancellationToken, Task<TrialResult>> train)
        {
            var source = new CancellationTokenSource();
            _stop = source.CancelAsync;
            _training = Task.Run(() => train(source.Token));
        }

        public void Join() => Interlocked.Increment(ref _waiting);

        /// <summary>The result; null when the training was cancelled because everyone else had gone.</summary>
        public async Task<TrialResult?> WaitAsync(CancellationToken cancellation)
        {
            try
            {
                return await _training.WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return null;
            }
            finally
            {
                if (Interlocked.Decrement(ref _waiting) == 0 && !_training.IsCompleted)
                {
                    await _stop().ConfigureAwait(false);

                    // The training's own thread must have let go of the data before whoever cancelled disposes it.
                    await ((Task)_training).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }
}
