using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Dashboard;

/// <summary>A run under way.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Started">UTC.</param>
/// <param name="Spec">Name of its spec's file.</param>
internal sealed record LiveRun(string Id, DateTimeOffset Started, string Spec);

/// <summary>A trial of a run under way.</summary>
/// <param name="Key">The first digits of its key.</param>
/// <param name="Policy">Name of the policy.</param>
/// <param name="Values">What is on, by technique.</param>
/// <param name="Fidelity">Share of a full training.</param>
/// <param name="Status">completed or failed.</param>
/// <param name="Loss">Selection loss, nats.</param>
/// <param name="Error">Selection error.</param>
/// <param name="ImagePasses">Work.</param>
/// <param name="Seconds">Wall time of the training.</param>
/// <param name="Final">Whether it is one of the final trainings.</param>
/// <param name="Reused">Whether an earlier run had trained it.</param>
internal sealed record LiveTrial(
    string Key, string Policy, IReadOnlyDictionary<string, double> Values, double Fidelity, string Status, double Loss, double Error,
    long ImagePasses, double Seconds, bool Final, bool Reused);

/// <summary>
/// What happens in the spec's cache, told as it happens: <c>run</c> when another run is the one under way, <c>trials</c> with those that
/// have finished since, <c>progress</c> when it moved, <c>idle</c> when nothing runs (any more).
/// </summary>
/// <param name="options">Has the spec.</param>
internal sealed class LiveFeed(DashboardOptions options)
{
    /// <summary>Events until the reader has gone.</summary>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        string? run = null, progress = null;
        var idle = false;
        var told = new HashSet<string>();
        while (!cancellation.IsCancellationRequested)
        {
            var moment = Look();
            if (moment is null)
            {
                if (!idle)
                {
                    yield return Event("idle", new { });
                }

                (run, progress, idle) = (null, null, true);
            }
            else
            {
                idle = false;
                if (moment.Run is { } now && now.Id != run)
                {
                    run = now.Id;
                    told.Clear();
                    yield return Event("run", now);
                }

                if (moment.Trials.Where(t => told.Add(t.Key)).ToList() is { Count: > 0 } fresh)
                {
                    yield return Event("trials", fresh);
                }

                if (JsonSerializer.Serialize(moment.Progress, ResultFiles.Compact) is var text && text != progress)
                {
                    progress = text;
                    yield return new SseItem<string>(text, "progress");
                }
            }

            await Task.Delay(options.LiveInterval, options.Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static SseItem<string> Event<T>(string type, T data) => new(JsonSerializer.Serialize(data, ResultFiles.Compact), type);

    private Moment? Look()
    {
        if (options.Spec is not { } spec || ReadProgress(spec.Runtime.Cache) is not { } progress || !IsAlive(progress.ProcessId))
        {
            return null;
        }

        var path = TorchEnvironment.JournalPath(spec.Runtime.Cache);
        if (progress.RunId is null || (options.OpenJournal is null && !File.Exists(path)))
        {
            return new Moment(progress, null, []);
        }

        try
        {
            using var journal = options.OpenJournal?.Invoke() ?? Journal.OpenForReading(path, options.Clock);
            return journal.FindRun(progress.RunId) is not { Finished: null } run
                ? new Moment(progress, null, [])
                : new Moment(progress, new LiveRun(run.Id, run.Started, Path.GetFileName(run.SpecPath)), [.. journal.SummariesOf(run.Id).Select(Trial).OfType<LiveTrial>()]);
        }
        catch (DiagnosticException)
        {
            // The journal is being made or is busy: the next look finds it.
            return new Moment(progress, null, []);
        }
    }

    private static ProgressFile? ReadProgress(string cache)
    {
        var path = Path.Combine(cache, ProgressFile.Name);
        try
        {
            return File.Exists(path) ? ResultFiles.Read<ProgressFile>(path) : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null;
        }
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Null where the journal has the text of no trial.</summary>
    private static LiveTrial? Trial(JournalTrialSummary trial)
    {
        try
        {
            return Parse(trial);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static LiveTrial Parse(JournalTrialSummary trial)
    {
        using var spec = JsonDocument.Parse(trial.Spec);
        var root = spec.RootElement;
        return new LiveTrial(
            trial.Key[..Math.Min(12, trial.Key.Length)], trial.PolicyName, root.GetProperty("policy").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetDouble()),
            root.GetProperty("epochShare").GetDouble() * root.GetProperty("imageShare").GetDouble(), trial.Status.ToString().ToLowerInvariant(),
            trial.SelectLoss, trial.SelectError, trial.ImagePasses, trial.Seconds, trial.IsFinal, trial.Reused);
    }

    private sealed record Moment(ProgressFile Progress, LiveRun? Run, IReadOnlyList<LiveTrial> Trials);
}
