using TorchSharp;

namespace Masterful.Core.Runtime;

/// <summary>The folders of this machine and user that are shared by all runs.</summary>
/// <param name="Cache">The tool's own cache: fetched libtorch, mended native files.</param>
/// <param name="Packages">The NuGet packages folder.</param>
public sealed record MachineFolders(string Cache, string Packages)
{
    /// <summary>The libtorch that goes with the TorchSharp that this engine is built against.</summary>
    public const string LibTorchVersion = "2.10.0";

    /// <summary>The TorchSharp that this engine is built against.</summary>
    public static string TorchSharpVersion { get; } = typeof(torch).Assembly.GetName().Version!.ToString(3);

    /// <summary>Reads the folders from the environment, as NuGet and the desktop conventions do.</summary>
    public static MachineFolders FromEnvironment()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = EnvironmentSetting.Read("MASTERFUL_CACHE")
            ?? (Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } local
                ? Path.Combine(local, "masterful")
                : Path.Combine(Path.GetTempPath(), "masterful"));
        var packages = EnvironmentSetting.Read("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        return new MachineFolders(cache, packages);
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
}
