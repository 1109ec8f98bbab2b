using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Search;

/// <summary>
/// Asks for trials within the caps and keeps the books. A trial is only asked for when its cost, known beforehand, still fits; which
/// trials fit is settled in the order given, so that it doesn't depend on how many run at once. Trials that were known already are
/// charged what they once cost, so that a search that is taken up again decides as it did.
/// </summary>
internal sealed class SearchLedger(
    ITrialRunner runner, BudgetSpec budget, SplitSizes sizes, TimeProvider clock, IProgress<SearchProgress>? progress)
{
    private readonly long _start = clock.GetTimestamp();
    private readonly Dictionary<string, LedgerEntry> _stages = [];
    private readonly List<(long Spent, double Elapsed)> _marks = [(0, 0)];
    private long _trialPasses;

    /// <summary>Image-passes that the search may spend, or null.</summary>
    public long? Cap { get; init; }

    /// <summary>Image-passes and trials beyond which nothing is asked for now, as the rest is kept for a later stage; or null.</summary>
    public (double ImagePasses, int Trials)? Ceiling { get; set; }

    /// <summary>What the ledger and progress call the work being done: <c>baseline</c>, or a stage of the search.</summary>
    public string Stage { get; set; } = "baseline";

    /// <summary>Trials expected in all, for progress.</summary>
    public int Planned { get; set; }

    /// <summary>Image-passes spent.</summary>
    public long Spent { get; private set; }

    /// <summary>Trials asked for.</summary>
    public int Trials { get; private set; }

    /// <summary>Which cap refused a trial, or null: nothing more is asked for.</summary>
    public string? Exhausted { get; private set; }

    /// <summary>Work and time by ledger stage.</summary>
    public IReadOnlyList<LedgerEntry> Stages => [.. _stages.Values];

    /// <summary>
    /// Seconds since the start; where trials were known already, the time that they once took over the workers, if that is more.
    /// </summary>
    public double Elapsed => Math.Max(
        clock.GetElapsedTime(_start).TotalSeconds, _stages.Values.Sum(s => s.Seconds) / Math.Max(1, runner.Parallelism));

    /// <summary>
    /// The results, in the order of the trials; null for each that no longer fitted, and <see cref="Exhausted"/> says why.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<IReadOnlyList<TrialResult?>> AskAsync(IReadOnlyList<TrialSpec> trials, CancellationToken cancellation)
    {
        var results = new TrialResult?[trials.Count];
        var (admitted, passes) = (0, 0L);
        while (admitted < trials.Count && Fits(passes + TrialCost.ImagePasses(trials[admitted], sizes), admitted + 1))
        {
            passes += TrialCost.ImagePasses(trials[admitted++], sizes);
        }

        if (admitted > 0)
        {
            // So that the stage is known while its first trials run.
            Tell();
        }

        // Time can only be checked between waves.
        var wave = budget.Time is null ? trials.Count : Math.Max(1, runner.Parallelism);
        for (var first = 0; first < admitted; first += wave)
        {
            var count = Math.Min(wave, admitted - first);
            if (!InTime(trials.Skip(first).Take(count).Max(t => TrialCost.ImagePasses(t, sizes))))
            {
                break;
            }

            var answers = await TrialBatch.RunAsync(runner, [.. trials.Skip(first).Take(count)], cancellation).ConfigureAwait(false);
            for (var i = 0; i < count; i++)
            {
                results[first + i] = answers[i];
                Charge(1, answers[i].ImagePasses, answers[i].Seconds);
            }

            Report();
        }

        return results;
    }

    /// <summary>Distance analysis, or null when it no longer fits.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<DistanceProbeResult?> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        if (!Fits(ProbeCost(probe.Operations.Count, probe.Strengths.Count, probe.MaximumImages), 0))
        {
            return null;
        }

        var result = await runner.ProbeAsync(probe, cancellation).ConfigureAwait(false);
        Charge(0, result.ImagePasses, result.Seconds);
        Report();
        return result;
    }

    /// <summary>Gives what was kept to the stage that begins.</summary>
    public void LiftCeiling() => (Ceiling, Exhausted) = (null, null);

    /// <summary>Image-passes of a probe: every operation at every strength, and the clean images.</summary>
    public static long ProbeCost(int operations, int strengths, int images) => images * (1L + ((long)operations * strengths));

    private bool Fits(long passes, int trials)
    {
        Exhausted ??=
            Cap is { } cap && Spent + passes > cap ? "the cap on work (policy.budget.ratio)"
            : budget.Trials is { } most && Trials + trials > most ? "the cap on trials (policy.budget.trials)"
            : Ceiling is { } ceiling && (Spent + passes > ceiling.ImagePasses || Trials + trials > ceiling.Trials) ? "the share that is kept for added images"
            : null;
        return Exhausted is null;
    }

    /// <summary>What was admitted is asked for while there is time, whatever of the same batch was refused.</summary>
    private bool InTime(long passes)
    {
        if (budget.Time is not { } time || Elapsed + ((Pace() ?? 0) * passes) <= time.TotalSeconds)
        {
            return true;
        }

        Exhausted ??= "the cap on time (policy.budget.time)";
        return false;
    }

    /// <summary>Seconds an image-pass, all workers together.</summary>
    private double? Pace() => Spent > 0 ? Elapsed / Spent : null;

    private void Charge(int trials, long passes, double seconds)
    {
        (Trials, Spent, _trialPasses) = (Trials + trials, Spent + passes, _trialPasses + (trials * passes));
        var stage = Stage == "baseline" ? Stage : "search";
        var before = _stages.GetValueOrDefault(stage) ?? new LedgerEntry(stage, 0, 0, 0);
        _stages[stage] = new LedgerEntry(stage, before.Trials + trials, before.ImagePasses + passes, before.Seconds + seconds);
        Planned = Math.Max(Planned, Trials);
    }

    private void Report()
    {
        _marks.Add((Spent, Elapsed));
        Tell();
    }

    private void Tell() => progress?.Report(new SearchProgress(Stage, Trials, Planned, Spent, Cap, Elapsed, SecondsLeft()));

    /// <summary>
    /// Trials to come at the cost of those so far and at the pace of the later half of the work: policies of many techniques, which come
    /// late, are slower than none. A cap on time ends it sooner.
    /// </summary>
    private double? SecondsLeft()
    {
        if (Trials == 0)
        {
            return null;
        }

        var from = _marks.FindLast(m => m.Spent <= Spent / 2);
        var pace = (Elapsed - from.Elapsed) / Math.Max(1, Spent - from.Spent);
        var left = pace * _trialPasses / Trials * Math.Max(0, Planned - Trials);
        return budget.Time is { } time ? Math.Min(left, Math.Max(0, time.TotalSeconds - Elapsed)) : left;
    }
}
