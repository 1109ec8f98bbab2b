using Masterful.Core.Spec;
using TorchSharp;

namespace Masterful.Core.Runtime;

/// <summary>The folders of this machine and user that are shared by all runs.</summary>
/// <param name="Cache">The tool's own cache: fetched libtorch, mended native files, what workers fetched; empty where there is no place for one.</param>
/// <param name="Packages">The NuGet packages folder; empty where there is none.</param>
public sealed record MachineFolders(string Cache, string Packages)
{
    /// <summary>The libtorch that goes with the TorchSharp that this engine is built against.</summary>
    public const string LibTorchVersion = "2.10.0";

    /// <summary>The TorchSharp that this engine is built against.</summary>
    public static string TorchSharpVersion { get; } = typeof(torch).Assembly.GetName().Version!.ToString(3);

    /// <summary>
    /// Reads the folders from the environment, as NuGet and the desktop conventions do. Where there is no home there is no cache: a folder
    /// that everybody may write to is none.
    /// </summary>
    public static MachineFolders FromEnvironment()
    {
        // What is not there yet is made; .NET's own check would answer an empty path for it, which joins to one of the current folder.
        var home = FullOrNone(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));
        var data = FullOrNone(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify));
        var cache = EnvironmentSetting.Read("MASTERFUL_CACHE") is { } named ? Path.GetFullPath(named) : data is null ? "" : Path.Combine(data, "masterful");
        var packages = EnvironmentSetting.Read("NUGET_PACKAGES") is { } folder ? Path.GetFullPath(folder) : home is null ? "" : Path.Combine(home, ".nuget", "packages");
        return new MachineFolders(cache, packages);
    }

    /// <summary>Whether there is a cache that code may be loaded from; it is made where it is not there yet.</summary>
    public bool HasSafeCache
    {
        get
        {
            try
            {
                RequireCache();
                return true;
            }
            catch (DiagnosticException)
            {
                return false;
            }
        }
    }

    /// <summary>Why code must not be loaded from the cache that is there; null where it may be, and where there is none.</summary>
    public string? CacheProblem => Cache.Length == 0 ? null : PrivateFolder.Problem(Cache);

    /// <summary>Makes the cache where it is not there, and makes sure that nobody else can put code there.</summary>
    /// <exception cref="DiagnosticException">There is no place for one, it can't be made, or it is not safe.</exception>
    public void RequireCache()
    {
        if (Cache.Length == 0)
        {
            throw new DiagnosticException(
                RuntimeDiagnostics.NoHome, $"This user has no home folder where the tool could keep libtorch. {RuntimeDiagnostics.NoHome.Remedy}");
        }

        PrivateFolder.Ensure(Cache);
    }

    /// <summary>Refuses a cache that is there and not safe, on every start that loads code; that there is none is no fault yet.</summary>
    /// <exception cref="DiagnosticException">Somebody else could have put code there.</exception>
    public void RefuseUnsafeCache()
    {
        if (CacheProblem is { } problem)
        {
            throw PrivateFolder.NotPrivate(problem);
        }
    }

    /// <summary>Where the tool installs libtorch; a folder that is there is whole.</summary>
    public string InstalledLibTorch(LibTorchKind kind) =>
        Path.Combine(Cache, "libtorch", $"{LibTorchVersion}-{NativeNames.Platform}-{kind.ToString().ToLowerInvariant()}");

    /// <summary>Where the CPU package has its libraries.</summary>
    public string PackagedLibTorch =>
        Path.Combine(Packages, $"libtorch-cpu-{NativeNames.Platform}", LibTorchVersion, "runtimes", NativeNames.Platform, "native");

    /// <summary>Where the TorchSharp package has its library.</summary>
    public string PackagedBinding =>
        Path.Combine(Packages, "torchsharp", TorchSharpVersion, "runtimes", NativeNames.Platform, "native");

    /// <summary>A folder that is relative would be one of whatever folder the tool is started in.</summary>
    private static string? FullOrNone(string folder) => Path.IsPathFullyQualified(folder) ? folder : null;
}
