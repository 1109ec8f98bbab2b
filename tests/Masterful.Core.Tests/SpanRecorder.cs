using System.Collections.Concurrent;
using System.Diagnostics;
using Masterful.Core.Trials;

namespace Masterful.Core.Tests;

/// <summary>A trace of a test's own, and the spans in it that have ended: other tests, which run at the same time, have others.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public SpanRecorder()
    {
        Root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C);
        Root.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        Root.Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What everything in the test is below.</summary>
    public Activity Root { get; }

    /// <summary>In the order in which they ended.</summary>
    public IReadOnlyList<Activity> Spans => [.. _ended.Where(s => s.TraceId == Root.TraceId)];

    public void Dispose()
    {
        Root.Dispose();
        _listener.Dispose();
    }
}
