namespace Masterful.Core.Runtime;

/// <summary>Where a libtorch was found.</summary>
public enum LibTorchOrigin
{
    /// <summary>Named by <c>--libtorch</c> or <c>MASTERFUL_LIBTORCH</c>.</summary>
    Named,

    /// <summary>Beside the model project's assembly.</summary>
    ModelProject,

    /// <summary>Installed earlier into the tool's cache.</summary>
    Cache,

    /// <summary>The NuGet packages folder.</summary>
    Packages,
}

/// <summary>A libtorch on disk.</summary>
/// <param name="Origin">Where it was found.</param>
/// <param name="Folder">The folder with torch_cpu, c10 and the rest.</param>
/// <param name="Binding">The file of TorchSharp's own native library.</param>
public sealed record LibTorchLocation(LibTorchOrigin Origin, string Folder, string Binding)
{
    /// <summary>Whether the folder has CUDA's libraries.</summary>
    public bool HasCuda => File.Exists(Path.Combine(Folder, NativeNames.File("torch_cuda")));
}

/// <summary>Finds libtorch without touching it.</summary>
/// <param name="named">A folder that the user named, or null.</param>
/// <param name="modelAssembly">Full path of the model project's assembly, or null.</param>
/// <param name="folders">The tool's cache and the NuGet packages folder.</param>
public sealed class LibTorchLocator(string? named, string? modelAssembly, MachineFolders folders)
{
    /// <summary>The folders that are looked at, first match wins.</summary>
    public IReadOnlyList<(LibTorchOrigin Origin, string Folder)> Candidates()
    {
        var candidates = new List<(LibTorchOrigin, string)>();
        if (named is not null)
        {
            // A named folder stands alone: falling back silently would hide the user's mistake.
            candidates.Add((LibTorchOrigin.Named, named));
            candidates.Add((LibTorchOrigin.Named, Path.Combine(named, "lib")));
            return candidates;
        }

        if (Path.GetDirectoryName(modelAssembly) is { } output)
        {
            candidates.Add((LibTorchOrigin.ModelProject, output));
            candidates.Add((LibTorchOrigin.ModelProject, Path.Combine(output, "runtimes", NativeNames.Platform, "native")));
        }

        // CUDA's computes on the CPU too, so who installed both wants that one.
        candidates.AddRange(Installed().Select(folder => (LibTorchOrigin.Cache, folder)));
        candidates.AddRange(folders.Packages.Length > 0 ? [(LibTorchOrigin.Packages, folders.PackagedLibTorch)] : []);
        return candidates;
    }

    /// <summary>The first folder that has libtorch, with the TorchSharp library that goes with it; null when there is none.</summary>
    public LibTorchLocation? Locate() => All().FirstOrDefault();

    /// <summary>Every folder that has libtorch with the TorchSharp library that goes with it, in the order in which they are taken.</summary>
    public IEnumerable<LibTorchLocation> All()
    {
        foreach (var (origin, folder) in Candidates().Where(c => File.Exists(Path.Combine(c.Folder, NativeNames.File("torch_cpu")))))
        {
            string[] places = [folder, .. folders.Packages.Length > 0 ? [folders.PackagedBinding] : Array.Empty<string>(), .. Installed().Reverse()];
            var binding = places
                .Select(f => Path.Combine(f, NativeNames.File("LibTorchSharp")))
                .FirstOrDefault(File.Exists);
            if (binding is not null)
            {
                yield return new LibTorchLocation(origin, folder, binding);
            }
        }
    }

    /// <summary>What was installed into the cache; nothing where somebody else may have put it there.</summary>
    private IEnumerable<string> Installed() => folders.Cache.Length > 0 && folders.CacheProblem is null
        ? [folders.InstalledLibTorch(LibTorchKind.Cuda), folders.InstalledLibTorch(LibTorchKind.Cpu)]
        : [];
}
