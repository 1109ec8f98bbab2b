using System.Text.Json;

namespace Masterful.Core.Runtime;

/// <summary>A package of the gallery that libtorch comes in, known by its content.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Bytes">Size of the download.</param>
/// <param name="Sha512">
/// NuGet's content hash in Base64, as lock files have it: SHA-512 of the package without its signature, which a gallery may renew.
/// </param>
internal sealed record PinnedPackage(string Id, string Version, long Bytes, string Sha512)
{
    /// <summary>TorchSharp, whose own native library goes with every libtorch.</summary>
    public static readonly PinnedPackage TorchSharp = new(
        "TorchSharp", "0.107.0", 3_345_464, "HGxs37FGN+JNuLiSeAqc6jGwjDuZepEkq7+FYv1ideNoYy1VsUpky9JEDKviwbR/vCXHLjOwdzHVzJv/snyLwA==");

    private static readonly PinnedPackage[] CpuPackages =
    [
        new("libtorch-cpu-linux-x64", MachineFolders.LibTorchVersion, 128_200_806,
            "YGd/F5T77Urmui3LeXOgXP8xqY+RpSZFcMBwV+tBDYMMtxppKyi8O4ajnWSNSmlSctr6KGvSmfGRhmxRGYfbuA=="),
        new("libtorch-cpu-win-x64", MachineFolders.LibTorchVersion, 79_854_046,
            "Gr1gCbueixwQIEnWiMXyAs4/uAFBar03K+AxZm9BY3t17MFaX9rEIe9Vxz+Cguo9G6dXXOeGAO3W1OEhax74Mw=="),
        new("libtorch-cpu-osx-arm64", MachineFolders.LibTorchVersion, 56_910_439,
            "i8aTC3F+7JI65Jdr4MfgdVdZpFU/FCn2G1b/yc4Z8FauDgpc2cji3mwDfQy+3KdD+rpDBgCiAdqs8o0v7mDNXw=="),
    ];

    /// <summary>The CPU libtorch of a platform, or null where the gallery has none.</summary>
    /// <param name="platform">Such as linux-x64.</param>
    public static PinnedPackage? Cpu(string platform) => Array.Find(CpuPackages, p => p.Id == $"libtorch-cpu-{platform}");

    /// <summary>Where a NuGet packages folder has the package's native libraries.</summary>
    public string NativeFolder(string packages, string platform) => Path.Combine(Folder(packages), "runtimes", platform, "native");

    /// <summary>Where NuGet writes down what it unpacked.</summary>
    public string MetadataFile(string packages) => Path.Combine(Folder(packages), ".nupkg.metadata");

    /// <summary>Makes sure that what NuGet unpacked is this package and no other.</summary>
    /// <param name="packages">The packages folder that it was unpacked into.</param>
    /// <exception cref="Spec.DiagnosticException">It is another; the message has both hashes.</exception>
    public void Verify(string packages)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(MetadataFile(packages)));
        var found = document.RootElement.GetProperty("contentHash").GetString();
        if (found != Sha512)
        {
            var source = document.RootElement.TryGetProperty("source", out var from) ? from.GetString() : null;
            throw new Spec.DiagnosticException(
                RuntimeDiagnostics.PackageNotAsPinned,
                $"The package {Id} {Version} from {source ?? "NuGet"} is not the one that was pinned: its SHA-512 is {found}; right would be {Sha512}. Nothing was installed. "
                + RuntimeDiagnostics.PackageNotAsPinned.Remedy);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Id} {Version}";

    private string Folder(string packages) => Path.Combine(packages, Id.ToLowerInvariant(), Version);
}
