using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>The tool's package as users meet it: a feed, an install, a command.</summary>
public class PackageTests(PackedTool tool) : IClassFixture<PackedTool>
{
    [Fact]
    public void The_packed_tool_installs_from_a_local_feed_into_a_folder_of_its_own()
    {
        using var folder = new TemporaryFolder();
        tool.Configure(folder.Path);
        var tools = Path.Combine(folder.Path, "tools");
        var installed = ToolProcess.RunProgram(
            "dotnet", folder.Path, "tool", "install", "Masterful.Tool", "--tool-path", tools, "--configfile", "nuget.config", "--no-cache");
        Assert.True(installed.ExitCode == 0, installed.ToString());

        var run = ToolProcess.RunProgram(Path.Combine(tools, "dotnet-masterful"), folder.Path, "--version");

        Assert.True(run.ExitCode == 0, run.ToString());
    }

    [Fact]
    public void The_package_is_small_and_says_what_it_is()
    {
        Assert.InRange(new FileInfo(tool.Package).Length, 1_000_000, 30_000_000);
        using var package = ZipFile.OpenRead(tool.Package);
        using var stream = package.GetEntry("Masterful.Tool.nuspec")!.Open();
        var said = XDocument.Load(stream).Descendants().Where(e => !e.HasElements).ToLookup(e => e.Name.LocalName, e => e.Value);

        Assert.Equal(("tool.md", "icon.png", "MIT"), (said["readme"].Single(), said["icon"].Single(), said["license"].Single()));
        Assert.Contains("dotnet masterful", said["description"].Single(), StringComparison.Ordinal);
        Assert.NotEmpty(said["tags"].Single());
        Assert.All(["tool.md", "icon.png"], file => Assert.NotNull(package.GetEntry(file)));
        Assert.DoesNotContain(package.Entries, e => e.Name.Contains("torch_c", StringComparison.Ordinal));
    }

    [Fact]
    public void It_installs_globally_and_dotnet_masterful_runs_a_spec()
    {
        using var project = new SmallProject();
        var environment = tool.Configure(project.Folder);

        AssertWorks(project.Folder, environment, "tool", "install", "--global", "Masterful.Tool");
        // libtorch as the user has it; the tool itself was installed with a packages folder of its own.
        environment["NUGET_PACKAGES"] = PackageFeed.UserPackages;
        AssertWorks(project.Folder, environment, "masterful", "run");

        Assert.True(File.Exists(project.ResultPath));
    }

    [Fact]
    public void It_installs_into_a_local_manifest_and_a_clone_restores_it()
    {
        using var folder = new TemporaryFolder();
        var environment = tool.Configure(folder.Path);

        AssertWorks(folder.Path, environment, "new", "tool-manifest");
        AssertWorks(folder.Path, environment, "tool", "install", "Masterful.Tool");
        Directory.Delete(environment["NUGET_PACKAGES"], recursive: true);
        AssertWorks(folder.Path, environment, "tool", "restore");
        AssertWorks(folder.Path, environment, "masterful", "--version");
    }

    [Fact]
    public void It_runs_without_being_installed()
    {
        using var folder = new TemporaryFolder();
        var environment = tool.Configure(folder.Path);

        AssertWorks(folder.Path, environment, "tool", "exec", "--yes", "Masterful.Tool", "--", "--version");
    }

    private static void AssertWorks(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = ToolProcess.StartProgram("dotnet", folder, environment, arguments);
        var result = process.Wait();
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
