using System.Diagnostics;

namespace Masterful.Benchmarks.Speed;

/// <summary>How fast something goes.</summary>
internal static class Pace
{
    /// <summary>Images per second of an action that deals with so many.</summary>
    public static double Of(Action action, int images, double seconds)
    {
        var (watch, count) = (Stopwatch.StartNew(), 0);
        do
        {
            action();
            count++;
        }
        while (watch.Elapsed.TotalSeconds < seconds);
        return count * images / watch.Elapsed.TotalSeconds;
    }
}
