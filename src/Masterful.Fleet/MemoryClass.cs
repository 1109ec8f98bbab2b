using System.Numerics;

namespace Masterful.Fleet;

/// <summary>
/// Machines by the memory that a trial has there: 0 under 2 GiB, each class after it twice that of the one before. A trial is asked for in
/// class 0, which all machines take; only what ran out of memory there is asked for in a higher one.
/// </summary>
public static class MemoryClass
{
    /// <summary>The class of a machine on which a trial has so many bytes.</summary>
    public static int Of(long bytes) => BitOperations.Log2((ulong)Math.Max(1, bytes >> 30));

    /// <summary>The queue of trials that need a capability and a class.</summary>
    internal static string QueueOf(string capability, int memory) => memory == 0 ? capability : $"{capability}-m{memory}";

    /// <summary>The queues that a machine of a class takes trials from: those first that fewest others can take.</summary>
    internal static string[] QueuesOf(string capability, int memory) => [.. Enumerable.Range(0, memory + 1).Reverse().Select(m => QueueOf(capability, m))];
}
