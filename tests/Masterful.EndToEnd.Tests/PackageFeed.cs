using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>
/// The packages of this checkout in a local feed, and a NuGet folder that knows them; everything else comes from the user's own NuGet folder,
/// so that no test downloads half a gigabyte again.
/// </summary>
public sealed class PackageFeed : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PackageFeed()
    {
        foreach (var project in new[] { "Masterful.Abstractions", "Masterful.MSBuild" })
        {
            var packed = ToolProcess.RunProgram(
                "dotnet", ToolProcess.Root, "pack", $"src/{project}", "--no-build", "--configuration", ToolProcess.Configuration, "--output", Feed, "--verbosity", "quiet");
            Assert.True(packed.ExitCode == 0, packed.ToString());
        }

        Variables = new()
        {
            ["NUGET_PACKAGES"] = Path.Combine(_folder.Path, "packages"),
            ["NUGET_FALLBACK_PACKAGES"] = UserPackages,
            ["MSBUILDDISABLENODEREUSE"] = "1",
            // One thread each: on few cores, two that compete cost more than they bring.
            ["DOTNET_PROCESSOR_COUNT"] = "1",
        };
    }

    /// <summary>The user's own NuGet folder.</summary>
    internal static string UserPackages { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>What a build needs in its environment.</summary>
    internal Dictionary<string, string> Variables { get; }

    /// <summary>The folder of the packages.</summary>
    internal string Feed => Path.Combine(_folder.Path, "feed");

    public void Dispose() => _folder.Dispose();
}
