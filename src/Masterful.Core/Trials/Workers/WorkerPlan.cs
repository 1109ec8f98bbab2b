using Masterful.Core.Spec;

namespace Masterful.Core.Trials.Workers;

/// <summary>How many worker processes a run may have, and what each computes with.</summary>
/// <param name="Count">At most so many, fewer where memory does not allow them.</param>
/// <param name="Threads">Threads of each; on a CPU a function of machine and spec alone, since the last digits of a trial depend on it.</param>
/// <param name="Devices">Taken in turn: cpu, or cuda:0, cuda:1 …</param>
public sealed record WorkerPlan(int Count, int Threads, IReadOnlyList<string> Devices)
{
    /// <summary>
    /// A search asks for two trials at a time and the stages after it for half a dozen; small networks gain little from a second thread.
    /// So a processor is cut in at most four by <c>auto</c>, one core and one thread each on machines of up to seven.
    /// </summary>
    private const int MostTogether = 4;

    /// <summary>Settles what the spec leaves open.</summary>
    /// <param name="runtime">The spec.</param>
    /// <param name="device">The device that was selected: cpu or cuda:N.</param>
    /// <param name="cores">Of this machine.</param>
    /// <param name="cudaDevices">Of this machine.</param>
    public static WorkerPlan Of(RuntimeSpec runtime, string device, int cores, int cudaDevices)
    {
        if (device == "cpu")
        {
            var each = runtime.Threads ?? Math.Max(1, cores / MostTogether);
            return new WorkerPlan(runtime.Workers ?? Math.Max(1, cores / each), each, [device]);
        }

        // One device that is named is meant; else all of them work.
        string[] devices = runtime.Device is "auto" or "cuda" ? [.. Enumerable.Range(0, Math.Max(1, cudaDevices)).Select(i => $"cuda:{i}")] : [device];
        var count = runtime.Workers ?? devices.Length;
        return new WorkerPlan(count, runtime.Threads ?? Math.Max(1, cores / count), devices);
    }
}
