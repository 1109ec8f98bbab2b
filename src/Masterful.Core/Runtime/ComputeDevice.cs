using Masterful.Core.Spec;
using TorchSharp;

namespace Masterful.Core.Runtime;

/// <summary>Picks the device that a run computes on.</summary>
public static class ComputeDevice
{
    /// <summary>Resolves auto, cpu, cuda or cuda:N. libtorch must be loaded.</summary>
    /// <exception cref="DiagnosticException">The device is not to be had; the message says why.</exception>
    public static torch.Device Select(string device)
    {
        if (device == "cpu" || (device == "auto" && !torch.cuda.is_available()))
        {
            return torch.CPU;
        }

        if (!torch.cuda.is_available())
        {
            var why = LibTorch.Loaded is { HasCuda: false }
                ? "the libtorch that was loaded is built for CPU only"
                : "libtorch sees no CUDA device (is the driver installed?)";
            throw new DiagnosticException(RuntimeDiagnostics.DeviceNotAvailable, $"Device '{device}' was asked for, but {why}.");
        }

        var index = device.StartsWith("cuda:", StringComparison.Ordinal) ? int.Parse(device.AsSpan(5)) : 0;
        return index < torch.cuda.device_count()
            ? new torch.Device(DeviceType.CUDA, index)
            : throw new DiagnosticException(
                RuntimeDiagnostics.DeviceNotAvailable, $"Device '{device}' was asked for, but this machine has {torch.cuda.device_count()}.");
    }

    /// <summary>cpu or cuda: what a trial's key holds.</summary>
    public static string KindOf(torch.Device device) => device.type == DeviceType.CUDA ? "cuda" : "cpu";
}
