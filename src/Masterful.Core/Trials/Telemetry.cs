using System.Diagnostics;
using System.Diagnostics.Metrics;
using Masterful.Core.Runtime;

namespace Masterful.Core.Trials;

/// <summary>
/// What a run measures of itself, for whoever listens: .NET's own meter and activity source, both called <see cref="Name"/>. Nobody does
/// unless they ask for it, and then nothing here costs more than a few calls a trial. Names of techniques and counts are all that is in
/// it: no path, no image, no label, nothing of the environment.
/// </summary>
public static class Telemetry
{
    /// <summary>Of the meter and of the activity source.</summary>
    public const string Name = "Masterful";

    private static readonly ActivitySource Source = new(Name, EngineVersion.Current);
    private static readonly Meter Meter = new(Name, EngineVersion.Current);

    private static readonly Counter<long> Trials = Meter.CreateCounter<long>("masterful.trials", "{trial}", "Trials trained, by how they ended; those of the journal don't count.");
    private static readonly Counter<long> ImagePasses = Meter.CreateCounter<long>("masterful.image_passes", "{image}", "Work done: 3 for each image trained on, 1 for each inferred.");
    private static readonly UpDownCounter<long> Running = Meter.CreateUpDownCounter<long>("masterful.trials.running", "{trial}", "Trials asked for whose results are not there yet.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "masterful.trial.duration", "s", "Wall time of a trial's training and evaluation.", advice: new() { HistogramBucketBoundaries = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400] });

    private static readonly Histogram<double> QueueWait = Meter.CreateHistogram<double>(
        "masterful.fleet.queue.wait", "s", "From a request's way into the queue to a worker's taking it on.", advice: new() { HistogramBucketBoundaries = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200] });

    /// <summary>Begins the span of a run, or of what else uses a spec's journal; null where nobody listens.</summary>
    internal static Activity? StartRun() => Source.StartActivity("run");

    /// <summary>Begins the span of a stage.</summary>
    /// <param name="stage">Its name in the report's ledger.</param>
    /// <param name="run">The run's.</param>
    internal static Activity? StartStage(string stage, Activity? run) => run is null ? null : Source.StartActivity(stage, ActivityKind.Internal, run.Context);

    /// <summary>Trains, seen by whoever listens.</summary>
    internal static async Task<TrialResult> TrainAsync(TrialSpec trial, string key, Func<Task<TrialResult>> train)
    {
        using var span = Source.StartActivity("trial");
        span?.SetTag("masterful.trial.key", key[..12]).SetTag("masterful.trial.policy", trial.Policy.Name).SetTag("masterful.trial.seed", trial.Seed)
            .SetTag("masterful.trial.epochs", trial.Recipe.Epochs * trial.Fidelity.EpochShare).SetTag("masterful.device", trial.DeviceKind);
        Running.Add(1);
        try
        {
            var result = await train().ConfigureAwait(false);
            var status = new KeyValuePair<string, object?>("masterful.trial.status", result.Status.ToString().ToLowerInvariant());
            Trials.Add(1, status);
            ImagePasses.Add(result.ImagePasses);
            Duration.Record(result.Seconds, status);
            if (result.Status == TrialStatus.Failed)
            {
                span?.SetStatus(ActivityStatusCode.Error, result.RanOutOfMemory ? "out of memory" : result.FailureIsTransient ? "the machine's or the model's code's failure" : "the training failed");
            }

            return result;
        }
        catch (Exception e)
        {
            Fail(span, e);
            throw;
        }
        finally
        {
            Running.Add(-1);
        }
    }

    /// <summary>Marks a span as failed, by the kind of the failure alone: its message may name files.</summary>
    internal static void Fail(Activity? span, Exception reason) =>
        span?.SetStatus(ActivityStatusCode.Error, reason is OperationCanceledException ? "cancelled" : reason.GetType().Name);

    /// <summary>Begins the span of a fleet's worker on a request.</summary>
    /// <param name="kind">trial or probe.</param>
    /// <param name="key">The trial's or the probe's key.</param>
    /// <param name="trace">Traceparent (W3C Trace Context) of who asked; null where they trace nothing.</param>
    /// <param name="waited">How long it was in the queue.</param>
    /// <returns>Null where nobody listens.</returns>
    public static Activity? StartWork(string kind, string key, string? trace, TimeSpan waited)
    {
        QueueWait.Record(waited.TotalSeconds, new KeyValuePair<string, object?>("masterful.request.kind", kind));
        var parent = ActivityContext.TryParse(trace, null, isRemote: true, out var context) ? context : default;
        return Source.StartActivity("work", ActivityKind.Consumer, parent)?.SetTag("masterful.request.kind", kind).SetTag("masterful.trial.key", key[..12]);
    }
}
