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
        Pack(source, "TorchSharp", "0.107.0", []);

        var refused = Run("runtime", "install", "cpu", "--source", "source");

        Assert.True(refused.ExitCode == 3, refused.ToString());
        Assert.Contains("error MST0306: The package TorchSharp 0.107.0 from", refused.Error, StringComparison.Ordinal);
        Assert.Contains("its SHA-512 is ", refused.Error, StringComparison.Ordinal);
        AssertNothingInstalled();
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/proc")]
    [InlineData("/")]
    public void A_user_whose_home_can_t_be_written_gets_it_all_the_same(string home)
    {
        Assert.SkipWhen(home == "/" && Environment.IsPrivilegedProcess, "root writes there");
        Configure(Source(LibTorch, "torchsharp"));

        var installed = RunAt(home, "runtime", "install", "cpu");

        Assert.True(installed.ExitCode == 0, installed.ToString());
        Assert.Contains("✓ Computes", RunAt(home, "doctor").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/proc")]
    public void Without_a_home_that_can_be_written_and_without_a_cache_the_message_says_what_to_set(string home)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the folders are Linux's");
        Configure(Source());
        using var process = ToolProcess.StartProgram(
            "env", _machine.Path, [], "-u", "MASTERFUL_CACHE", "-u", "XDG_DATA_HOME", $"HOME={home}", $"TMPDIR={home}", "dotnet", ToolProcess.Tool, "runtime", "install", "cpu");

        var refused = process.Wait();

        Assert.True(refused.ExitCode is 1 or 3, refused.ToString());
        Assert.Contains("MASTERFUL_CACHE", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
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
    public void Cuda_s_packages_are_held_to_what_the_first_installation_got()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the packages are Linux's");
        var source = Source("torchsharp", "google.protobuf", "sharpziplib", "skiasharp", "skiasharp.nativeassets.win32", "skiasharp.nativeassets.macos");
        Pack(source, "TorchSharp-cuda-linux", "0.107.0", [], """<dependency id="libtorch-cuda-12.8-linux-x64" version="2.10.0" />""");
        PackCuda(source, "2.10.0", "as published");
        var installed = Path.Combine(_machine.Path, "cache", "libtorch", "2.10.0-linux-x64-cuda");

        var first = Run("runtime", "install", "cuda", "--source", "source");
        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.Equal("as published", File.ReadAllText(Path.Combine(installed, "libtorch_cuda.so")));
        var record = File.ReadAllText(installed + ".packages.json");
        Assert.Contains("\"libtorch-cuda-12.8-linux-x64 2.10.0\": \"", record, StringComparison.Ordinal);
        Assert.Contains("\"TorchSharp-cuda-linux 0.107.0\": \"", record, StringComparison.Ordinal);
        Directory.Delete(installed, recursive: true);
        Assert.Equal(0, Run("runtime", "install", "cuda", "--source", "source").ExitCode);
        Directory.Delete(installed, recursive: true);

        PackCuda(source, "2.10.0", "as someone else made it");
        var changed = Run("runtime", "install", "cuda", "--source", "source");
        File.Delete(Path.Combine(source, "libtorch-cuda-12.8-linux-x64.2.10.0.nupkg"));
        PackCuda(source, "2.11.0", "newer");
        var newer = Run("runtime", "install", "cuda", "--source", "source");

        Assert.True(changed.ExitCode == 3, changed.ToString());
        Assert.Contains("error MST0306: libtorch-cuda-12.8-linux-x64 2.10.0 differ from what ", changed.Error, StringComparison.Ordinal);
        Assert.True(newer.ExitCode == 3, newer.ToString());
        Assert.Contains("libtorch-cuda-12.8-linux-x64 2.11.0 came in the place of version 2.10.0", newer.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(installed));
    }

    [Fact]
    public void A_wrong_libtorch_folder_is_told_and_nothing_else_is_tried()
    {
        var doctor = Run("doctor", "--libtorch", _machine.Path);

        Assert.True(doctor.ExitCode == 3, doctor.ToString());
        Assert.Contains("✗ libtorch", doctor.Output, StringComparison.Ordinal);
    }

    /// <summary>Runs the tool on a machine that has nothing yet.</summary>
    private ToolResult Run(params string[] arguments) => RunWith([], arguments);

    /// <summary>The same for a user of another home.</summary>
    private ToolResult RunAt(string home, params string[] arguments) => RunWith(new() { ["HOME"] = home }, arguments);

    private ToolResult RunWith(Dictionary<string, string> environment, string[] arguments)
    {
        environment["NUGET_PACKAGES"] = Path.Combine(_machine.Path, "packages");
        environment["MASTERFUL_CACHE"] = Path.Combine(_machine.Path, "cache");
        return ToolProcess.Run(_machine.Path, environment, arguments);
    }

    /// <summary>A folder with packages as NuGet's own folder keeps them.</summary>
    private string Source(params string[] packages)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the packages are Linux's");
        var source = Directory.CreateDirectory(Path.Combine(_machine.Path, "source")).FullName;
        foreach (var package in packages)
        {
            foreach (var version in Directory.GetDirectories(Path.Combine(PackageFeed.UserPackages, package)))
            {
                File.CreateSymbolicLink(Path.Combine(source, $"{package}.{Path.GetFileName(version)}.nupkg"), Directory.GetFiles(version, "*.nupkg").Single());
            }
        }

        return source;
    }

    private static void PackCuda(string source, string version, string content) => Pack(
        source, "libtorch-cuda-12.8-linux-x64", version, [("runtimes/linux-x64/native/libtorch_cuda.so", content), ("runtimes/linux-x64/native/libtorch_cpu.so", content)]);

    /// <summary>A package of someone's.</summary>
    private static void Pack(string source, string id, string version, IEnumerable<(string Path, string Content)> files, string dependencies = "")
    {
        var path = Path.Combine(source, $"{id}.{version}.nupkg".ToLowerInvariant());
        File.Delete(path);
        using var package = ZipFile.Open(path, ZipArchiveMode.Create);
        var specification = $"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>{id}</id><version>{version}</version><authors>someone else</authors><description>Not what it says.</description>
                <dependencies>{dependencies}</dependencies>
              </metadata>
            </package>
            """;
        foreach (var (name, content) in files.Prepend(($"{id}.nuspec", specification)))
        {
            using var writer = new StreamWriter(package.CreateEntry(name).Open());
            writer.Write(content);
        }
    }

    private void Configure(string source) => File.WriteAllText(Path.Combine(_machine.Path, "nuget.config"), $"""
        <configuration>
          <packageSources><clear /><add key="company" value="{source}" /></packageSources>
        </configuration>
        """);

    private void AssertNothingInstalled() =>
        Assert.Empty(Directory.GetDirectories(Path.Combine(_machine.Path, "cache", "libtorch")));
}
