using System.Diagnostics;

namespace Masterful.Core.Runtime;

/// <summary>How much memory this process has needed at most.</summary>
public static class PeakMemory
{
    /// <summary>The process's largest resident set so far, in bytes. TorchSharp does not tell what a CUDA device holds.</summary>
    public static long OfProcess()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
