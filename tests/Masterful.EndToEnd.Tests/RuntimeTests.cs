using System.IO.Compression;
using System.Text.Json;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>libtorch as a fresh machine gets it, from a folder of packages: no test needs the network or downloads anything again.</summary>
public sealed class RuntimeTests : IDisposable
{
    private const string LibTorch = "libtorch-cpu-linux-x64";
    private readonly TemporaryFolder _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void It_is_installed_from_a_folder_of_packages_found_by_the_doctor_and_not_installed_again()
    {
        var source = Source(LibTorch, "torchsharp");

        var before = Run("doctor");
        // As where a company has its own source: the configuration of the folder that the user is in.
        Configure(source);
        var installed = Run("runtime", "install", "cpu");
        Directory.Delete(source, recursive: true);
        var again = Run("runtime", "install", "cpu", "--log-format", "json");
        var list = Run("runtime", "list");
        var after = Run("doctor");

        Assert.True(before.ExitCode == 3, before.ToString());
        Assert.Contains("→ Run `dotnet masterful runtime install cpu`", before.Output, StringComparison.Ordinal);
        Assert.True(installed.ExitCode == 0, installed.ToString());
        Assert.True(again.ExitCode == 0, again.ToString());
        var folder = JsonDocument.Parse(again.Output).RootElement.GetProperty("data").GetProperty("folder").GetString()!;
        Assert.Contains(folder, installed.Output, StringComparison.Ordinal);
        Assert.Equal($"used  cpu   {folder} (the tool's cache)", list.Output.Trim());
        Assert.True(after.ExitCode == 0, after.ToString());
        Assert.Contains("✓ Computes", after.Output, StringComparison.Ordinal);
        Assert.Equal([folder], Directory.GetDirectories(Path.GetDirectoryName(folder)!));
    }

    [Fact]
    public void Another_package_than_the_pinned_one_is_refused_and_leaves_nothing()
    {
        var source = Source(LibTorch);
        using (var package = ZipFile.Open(Path.Combine(source, "torchsharp.0.107.0.nupkg"), ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(package.CreateEntry("TorchSharp.nuspec").Open());
            writer.Write("""
                <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
                  <metadata><id>TorchSharp</id><version>0.107.0</version><authors>someone else</authors><description>Not what it says.</description></metadata>
                </package>
                """);
        }

        var refused = Run("runtime", "install", "cpu", "--source", "source");

        Assert.True(refused.ExitCode == 3, refused.ToString());
        Assert.Contains("error MST0306: The package TorchSharp 0.107.0 from", refused.Error, StringComparison.Ordinal);
        Assert.Contains("its SHA-512 is ", refused.Error, StringComparison.Ordinal);
        AssertNothingInstalled();
    }

    [Fact]
    public void Without_a_source_that_has_it_the_error_says_what_to_put_where()
    {
        Configure(Source());

        var refused = Run("runtime", "install", "cpu");

        Assert.True(refused.ExitCode == 3, refused.ToString());
        Assert.Contains("NuGet says: NU1101: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"download the packages {LibTorch} 2.10.0 and TorchSharp 0.107.0 elsewhere", refused.Error, StringComparison.Ordinal);
        Assert.Contains("runtime install cpu --source FOLDER", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--libtorch", refused.Error, StringComparison.Ordinal);
        AssertNothingInstalled();
    }

    [Fact]
    public void A_wrong_libtorch_folder_is_told_and_nothing_else_is_tried()
    {
        var doctor = Run("doctor", "--libtorch", _machine.Path);

        Assert.True(doctor.ExitCode == 3, doctor.ToString());
        Assert.Contains("✗ libtorch", doctor.Output, StringComparison.Ordinal);
    }

    /// <summary>Runs the tool on a machine that has nothing yet.</summary>
    private ToolResult Run(params string[] arguments) => ToolProcess.Run(
        _machine.Path,
        new() { ["NUGET_PACKAGES"] = Path.Combine(_machine.Path, "packages"), ["MASTERFUL_CACHE"] = Path.Combine(_machine.Path, "cache") },
        arguments);

    /// <summary>A folder with packages as NuGet's own folder keeps them.</summary>
    private string Source(params string[] packages)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the packages are Linux's");
        var source = Directory.CreateDirectory(Path.Combine(_machine.Path, "source")).FullName;
        foreach (var package in packages)
        {
            var version = Directory.GetDirectories(Path.Combine(PackageFeed.UserPackages, package)).Single();
            File.CreateSymbolicLink(
                Path.Combine(source, $"{package}.{Path.GetFileName(version)}.nupkg"), Directory.GetFiles(version, "*.nupkg").Single());
        }

        return source;
    }

    private void Configure(string source) => File.WriteAllText(Path.Combine(_machine.Path, "nuget.config"), $"""
        <configuration>
          <packageSources><clear /><add key="company" value="{source}" /></packageSources>
        </configuration>
        """);

    private void AssertNothingInstalled() =>
        Assert.Empty(Directory.GetDirectories(Path.Combine(_machine.Path, "cache", "libtorch")));
}
