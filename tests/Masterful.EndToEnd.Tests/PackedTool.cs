namespace Masterful.EndToEnd.Tests;

/// <summary>The tool's package of this checkout in a local feed, packed once for all tests that install it.</summary>
public sealed class PackedTool : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PackedTool()
    {
        var packed = ToolProcess.RunProgram(
            "dotnet", ToolProcess.Root, "pack", "src/Masterful.Tool", "--no-build", "--configuration", ToolProcess.Configuration, "--output", Feed, "--verbosity", "quiet");
        if (packed.ExitCode != 0)
        {
            throw new InvalidOperationException(packed.ToString());
        }
    }

    /// <summary>The package file.</summary>
    internal string Package => Directory.GetFiles(Feed, "Masterful.Tool.*.nupkg").Single();

    private string Feed => Path.Combine(_folder.Path, "feed");

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a <c>nuget.config</c> that knows this feed alone, and says which variables keep a user's own tools out of it.</summary>
    internal Dictionary<string, string> Configure(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{Feed}" /></packageSources>
            </configuration>
            """);
        var home = Path.Combine(folder, "home");
        return new()
        {
            ["DOTNET_CLI_HOME"] = home,
            ["DOTNET_NOLOGO"] = "1",
            ["NUGET_PACKAGES"] = Path.Combine(folder, "packages"),
            ["PATH"] = Path.Combine(home, ".dotnet", "tools") + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
        };
    }
}
