using Xunit;

namespace Masterful.EndToEnd.Tests;

public class PackageTests
{
    [Fact]
    public void The_packed_tool_installs_from_a_local_feed_into_an_empty_folder_and_runs_a_spec_there()
    {
        using var project = new SmallProject();
        var feed = Path.Combine(project.Folder, "feed");
        var tools = Path.Combine(project.Folder, "tools");
        var packed = ToolProcess.RunProgram(
            "dotnet", ToolProcess.Root, "pack", "src/Masterful.Tool", "--configuration", ToolProcess.Configuration, "--output", feed, "--verbosity", "quiet");
        Assert.True(packed.ExitCode == 0, packed.ToString());
        var package = Assert.Single(Directory.GetFiles(feed, "Masterful.Tool.*.nupkg"));
        Assert.InRange(new FileInfo(package).Length, 1_000_000, 30_000_000);

        File.WriteAllText(Path.Combine(project.Folder, "nuget.config"), """
            <configuration>
              <packageSources><clear /><add key="feed" value="feed" /></packageSources>
            </configuration>
            """);
        var installed = ToolProcess.RunProgram(
            "dotnet", project.Folder, "tool", "install", "Masterful.Tool", "--tool-path", tools, "--configfile", "nuget.config", "--no-cache");
        Assert.True(installed.ExitCode == 0, installed.ToString());

        var run = ToolProcess.RunProgram(Path.Combine(tools, "dotnet-masterful"), project.Folder, "run");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.True(File.Exists(project.ResultPath));
    }
}
