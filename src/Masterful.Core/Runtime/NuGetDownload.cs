using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Masterful.Results;

namespace Masterful.Core.Runtime;

/// <summary>
/// A generated project that NuGet restores or publishes into a folder of its own, with the user's own sources, credentials and proxies. What is
/// downloaded stays in that folder: NuGet's shared folders never see a package that was not checked.
/// </summary>
/// <param name="folder">The folder, which must exist and be empty.</param>
/// <param name="configuration">The folder whose <c>nuget.config</c> counts, besides the user's own.</param>
/// <param name="source">The one source to use, or null for those of the configuration.</param>
internal sealed partial class NuGetDownload(string folder, string configuration, string? source)
{
    /// <summary>Where NuGet unpacks.</summary>
    public string Packages => Path.Combine(folder, "packages");

    /// <summary>Where a published project lies.</summary>
    public string Published => Path.Combine(folder, "published");

    /// <summary>What a published project was restored to.</summary>
    public string Assets => Path.Combine(folder, "obj", "project.assets.json");

    private string HttpCache => Path.Combine(folder, "http");

    /// <summary>Downloads packages as they are, without what they depend on.</summary>
    public Task RestoreAsync(IEnumerable<PinnedPackage> packages, Action<long> downloaded, CancellationToken cancellation) => RunAsync(
        "restore", [], packages.Select(p => new XElement("PackageDownload", new XAttribute("Include", p.Id), new XAttribute("Version", $"[{p.Version}]"))),
        downloaded, cancellation);

    /// <summary>Publishes a project that references packages: what they put into an output folder.</summary>
    /// <param name="packages">Names and versions.</param>
    /// <param name="known">A packages folder whose content need not be downloaded again.</param>
    /// <param name="downloaded">Told the bytes so far.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task PublishAsync(IEnumerable<(string Id, string Version)> packages, string known, Action<long> downloaded, CancellationToken cancellation) => RunAsync(
        // NuGet ends at a folder that is not there, as on a machine that has restored nothing yet.
        "publish", Directory.Exists(known) ? new() { ["NUGET_FALLBACK_PACKAGES"] = known } : [],
        packages.Select(p => new XElement("PackageReference", new XAttribute("Include", p.Id), new XAttribute("Version", $"[{p.Version}]"))),
        downloaded, cancellation);

    private async Task RunAsync(
        string command, Dictionary<string, string> environment, IEnumerable<XElement> packages, Action<long> downloaded, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "libtorch.csproj"), Project(packages), cancellation).ConfigureAwait(false);
        // Empty files keep settings of folders above out of it.
        foreach (var stop in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
        {
            await File.WriteAllTextAsync(Path.Combine(folder, stop), "<Project />", cancellation).ConfigureAwait(false);
        }

        var start = new ProcessStartInfo(DotNetHost.Path, [command, "libtorch.csproj"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        environment["NUGET_PACKAGES"] = Packages;
        environment["NUGET_HTTP_CACHE_PATH"] = HttpCache;
        // NuGet's own, below the temporary folder, may be another user's.
        environment["NUGET_SCRATCH"] = Path.Combine(folder, "scratch");
        foreach (var (name, value) in environment.Concat(Home()))
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        await using var kill = cancellation.Register(() => process.Kill(entireProcessTree: true)).ConfigureAwait(false);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var exit = process.WaitForExitAsync(CancellationToken.None);
        while (await Task.WhenAny(exit, Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None)).ConfigureAwait(false) != exit)
        {
            downloaded(Downloaded());
        }

        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw new NuGetException(Words($"{await output.ConfigureAwait(false)}\n{await errors.ConfigureAwait(false)}"));
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new NuGetException($"'{start.FileName}' could not be started: {Cause.Of(e)}.");
        }
    }

    /// <summary>
    /// A container that runs for a user whom it does not know has HOME=/, where that user may write nothing, and the .NET command line ends
    /// before it begins. It gets a home here then, with the sources and credentials of the user's own, where that can be read.
    /// </summary>
    private Dictionary<string, string> Home()
    {
        var home = EnvironmentSetting.Read("DOTNET_CLI_HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (IsWritable(home))
        {
            return [];
        }

        var own = Path.Combine(folder, "home");
        foreach (var settings in new[] { Path.Combine(".nuget", "NuGet", "NuGet.Config"), Path.Combine(".config", "NuGet", "NuGet.Config") })
        {
            if (File.Exists(Path.Combine(home, settings)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(own, settings))!);
                File.Copy(Path.Combine(home, settings), Path.Combine(own, settings));
            }
        }

        Directory.CreateDirectory(own);
        return new() { ["HOME"] = own, ["DOTNET_CLI_HOME"] = own, ["XDG_DATA_HOME"] = Path.Combine(own, ".local", "share"), ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false" };
    }

    private static bool IsWritable(string folder)
    {
        try
        {
            using var probe = new FileStream(
                Path.Combine(folder, $".masterful-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return folder.Length > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string Project(IEnumerable<XElement> packages) => new XElement(
        "Project",
        new XAttribute("Sdk", "Microsoft.NET.Sdk"),
        new XElement(
            "PropertyGroup",
            new XElement("TargetFramework", $"net{Environment.Version.Major}.0"),
            new XElement("RuntimeIdentifier", NativeNames.Platform),
            new XElement("SelfContained", "false"),
            new XElement("PublishDir", Literal(Published + Path.DirectorySeparatorChar)),
            new XElement("NoWarn", "NU1603"),
            new XElement("RestoreRootConfigDirectory", Literal(configuration)),
            source is null ? null : new XElement("RestoreSources", Literal(source))),
        new XElement("ItemGroup", packages)).ToString();

    private long Downloaded()
    {
        try
        {
            return Directory.Exists(HttpCache) ? new DirectoryInfo(HttpCache).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) : 0;
        }
        catch (IOException)
        {
            return 0; // NuGet renames its files while they are counted; the next count is right.
        }
    }

    /// <summary>Text that MSBuild takes as it is, with no property, item or list in it.</summary>
    private static string Literal(string text) => string.Concat(text.Select(c => "%$@';?*()".Contains(c, StringComparison.Ordinal) ? $"%{(int)c:X2}" : $"{c}"));

    private static string Words(string said)
    {
        var errors = Error().Matches(said).Select(m => $"{m.Groups[1].Value}: {m.Groups[2].Value.Trim()}").Distinct().Take(3).ToList();
        // Without one, the last sentences: of an exception what it says, not where it was thrown.
        return string.Join(' ', errors.Count > 0 ? errors : said.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith("at ", StringComparison.Ordinal)).TakeLast(3));
    }

    [GeneratedRegex(@"error\s+([A-Z]+\d+):\s*(.*?)\s*(?:\[[^\]]*proj\])?\s*$", RegexOptions.Multiline)]
    private static partial Regex Error();
}

/// <summary>NuGet gave up.</summary>
/// <param name="message">NuGet's own words.</param>
internal sealed class NuGetException(string message) : Exception(message);
