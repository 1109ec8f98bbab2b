using System.Diagnostics;

namespace Masterful.Core.Runtime;

/// <summary>Which build of libtorch.</summary>
public enum LibTorchKind
{
    /// <summary>CPU only, about 170 MB to download.</summary>
    Cpu,

    /// <summary>With CUDA, several GB to download.</summary>
    Cuda,
}

/// <summary>
/// Fetches libtorch through NuGet, with the user's own sources and credentials, by restoring a generated project. The CPU package
/// is used where NuGet unpacks it; CUDA's many parts only come together in a publish, so that goes into the tool's cache.
/// </summary>
public sealed class LibTorchFetcher(MachineFolders folders)
{
    /// <summary>Fetches; does nothing that is already there.</summary>
    /// <param name="kind">CPU or CUDA.</param>
    /// <param name="progress">Lines for people, a few seconds apart.</param>
    /// <param name="cancellation">Stops the download; it goes on from NuGet's own cache next time.</param>
    /// <exception cref="Spec.DiagnosticException">NuGet could not fetch it: the message ends with NuGet's own words.</exception>
    public async Task FetchAsync(LibTorchKind kind, IProgress<string> progress, CancellationToken cancellation)
    {
        var project = Directory.CreateTempSubdirectory("masterful-libtorch-");
        try
        {
            var file = Path.Combine(project.FullName, "libtorch.csproj");
            await File.WriteAllTextAsync(file, Project(kind), cancellation).ConfigureAwait(false);
            // Empty files keep settings of folders above the temporary folder out of it.
            foreach (var stop in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            {
                await File.WriteAllTextAsync(Path.Combine(project.FullName, stop), "<Project />", cancellation).ConfigureAwait(false);
            }

            string[] arguments = kind == LibTorchKind.Cpu
                ? ["restore", file]
                : ["publish", file, "-o", folders.FetchedLibTorch];
            await RunAsync(arguments, kind, progress, cancellation).ConfigureAwait(false);
        }
        finally
        {
            project.Delete(recursive: true);
        }
    }

    private static string Project(LibTorchKind kind)
    {
        var package = kind == LibTorchKind.Cpu
            ? $"""<PackageReference Include="libtorch-cpu-{NativeNames.Platform}" Version="{MachineFolders.LibTorchVersion}" />"""
            : $"""<PackageReference Include="TorchSharp-cuda-{(OperatingSystem.IsWindows() ? "windows" : "linux")}" Version="{MachineFolders.TorchSharpVersion}" />""";
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
                <RuntimeIdentifier>{NativeNames.Platform}</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <NoWarn>NU1603</NoWarn>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="TorchSharp" Version="{MachineFolders.TorchSharpVersion}" />
                {package}
              </ItemGroup>
            </Project>
            """;
    }

    private async Task RunAsync(string[] arguments, LibTorchKind kind, IProgress<string> progress, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NUGET_PACKAGES"] = folders.Packages;
        progress.Report($"Fetching libtorch {MachineFolders.LibTorchVersion} ({kind.ToString().ToLowerInvariant()}) through NuGet, once …");

        using var process = Process.Start(start)!;
        await using var kill = cancellation.Register(() => process.Kill(entireProcessTree: true)).ConfigureAwait(false);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var exit = process.WaitForExitAsync(CancellationToken.None);
        var clock = Stopwatch.StartNew();
        while (await Task.WhenAny(exit, Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None)).ConfigureAwait(false) != exit)
        {
            progress.Report($"… {clock.Elapsed.TotalSeconds:0} s, still fetching libtorch");
        }

        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            var words = string.Join(' ', $"{await output.ConfigureAwait(false)}\n{await errors.ConfigureAwait(false)}".Split('\n')
                .Where(l => l.Contains("error", StringComparison.OrdinalIgnoreCase)).Select(l => l.Trim()).Distinct().Take(3));
            throw new Spec.DiagnosticException(
                RuntimeDiagnostics.LibTorchNotFound,
                $"libtorch is not on this machine and NuGet could not fetch it. Go online once, or name a folder with --libtorch. NuGet says: {words}");
        }
    }
}
