using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Core.Tests.Trials;

/// <summary>What a listener to the meter and to the activity source gets. Other tests train too: only what is in this test's trace counts.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly SpanRecorder _recorder = new();
    private readonly ConcurrentQueue<(string Name, double Value, string? Status)> _measured = [];
    private readonly MeterListener _meters = new();

    public TelemetryTests()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Telemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _meters.Start();
    }

    public void Dispose()
    {
        _meters.Dispose();
        _recorder.Dispose();
    }

    [Fact]
    public async Task A_trial_is_a_span_with_its_policy_and_counts_once_under_how_it_ended()
    {
        var trial = TrialSpecs.Trial;
        var result = TrialSpecs.Result(trial);
        await Telemetry.TrainAsync(trial, result.Key, () => Task.FromResult(result));
        await Telemetry.TrainAsync(trial, result.Key, () => Task.FromResult(new TrialResult { Key = result.Key, Status = TrialStatus.Failed, Failure = "/home/secret", RanOutOfMemory = true }));

        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], _recorder.Spans.Select(s => s.Status));
        Assert.All(_recorder.Spans, s => Assert.Equal(("trial", _recorder.Root.SpanId, trial.Policy.Name), (s.OperationName, s.ParentSpanId, s.GetTagItem("masterful.trial.policy"))));
        Assert.DoesNotContain(_recorder.Spans, s => (s.StatusDescription ?? "").Contains("secret", StringComparison.Ordinal));
        Assert.Equal([(1, "completed"), (1, "failed")], Of("masterful.trials"));
        Assert.Equal(result.ImagePasses, Of("masterful.image_passes").Sum(m => m.Value));
        Assert.Equal([result.Seconds, 0], Of("masterful.trial.duration").Select(m => m.Value));
        Assert.Equal([1, -1, 1, -1], Of("masterful.trials.running").Select(m => m.Value));
    }

    [Fact]
    public async Task What_is_thrown_is_told_by_its_kind_and_nothing_runs_any_more()
    {
        await Assert.ThrowsAsync<IOException>(() => Telemetry.TrainAsync(TrialSpecs.Trial, TrialKey.Of(TrialSpecs.Trial), () => throw new IOException("/home/secret")));

        Assert.Equal((ActivityStatusCode.Error, "IOException"), (Assert.Single(_recorder.Spans).Status, _recorder.Spans[0].StatusDescription));
        Assert.Empty(Of("masterful.trials"));
        Assert.Equal(0, Of("masterful.trials.running").Sum(m => m.Value));
    }

    [Fact]
    public void A_workers_span_goes_on_in_the_trace_of_who_asked_and_one_without_begins_its_own()
    {
        var key = TrialKey.Of(TrialSpecs.Trial);
        var trace = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";
        using (var span = Telemetry.StartWork("trial", key, trace, TimeSpan.FromSeconds(2)))
        {
            Assert.Equal(trace[3..35], span!.TraceId.ToString());
            Assert.Equal(trace[36..52], span.ParentSpanId.ToString());
        }

        using (var span = Telemetry.StartWork("trial", key, "not a trace", TimeSpan.FromSeconds(3)))
        {
            Assert.NotNull(span);
        }

        Assert.Equal([2, 3], Of("masterful.fleet.queue.wait").Select(m => m.Value));
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Activity.Current?.TraceId == _recorder.Root.TraceId)
        {
            var status = tags.ToArray().FirstOrDefault(t => t.Key == "masterful.trial.status").Value as string;
            _measured.Enqueue((instrument.Name, value, status));
        }
    }

    private IEnumerable<(double Value, string? Status)> Of(string instrument) => _measured.Where(m => m.Name == instrument).Select(m => (m.Value, m.Status));
}
