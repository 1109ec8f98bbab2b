using System.Runtime.InteropServices;
using TorchSharp;

namespace Masterful.Core.Runtime;

/// <summary>
/// Runs forward passes in bfloat16 where that is safe and in 32 bits where it is not, by libtorch's own autocast, which TorchSharp
/// does not bind. The state is the thread's: enter it on the thread that runs the forward pass, and leave it before the backward
/// pass, which follows the types of the forward one.
/// </summary>
public static unsafe class Autocast
{
    private const sbyte BFloat16 = 15;
    private static readonly Exports? Functions = Exports.Find();

    /// <summary>Whether the loaded libtorch exports what this needs; without it everything computes in 32 bits.</summary>
    public static bool IsAvailable => Functions is not null;

    /// <summary>Turns bfloat16 autocast on for this thread until the region is disposed.</summary>
    /// <exception cref="InvalidOperationException">Autocast is not available.</exception>
    public static Region Enter(torch.Device device)
    {
        var functions = Functions ?? throw new InvalidOperationException("This libtorch does not export autocast.");
        var kind = (sbyte)device.type;
        functions.SetDtype(kind, BFloat16);
        functions.SetEnabled(kind, 1);
        functions.IncrementNesting();
        return new Region(kind);
    }

    /// <summary>A stretch of one thread's work in bfloat16; the default value is a stretch without autocast.</summary>
    public readonly ref struct Region
    {
        private readonly sbyte _device;
        private readonly bool _entered;

        internal Region(sbyte device) => (_device, _entered) = (device, true);

        /// <summary>Turns autocast off and drops the 16-bit copies of the weights, which the next step makes stale.</summary>
        public void Dispose()
        {
            if (_entered)
            {
                Functions!.SetEnabled(_device, 0);
                Functions.DecrementNesting();
                Functions.ClearCache();
            }
        }
    }

    /// <summary>at::autocast's functions by their names under the Itanium C++ ABI.</summary>
    private sealed class Exports(nint setEnabled, nint setDtype, nint increment, nint decrement, nint clear)
    {
        public void SetEnabled(sbyte device, byte on) => ((delegate* unmanaged<sbyte, byte, void>)setEnabled)(device, on);

        public void SetDtype(sbyte device, sbyte type) => ((delegate* unmanaged<sbyte, sbyte, void>)setDtype)(device, type);

        public void IncrementNesting() => ((delegate* unmanaged<int>)increment)();

        public void DecrementNesting() => ((delegate* unmanaged<int>)decrement)();

        public void ClearCache() => ((delegate* unmanaged<void>)clear)();

        public static Exports? Find()
        {
            var file = LibTorch.Loaded is { } location ? Path.Combine(location.Folder, NativeNames.File("torch_cpu")) : null;
            return file is not null
                && NativeLibrary.TryLoad(file, out var library)
                && NativeLibrary.TryGetExport(library, "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb", out var setEnabled)
                && NativeLibrary.TryGetExport(
                    library, "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE", out var setDtype)
                && NativeLibrary.TryGetExport(library, "_ZN2at8autocast17increment_nestingEv", out var increment)
                && NativeLibrary.TryGetExport(library, "_ZN2at8autocast17decrement_nestingEv", out var decrement)
                && NativeLibrary.TryGetExport(library, "_ZN2at8autocast11clear_cacheEv", out var clear)
                ? new Exports(setEnabled, setDtype, increment, decrement, clear)
                : null;
        }
    }
}
