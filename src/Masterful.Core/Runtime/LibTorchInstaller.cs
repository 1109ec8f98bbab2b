using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Runtime;

/// <summary>
/// Installs libtorch into the tool's cache, through NuGet. What NuGet brings is checked against pinned hashes (CUDA's against those of the
/// first installation on this machine) and put together beside the place where it will be found, then moved there: a libtorch in the cache
/// is whole.
/// </summary>
/// <param name="folders">The tool's cache and the NuGet packages folder.</param>
/// <param name="configuration">The folder whose <c>nuget.config</c> counts, besides the user's own: where the user is.</param>
public sealed class LibTorchInstaller(MachineFolders folders, string configuration)
{
    /// <summary>Installs, unless it is installed; of two processes at once the second waits for the first.</summary>
    /// <param name="kind">CPU or CUDA.</param>
    /// <param name="source">A NuGet source to use alone, such as a folder of packages; null for those of NuGet's configuration.</param>
    /// <param name="progress">Told several times a second.</param>
    /// <param name="cancellation">Stops it and leaves nothing behind.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="DiagnosticException">
    /// NuGet could not bring it, it is not what was pinned, or there is none for this platform: the message has what to do.
    /// </exception>
    public async Task<string> InstallAsync(LibTorchKind kind, string? source, IProgress<LibTorchProgress>? progress, CancellationToken cancellation)
    {
        folders.RequireCache();
        var folder = folders.InstalledLibTorch(kind);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        using var alone = await WaitAsync(folder + ".lock", progress, cancellation).ConfigureAwait(false);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        var staging = folder + ".tmp";
        Remove(staging);
        try
        {
            var download = new NuGetDownload(Directory.CreateDirectory(staging).FullName, configuration, source is null ? null : FullSource(source));
            var whole = kind == LibTorchKind.Cpu
                ? await CpuAsync(download, progress, cancellation).ConfigureAwait(false)
                : await CudaAsync(download, progress, cancellation).ConfigureAwait(false);
            Directory.Move(whole, folder);
            return folder;
        }
        catch (NuGetException e)
        {
            throw new DiagnosticException(RuntimeDiagnostics.LibTorchNotFound, WithoutNuGet(kind, Cause.Of(e)));
        }
        finally
        {
            Remove(staging);
        }
    }

    private static async Task<string> CpuAsync(NuGetDownload download, IProgress<LibTorchProgress>? progress, CancellationToken cancellation)
    {
        var libtorch = PinnedPackage.Cpu(NativeNames.Platform) ?? throw NotMade(LibTorchKind.Cpu);
        PinnedPackage[] packages = [libtorch, PinnedPackage.TorchSharp];
        var total = packages.Sum(p => p.Bytes);
        await download.RestoreAsync(
            packages, bytes => progress?.Report(Step(LibTorchKind.Cpu, Math.Min(bytes, total), total)), cancellation).ConfigureAwait(false);
        foreach (var package in packages)
        {
            package.Verify(download.Packages);
        }

        var whole = libtorch.NativeFolder(download.Packages, NativeNames.Platform);
        var binding = NativeNames.File("LibTorchSharp");
        File.Move(Path.Combine(PinnedPackage.TorchSharp.NativeFolder(download.Packages, NativeNames.Platform), binding), Path.Combine(whole, binding));
        return whole;
    }

    /// <summary>
    /// CUDA's libtorch comes in dozens of packages, whose parts a publish puts together and compares with the checksums that lie beside them.
    /// </summary>
    private async Task<string> CudaAsync(NuGetDownload download, IProgress<LibTorchProgress>? progress, CancellationToken cancellation)
    {
        var package = CudaPackage ?? throw NotMade(LibTorchKind.Cuda);
        await download.PublishAsync(
            [(PinnedPackage.TorchSharp.Id, PinnedPackage.TorchSharp.Version), (package, PinnedPackage.TorchSharp.Version)], folders.Packages,
            bytes => progress?.Report(Step(LibTorchKind.Cuda, bytes, null)), cancellation).ConfigureAwait(false);
        PinnedPackage.TorchSharp.Verify(File.Exists(PinnedPackage.TorchSharp.MetadataFile(download.Packages)) ? download.Packages : folders.Packages);
        new RecordedPackages(folders.InstalledLibTorch(LibTorchKind.Cuda) + ".packages.json").Verify(download.Assets, download.Packages, folders.Packages);
        var missing = new[] { "torch_cuda", "torch_cpu", "LibTorchSharp" }.Select(NativeNames.File).Where(f => !File.Exists(Path.Combine(download.Published, f)));
        if (string.Join(", ", missing) is { Length: > 0 } names)
        {
            throw new NuGetException($"{package} {PinnedPackage.TorchSharp.Version} was published without {names}.");
        }

        LibraryProof.Note(download.Published);
        return download.Published;
    }

    private static string? CudaPackage => NativeNames.Platform switch
    {
        "linux-x64" => "TorchSharp-cuda-linux",
        "win-x64" => "TorchSharp-cuda-windows",
        _ => null,
    };

    private static LibTorchProgress Step(LibTorchKind kind, long bytes, long? total) => new(
        $"{(bytes == total ? "Unpacking" : "Fetching")} libtorch {MachineFolders.LibTorchVersion} ({Name(kind)})", bytes, total);

    private static string Name(LibTorchKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>A folder by its full path, since NuGet reads it elsewhere; an address as it is.</summary>
    private static string FullSource(string source) =>
        source.Contains("://", StringComparison.Ordinal) ? source
        : Directory.Exists(source) ? Path.GetFullPath(source)
        : throw new DiagnosticException(
            RuntimeDiagnostics.LibTorchNotFound, $"The source '{source}' is neither a folder nor an address. Name a folder that holds the packages (.nupkg), or leave --source out.");

    private static string WithoutNuGet(LibTorchKind kind, string words)
    {
        var packages = kind == LibTorchKind.Cpu
            ? $"{PinnedPackage.Cpu(NativeNames.Platform)} and {PinnedPackage.TorchSharp}"
            : $"{CudaPackage} {PinnedPackage.TorchSharp.Version} and everything that it depends on";
        return $"NuGet could not bring libtorch, which is not on this machine. NuGet says: {words} "
            + $"Mend the network or NuGet's sources and run `dotnet masterful runtime install {Name(kind)}`. Without a network: download the packages {packages} elsewhere, "
            + $"put the .nupkg files into one folder, and run `dotnet masterful runtime install {Name(kind)} --source FOLDER`; or name a folder with libtorch "
            + $"{MachineFolders.LibTorchVersion} and {NativeNames.File("LibTorchSharp")} by --libtorch.";
    }

    private static DiagnosticException NotMade(LibTorchKind kind) => new(
        RuntimeDiagnostics.LibTorchNotFound,
        $"NuGet has no libtorch ({Name(kind)}) for {NativeNames.Platform}: there is cpu for linux-x64, win-x64 and osx-arm64, cuda for linux-x64 and win-x64. "
        + "Name a folder that holds one built for this platform by --libtorch.");

    /// <summary>Holds a file that only one process can hold; it stays behind, empty.</summary>
    private static async Task<FileStream> WaitAsync(string file, IProgress<LibTorchProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            while (true)
            {
                try
                {
                    return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException) when (File.Exists(file))
                {
                    progress?.Report(new("Waiting for another process that installs libtorch", 0, null));
                    await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                RuntimeDiagnostics.FolderNotWritable, $"libtorch can't be installed: {Cause.Of(e)} Set MASTERFUL_CACHE to a folder that is writable, or mend its permissions.");
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
