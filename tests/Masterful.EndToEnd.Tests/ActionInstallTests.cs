using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>Which tool the actions run: real packages, feeds and manifests, and the real command line.</summary>
public sealed class ActionInstallTests(PackedTool tool) : IClassFixture<PackedTool>, IDisposable
{
    private readonly TemporaryFolder _workspace = new();

    /// <summary>The version of this checkout, which the packages have and the actions name.</summary>
    private static string Version { get; } =
        XDocument.Load(Path.Combine(ToolProcess.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("", "")]
    [InlineData(".config", "")]
    [InlineData("", "models/digits")]
    [InlineData(".config", "models/digits")]
    public void The_manifest_that_the_command_line_finds_is_the_one_that_runs(string folder, string workingDirectory)
    {
        var environment = tool.Configure(_workspace.Path);
        WriteManifest(Path.Combine(_workspace.Path, folder), Version);
        Directory.CreateDirectory(Path.Combine(_workspace.Path, workingDirectory));

        using var runner = Run("masterful", environment, new() { ["working-directory"] = workingDirectory.Length == 0 ? "." : workingDirectory, ["libtorch"] = "cpu" });

        Assert.StartsWith(Version, Start(runner, environment, workingDirectory), StringComparison.Ordinal);
        Assert.Equal(Version, runner.Output("install", "version"));
        Assert.False(File.Exists(runner.At("masterful/dotnet-masterful")));
    }

    [Fact]
    public void The_manifest_that_dotnet_new_writes_is_found()
    {
        var environment = tool.Configure(_workspace.Path);
        AssertWorks(environment, "new", "tool-manifest");
        AssertWorks(environment, "tool", "install", "Masterful.Tool");
        Directory.Delete(environment["NUGET_PACKAGES"], recursive: true);

        using var runner = Run("masterful", environment, []);

        Assert.StartsWith(Version, Start(runner, environment), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("masterful")]
    [InlineData("masterful-comment")]
    public void A_version_that_is_given_runs_beside_a_manifest_with_another(string action)
    {
        var environment = tool.Configure(_workspace.Path);
        WriteManifest(_workspace.Path, "0.0.7");

        using var runner = Run(action, environment, new() { ["tool-version"] = Version, ["token"] = "" });

        Assert.StartsWith(Version, Start(runner, environment), StringComparison.Ordinal);
        Assert.True(File.Exists(runner.At("masterful/dotnet-masterful")));
    }

    [Fact]
    public void A_manifest_that_can_t_be_read_is_told_and_nothing_else_is_installed()
    {
        var environment = tool.Configure(_workspace.Path);
        File.WriteAllText(Path.Combine(_workspace.Path, "dotnet-tools.json"), """{ "version": 1, "isRoot": true, "tools": { """);
        using var runner = new ActionRunner("masterful", _workspace.Path, [], realCommandLine: environment);

        var refused = runner.Run("Install Masterful");

        Assert.True(refused.ExitCode != 0, refused.ToString());
        Assert.Contains("dotnet-tools.json", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(runner.At("masterful")));
    }

    [Theory]
    [InlineData("masterful", "")]
    [InlineData("masterful", "manifest")]
    [InlineData("masterful-comment", "")]
    public void From_a_named_source_its_own_build_runs_whatever_other_feeds_and_folders_hold(string action, string manifest)
    {
        var environment = tool.Configure(_workspace.Path);
        var feed = Directory.CreateDirectory(Path.Combine(_workspace.Path, "other")).FullName;
        Plant(feed, "99.0.0");
        Plant(feed, Version);
        Configure(feed);
        // The planted package of our own version also lies where NuGet looks first.
        var planted = Path.Combine(environment["NUGET_PACKAGES"], "masterful.tool", Version);
        ZipFile.ExtractToDirectory(Path.Combine(feed, $"masterful.tool.{Version}.nupkg"), planted);
        File.Copy(Path.Combine(feed, $"masterful.tool.{Version}.nupkg"), Path.Combine(planted, $"masterful.tool.{Version}.nupkg"));
        if (manifest.Length > 0)
        {
            WriteManifest(_workspace.Path, Version);
        }

        using var runner = Run(action, environment, new() { ["tool-source"] = Path.GetDirectoryName(tool.Package)!, ["token"] = "" });

        Assert.StartsWith(Version, Start(runner, environment), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(runner.At("masterful"), "planted.txt", SearchOption.AllDirectories));
        Assert.NotEmpty(Directory.EnumerateFiles(runner.At("masterful"), "dotnet-masterful.dll", SearchOption.AllDirectories));
    }

    [Fact]
    public void Without_a_word_on_the_version_it_is_that_of_the_action_and_not_the_newest()
    {
        var environment = tool.Configure(_workspace.Path);
        var feed = Directory.CreateDirectory(Path.Combine(_workspace.Path, "other")).FullName;
        File.Copy(tool.Package, Path.Combine(feed, Path.GetFileName(tool.Package)));
        Plant(feed, "98.0.0");
        Configure(feed);

        using var runner = Run("masterful", environment, []);

        Assert.Equal(Version, runner.Output("install", "version"));
        Assert.Empty(Directory.EnumerateFiles(runner.At("masterful"), "planted.txt", SearchOption.AllDirectories));
    }

    /// <summary>Installs as an action does.</summary>
    private ActionRunner Run(string action, Dictionary<string, string> environment, Dictionary<string, string> inputs)
    {
        var runner = new ActionRunner(action, _workspace.Path, inputs, realCommandLine: environment);
        var installed = runner.Run("Install Masterful");
        Assert.True(installed.ExitCode == 0, installed.ToString());
        return runner;
    }

    /// <summary>What the program of the later steps says of its version, where they start it.</summary>
    private string Start(ActionRunner runner, Dictionary<string, string> environment, string workingDirectory = "")
    {
        using var process = ToolProcess.StartProgram(runner.At("masterful/masterful"), Path.Combine(_workspace.Path, workingDirectory), environment, "--version");
        var result = process.Wait();
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }

    private void AssertWorks(Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = ToolProcess.StartProgram("dotnet", _workspace.Path, environment, arguments);
        var result = process.Wait();
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    /// <summary>The only feed that the workspace's own configuration knows.</summary>
    private void Configure(string feed) => File.WriteAllText(Path.Combine(_workspace.Path, "nuget.config"), $"""
        <configuration>
          <packageSources><clear /><add key="other" value="{feed}" /></packageSources>
          <packageSourceMapping><packageSource key="other"><package pattern="*" /></packageSource></packageSourceMapping>
        </configuration>
        """);

    private static void WriteManifest(string folder, string version) => File.WriteAllText(
        Path.Combine(Directory.CreateDirectory(folder).FullName, "dotnet-tools.json"),
        $$"""{ "version": 1, "isRoot": true, "tools": { "masterful.tool": { "version": "{{version}}", "commands": ["dotnet-masterful"], "rollForward": false } } }""");

    /// <summary>A package of ours that someone else has made: the real one, with another version and one file more.</summary>
    private void Plant(string feed, string version)
    {
        var path = Path.Combine(feed, $"masterful.tool.{version}.nupkg");
        File.Copy(tool.Package, path, overwrite: true);
        using var package = ZipFile.Open(path, ZipArchiveMode.Update);
        var specification = package.GetEntry("Masterful.Tool.nuspec")!;
        string text;
        using (var reader = new StreamReader(specification.Open()))
        {
            text = reader.ReadToEnd().Replace($"<version>{Version}</version>", $"<version>{version}</version>", StringComparison.Ordinal);
        }

        specification.Delete();
        using (var writer = new StreamWriter(package.CreateEntry("Masterful.Tool.nuspec").Open()))
        {
            writer.Write(text);
        }

        using var planted = new StreamWriter(package.CreateEntry("tools/net10.0/any/planted.txt").Open());
        planted.Write("planted");
    }
}
