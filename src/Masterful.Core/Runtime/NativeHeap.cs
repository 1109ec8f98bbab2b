using System.Runtime.InteropServices;

namespace Masterful.Core.Runtime;

/// <summary>
/// The C library's memory, which libtorch takes tensors from. A training step frees what it took. glibc gives pieces of that size back to
/// the system, which hands them out again page by page, cleared: a fifth of the time of a step. What is kept instead is what the next step
/// needs as well; when a training ends it is given back.
/// </summary>
internal static partial class NativeHeap
{
    private const string Library = "libc.so.6";

    /// <summary>Larger pieces are the system's all the same.</summary>
    private const int LargestKept = 1 << 30;

    /// <summary>The most that glibc before 2.35 takes for it.</summary>
    private const int LargestKeptByOlder = 32 << 20;

    /// <summary>A user who has set one of these is not overruled (mallopt(3)).</summary>
    private static readonly string[] Settings = ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"];

    private static bool _keeps;

    private enum Parameter
    {
        /// <summary>M_TRIM_THRESHOLD: bytes that may be free at the end of the heap.</summary>
        TrimThreshold = -1,

        /// <summary>M_MMAP_THRESHOLD: from so many bytes on a piece is the system's own.</summary>
        MapThreshold = -3,
    }

    /// <summary>From now on keeps what is freed, where the C library is glibc; elsewhere does nothing.</summary>
    public static void KeepFreed()
    {
        if (!OperatingSystem.IsLinux() || Settings.Any(s => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(s))))
        {
            return;
        }

        try
        {
            _keeps = Set(Parameter.TrimThreshold, int.MaxValue) && (Set(Parameter.MapThreshold, LargestKept) || Set(Parameter.MapThreshold, LargestKeptByOlder));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library.
        }
    }

    /// <summary>Gives back to the system what is free, of .NET's memory too: tens of milliseconds, between two trainings.</summary>
    public static void GiveBack()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (_keeps)
        {
            Trim(0);
        }
    }

    [LibraryImport(Library, EntryPoint = "mallopt")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Set(Parameter parameter, int value);

    [LibraryImport(Library, EntryPoint = "malloc_trim")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Trim(nuint keptAtTheEnd);
}
