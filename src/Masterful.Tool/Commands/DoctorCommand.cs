using System.CommandLine;
using System.Runtime.InteropServices;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;
using TorchSharp;

namespace Masterful.Tool.Commands;

/// <summary><c>doctor</c>: what this machine has, and for each thing that is wrong how to mend it.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandBinder bind)
    {
        var command = new Command("doctor", "Shows libtorch, versions, devices, threads and folders, and says how to mend what is wrong.");
        bind.Bind(command, call =>
        {
            var checks = Checks(call).ToList();
            var width = checks.Max(c => c.Name.Length);
            call.Log.Result(string.Join(Environment.NewLine, checks.Select(c => c.Line(width))), checks);
            return Task.FromResult(checks.Any(c => c.Remedy is not null && c.Fatal) ? ExitCode.InputWrong : ExitCode.Ok);
        });
        return command;
    }

    private static IEnumerable<DoctorCheck> Checks(CommandCall call)
    {
        var folders = MachineFolders.FromEnvironment();
        yield return new("Masterful", EngineVersion.Current);
        yield return new(".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})");
        yield return new("Processor", $"{Environment.ProcessorCount} cores for this process");
        yield return new("Memory", $"{MachineMemory.Total() / 1e9:0.0} GB available");
        yield return new("TorchSharp", MachineFolders.TorchSharpVersion);

        var locator = new LibTorchLocator(call.Options.LibTorch, null, folders);
        var location = locator.Locate();
        yield return location is null
            ? new("libtorch", "not found in " + string.Join(", ", locator.Candidates().Select(c => c.Folder)))
            {
                Remedy = call.Options.LibTorch is null ? RuntimeDiagnostics.LibTorchNotFound.Remedy : "Name the folder that holds the torch_cpu library.",
                Fatal = true,
            }
            : new("libtorch", $"{MachineFolders.LibTorchVersion} in {location.Folder} ({RuntimeCommand.Origin(location.Origin)})");
        if (location is not null)
        {
            foreach (var check in Computing(location, folders))
            {
                yield return check;
            }
        }

        yield return Cache(folders);
        yield return File.Exists(call.Options.SpecPath)
            ? Spec(call)
            : new("Spec", $"no {call.Options.SpecPath} here; `dotnet masterful init` writes one");
    }

    private static List<DoctorCheck> Computing(LibTorchLocation location, MachineFolders folders)
    {
        try
        {
            LibTorch.Load(location, folders);
            var sum = Sum();
            return
            [
                sum == 6
                    ? new("Computes", LibTorch.Mended
                        ? "yes (with a private copy of TorchSharp's library, mended for this system's older C++ runtime)" : "yes")
                    : new("Computes", $"wrongly: 1 × 2 × 3 ones sum to {sum}") { Remedy = "The libtorch in that folder is damaged: delete it and run `dotnet masterful runtime install cpu`.", Fatal = true },
                new("Threads", $"{torch.get_num_threads()} for tensor work"),
                CudaCheck(location),
            ];
        }
        catch (DiagnosticException e)
        {
            return
            [
                new("Computes", Cause.Of(e))
                {
                    Remedy = "Delete that folder and run `dotnet masterful runtime install cpu`, or name another with --libtorch.",
                    Fatal = true,
                },
            ];
        }
    }

    private static float Sum()
    {
        using var ones = torch.ones(1, 2, 3);
        using var sum = ones.sum();
        return sum.item<float>();
    }

    private static DoctorCheck CudaCheck(LibTorchLocation location) =>
        torch.cuda.is_available() ? new("CUDA", $"{torch.cuda.device_count()} device(s)")
        : location.HasCuda ? new("CUDA", "the libtorch is built for CUDA, but no device is seen")
        {
            Remedy = "Install NVIDIA's driver and see that `nvidia-smi` lists the device; --device cpu works meanwhile.",
        }
        : new("CUDA", "none: this libtorch is built for CPU (`dotnet masterful runtime install cuda` brings the other)");

    private static DoctorCheck Cache(MachineFolders folders)
    {
        const string Name = "Tool cache";
        try
        {
            folders.RequireCache();
            var probe = Path.Combine(folders.Cache, $".probe-{Guid.NewGuid():N}");
            AtomicFile.Write(probe, "");
            File.Delete(probe);
            return new(Name, folders.Cache);
        }
        catch (DiagnosticException e)
        {
            return new(Name, folders.CacheProblem ?? e.Diagnostics[0].Message) { Remedy = e.Diagnostics[0].Code.Remedy, Fatal = e.Diagnostics[0].Code == RuntimeDiagnostics.CacheNotPrivate };
        }
        catch (IOException e)
        {
            return new(Name, $"{folders.Cache} is not writable: {Cause.Of(e)}")
            {
                Remedy = "Set MASTERFUL_CACHE to a folder that is, or mend its permissions.",
            };
        }
    }

    private static DoctorCheck Spec(CommandCall call)
    {
        try
        {
            var spec = SpecLoader.Load(call.Options.SpecPath, call.Options.Overrides, call.Host.Environment).Spec;
            return new("Spec", $"{call.Options.SpecPath} is valid ({spec.Dataset.Name})");
        }
        catch (DiagnosticException e)
        {
            return new("Spec", $"{e.Diagnostics.Count} problem(s), the first: {e.Diagnostics[0]}")
            {
                Remedy = "`dotnet masterful validate` lists them all.",
            };
        }
    }
}

/// <summary>One line of the doctor's list.</summary>
internal sealed record DoctorCheck(string Name, string Value)
{
    /// <summary>How to mend it; null when nothing is wrong.</summary>
    public string? Remedy { get; init; }

    /// <summary>Whether nothing can be trained as it is.</summary>
    public bool Fatal { get; init; }

    public string Line(int width) =>
        $"{(Remedy is null ? "✓" : Fatal ? "✗" : "!")} {Name.PadRight(width)}  {Value}"
        + (Remedy is null ? "" : $"{Environment.NewLine}  {new string(' ', width)}  → {Remedy}");
}
