using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Tool.Output;
using TorchSharp;

namespace Masterful.Tool;

/// <summary>Brings libtorch into the process for the commands that compute; the others never load it.</summary>
internal static class TorchSession
{
    /// <summary>Finds libtorch, fetches it once when it is nowhere, loads it and picks the device.</summary>
    /// <param name="call">The command.</param>
    /// <param name="modelAssembly">Full path of the model project's assembly, or null.</param>
    /// <param name="device">auto, cpu, cuda or cuda:N.</param>
    /// <param name="threads">Threads to compute with; by default all of the machine.</param>
    public static async Task<torch.Device> StartAsync(CommandCall call, string? modelAssembly, string device, int? threads = null)
    {
        if (modelAssembly is not null)
        {
            // The libtorch beside a model that was built for another TorchSharp would fail to load with a worse message.
            PluginAssembly.Check(modelAssembly);
        }

        var folders = MachineFolders.FromEnvironment();
        folders.RefuseUnsafeCache();
        var locator = new LibTorchLocator(call.Options.LibTorch, modelAssembly, folders);
        var location = locator.Locate();
        if (location is null && call.Options.LibTorch is { } named)
        {
            throw new Core.Spec.DiagnosticException(
                RuntimeDiagnostics.LibTorchNotFound, $"There is no libtorch in '{named}'. Name the folder with the torch_cpu library, such as torch/lib of an installed PyTorch, or leave --libtorch out.");
        }

        if (location is null)
        {
            await InstallAsync(call, LibTorchKind.Cpu, source: null).ConfigureAwait(false);
            location = locator.Locate() ?? throw new Core.Spec.DiagnosticException(
                RuntimeDiagnostics.LibTorchNotFound,
                $"{folders.InstalledLibTorch(LibTorchKind.Cpu)} is there, but not libtorch in it: delete that folder. {RuntimeDiagnostics.LibTorchNotFound.Remedy}");
        }

        // A worker is silent: the process that started it tells what is done.
        using var line = threads is null ? new ProgressLine(call.Host, call.Log) : null;
        line?.Announce("loading libtorch", new { stage = "libtorch", location });
        LibTorch.Load(location, folders);
        torch.set_num_threads(threads ?? Environment.ProcessorCount);
        return ComputeDevice.Select(device);
    }

    /// <summary>Installs libtorch into the tool's cache, with progress; does nothing when it is there.</summary>
    /// <returns>The folder.</returns>
    public static async Task<string> InstallAsync(CommandCall call, LibTorchKind kind, string? source)
    {
        using var progress = new ProgressLine(call.Host, call.Log);
        return await new LibTorchInstaller(MachineFolders.FromEnvironment(), Environment.CurrentDirectory)
            .InstallAsync(kind, source, new RelayProgress<LibTorchProgress>(p => progress.Tell(p.ToString(), p)), call.Cancellation).ConfigureAwait(false);
    }
}
