namespace Masterful.Core.Tests.Search;

/// <summary>Time that passes as trials are simulated.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public double Seconds => TimeSpan.FromTicks(_ticks).TotalSeconds;

    public override long GetTimestamp() => _ticks;

    public void Advance(double seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
}
