using System.Globalization;
using System.Runtime.InteropServices;
using Masterful.Core.Runtime;

namespace Masterful.Core.Pipeline;

/// <summary>What the machine is, for the report.</summary>
internal static class Hardware
{
    /// <summary>Processor, threads, memory and operating system in a line.</summary>
    internal static string Describe()
    {
        var memory = MachineMemory.Total() / (double)(1 << 30);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor()}, {Environment.ProcessorCount} threads, {memory:0.#} GiB memory, {RuntimeInformation.OSDescription}");
    }

    private static string Processor()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var name = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return string.IsNullOrWhiteSpace(name) ? RuntimeInformation.ProcessArchitecture.ToString() : name;
    }
}
