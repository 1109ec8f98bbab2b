using System.Globalization;

namespace Masterful.Core.Runtime;

/// <summary>What memory the machine, or the container that this process is in, has left.</summary>
public static class MachineMemory
{
    private const string Machine = "/proc/meminfo";
    private const string Limit = "/sys/fs/cgroup/memory.max";
    private const string Used = "/sys/fs/cgroup/memory.current";
    private const string Details = "/sys/fs/cgroup/memory.stat";

    /// <summary>Bytes that new processes can take without harm to those that run; what files are cached in counts as free.</summary>
    public static long Available()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return Math.Min(OfMachine(File.ReadAllText(Machine)), File.Exists(Limit) && File.Exists(Used)
                    ? OfContainer(File.ReadAllText(Limit), File.ReadAllText(Used), File.ReadAllText(Details))
                    : long.MaxValue);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container that hides them: what .NET knows must do.
        }

        var known = GC.GetGCMemoryInfo();
        return known.TotalAvailableMemoryBytes - known.MemoryLoadBytes;
    }

    /// <summary>Bytes of the machine, or that the container which this process is in may have; a program's share where .NET keeps the rest back.</summary>
    public static long Total() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The kernel's estimate, <c>MemAvailable</c> of proc(5).</summary>
    internal static long OfMachine(string memory) => 1024 * Field(memory, "MemAvailable:");

    /// <summary>The limit of a control group less what it uses, less the page cache that it can give back (cgroup v2, memory.stat).</summary>
    internal static long OfContainer(string limit, string used, string details) => long.TryParse(limit, CultureInfo.InvariantCulture, out var most)
        ? most - Math.Max(0, long.Parse(used, CultureInfo.InvariantCulture) - Field(details, "inactive_file"))
        : long.MaxValue;

    private static long Field(string text, string name) => text.Split('\n')
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(w => w.Length > 1 && w[0] == name)
        .Select(w => long.Parse(w[1], CultureInfo.InvariantCulture))
        .FirstOrDefault();
}
