using System.Diagnostics;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>Counts what a run asks for, by stage: each trial once, however often its result is asked for.</summary>
/// <param name="inner">Answers.</param>
/// <param name="progress">Hears of every trial of a stage that was announced by <see cref="Begin"/>.</param>
/// <param name="run">The run's span, which stages are traced below; null where nobody listens.</param>
internal sealed class MeteredRunner(ITrialRunner inner, IProgress<PipelineProgress>? progress, Activity? run = null) : ITrialRunner, IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = [];
    private readonly Dictionary<string, LedgerEntry> _ledger = [];
    private string _stage = PipelineStage.Baseline;
    private (int Trials, long ImagePasses)? _plan;
    private long _trainedPasses;
    private double _trainedSeconds;
    private Activity? _span;

    /// <inheritdoc/>
    public int Parallelism => inner.Parallelism;

    /// <summary>Trials trained in this run.</summary>
    internal int TrialsRun { get; private set; }

    /// <summary>Trials that the journal already had.</summary>
    internal int TrialsReused { get; private set; }

    /// <summary>Largest memory of any trial trained in this run, bytes.</summary>
    internal long PeakMemory { get; private set; }

    /// <summary>Books what follows under a stage.</summary>
    /// <param name="stage">One of <see cref="PipelineStage"/>.</param>
    /// <param name="plan">Trials and work to expect; null when the stage reports its own progress.</param>
    internal void Begin(string stage, (int Trials, long ImagePasses)? plan = null)
    {
        lock (_gate)
        {
            (_stage, _plan) = (stage, plan);
        }

        Trace(stage);
        Report();
    }

    /// <summary>What a stage used, trials of earlier stages not counted again.</summary>
    internal LedgerEntry Ledger(string stage)
    {
        lock (_gate)
        {
            return _ledger.GetValueOrDefault(stage) ?? new LedgerEntry(stage, 0, 0, 0);
        }
    }

    /// <inheritdoc/>
    public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        EnterStage();
        var result = await inner.RunAsync(trial, cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            Count(result);
        }

        Report();
        return result;
    }

    /// <inheritdoc/>
    public async Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        EnterStage();
        return await inner.ProbeAsync(probe, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends the last stage's span.</summary>
    public void Dispose() => Trace(null);

    /// <summary>What the calling method does from here to its end is below the stage's span.</summary>
    private void EnterStage() => Activity.Current = _span ?? Activity.Current;

    private void Trace(string? stage)
    {
        // Whoever begins a stage goes on in the run's span: only what the stage asks for is below its own.
        var current = Activity.Current;
        _span?.Dispose();
        _span = stage is null ? null : Telemetry.StartStage(stage, run);
        Activity.Current = current;
    }

    private void Count(TrialResult result)
    {
        if (!_seen.Add(result.Key))
        {
            return;
        }

        var entry = _ledger.GetValueOrDefault(_stage) ?? new LedgerEntry(_stage, 0, 0, 0);
        _ledger[_stage] = new LedgerEntry(_stage, entry.Trials + 1, entry.ImagePasses + result.ImagePasses, entry.Seconds + result.Seconds);
        if (result.Reused)
        {
            TrialsReused++;
            return;
        }

        TrialsRun++;
        PeakMemory = Math.Max(PeakMemory, result.PeakMemory);
        _trainedPasses += result.ImagePasses;
        _trainedSeconds += result.Seconds;
    }

    private void Report()
    {
        PipelineProgress report;
        lock (_gate)
        {
            if (_plan is not { } plan)
            {
                return;
            }

            var done = _ledger.GetValueOrDefault(_stage) ?? new LedgerEntry(_stage, 0, 0, 0);
            double? left = _trainedPasses > 0
                ? Math.Max(0, plan.ImagePasses - done.ImagePasses) * _trainedSeconds / _trainedPasses / Math.Max(1, Parallelism)
                : null;
            report = new PipelineProgress(_stage, null, done.Trials, plan.Trials, done.ImagePasses, plan.ImagePasses, left);
        }

        progress?.Report(report);
    }
}
