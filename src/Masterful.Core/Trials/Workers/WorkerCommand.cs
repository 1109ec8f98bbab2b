using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Masterful.Core.Trials.Workers;

/// <summary>What starts a worker process: this program's own <c>worker</c> command, with what it needs to read the same spec.</summary>
/// <param name="Program">Full path of the program.</param>
/// <param name="Arguments">Before those that differ from worker to worker.</param>
public sealed record WorkerCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>How the worker of a place is started.</summary>
    /// <param name="device">cpu, cuda:0 …</param>
    /// <param name="threads">Threads that it computes with.</param>
    internal ProcessStartInfo Start(string device, int threads)
    {
        var count = threads.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Program, [.. Arguments, "--set", $"runtime.device={device}", "--set", $"runtime.threads={count}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };

        // Some of libtorch's libraries read these at their start and know nothing of torch's own setting.
        start.Environment["OMP_NUM_THREADS"] = count;
        start.Environment["MKL_NUM_THREADS"] = count;

        // .NET compiles a method once and for good, so that a worker's memory is settled after its first trials; trials cost the same.
        start.Environment.TryAdd("DOTNET_TieredCompilation", "0");
        return start;
    }
}
