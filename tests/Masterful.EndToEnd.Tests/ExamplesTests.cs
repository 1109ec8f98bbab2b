using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Masterful.EndToEnd.Tests;

/// <summary>Every example works from a clone as its documents have it typed. Alone, since building one packs the checkout.</summary>
[Collection(nameof(ExamplesTests))]
[CollectionDefinition(nameof(ExamplesTests), DisableParallelization = true)]
public sealed partial class ExamplesTests
{
    private static readonly string Examples = Path.Combine(ToolProcess.Root, "examples");

    /// <summary>Examples that a build runs, and all others.</summary>
    private static readonly ILookup<bool, string> Names = Directory.EnumerateDirectories(Examples)
        .ToLookup(f => Directory.EnumerateFiles(f, "*.csproj").Any(), f => Path.GetFileName(f));

    public static TheoryData<string> Projects => [.. Names[true]];

    public static TheoryData<string> Specs => [.. Names[false]];

    [Theory]
    [MemberData(nameof(Specs))]
    public void Its_spec_is_valid_but_for_data_that_is_not_here(string name)
    {
        var run = ToolProcess.Run(Path.Combine(Examples, name), "validate");

        var errors = Code().Matches(run.Error).Select(m => m.Value).ToHashSet();
        Assert.True(run.ExitCode == 0 || errors.SetEquals(["error MST0011"]), run.ToString());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_builds_from_a_clone_with_packages_that_are_packed_when_they_are_old(string name)
    {
        var stamp = Path.Combine(ToolProcess.Root, "artifacts", "clone", "version.txt");
        var before = File.Exists(stamp) ? File.ReadAllText(stamp) : null;
        if (before is not null)
        {
            File.SetLastWriteTimeUtc(stamp, DateTime.UnixEpoch.AddDays(1));
        }

        var sources = Sources();
        var old = Build(name);
        var packed = File.ReadAllText(stamp);
        var fresh = Build(name);

        Assert.True(old.ExitCode == 0, old.ToString());
        Assert.Contains("Packing Masterful's packages from this clone", old.Output, StringComparison.Ordinal);
        Assert.NotEqual(before, packed);
        Assert.True(fresh.ExitCode == 0, fresh.ToString());
        Assert.DoesNotContain("Packing Masterful's packages", fresh.Output, StringComparison.Ordinal);
        Assert.Equal(packed, File.ReadAllText(stamp));
        using var assets = JsonDocument.Parse(File.ReadAllText(Path.Combine(Examples, name, "obj", "project.assets.json")));
        var ours = assets.RootElement.GetProperty("libraries").EnumerateObject().Select(l => l.Name).Where(l => l.StartsWith("Masterful.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(ours);
        Assert.All(ours, library => Assert.EndsWith($"/{packed.Trim()}", library, StringComparison.Ordinal));
        Assert.Equal(sources, Sources());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void One_switch_takes_the_published_packages(string name)
    {
        var project = Path.Combine("examples", name);

        var sources = ToolProcess.RunProgram("dotnet", ToolProcess.Root, "msbuild", project, "-p:MasterfulPackages=published", "-getProperty:RestoreAdditionalProjectSources");
        var references = ToolProcess.RunProgram("dotnet", ToolProcess.Root, "msbuild", project, "-p:MasterfulPackages=published", "-t:CollectPackageReferences", "-getItem:PackageReference");

        Assert.Equal("", sources.Output.Trim());
        var ours = JsonDocument.Parse(references.Output).RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .Where(r => r.GetProperty("Identity").GetString()!.StartsWith("Masterful.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(ours);
        Assert.All(ours, reference => Assert.DoesNotContain("clone", reference.GetProperty("Version").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_fleet_s_commands_name_services_that_it_has_and_its_image_is_of_this_clone()
    {
        var folder = Path.Combine(Examples, "fleet");
        var yaml = new YamlStream();
        using (var reader = new StreamReader(Path.Combine(folder, "compose.yaml")))
        {
            yaml.Load(reader);
        }

        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        var services = ((YamlMappingNode)root["services"]).Children.Keys.Select(k => k.ToString()).ToHashSet();
        var build = root["x-masterful"]["build"];
        var context = Path.GetFullPath(build["context"].ToString(), folder);

        Assert.Equal(Path.TrimEndingDirectorySeparator(ToolProcess.Root), context);
        var dockerfile = File.ReadAllText(Path.Combine(context, build["dockerfile"].ToString()));
        Assert.All(CopiedFile().Matches(dockerfile).Select(m => m.Groups[1].Value), file => Assert.True(Path.Exists(Path.Combine(context, file)), file));
        Assert.Contains("ARG MASTERFUL_PACKAGES=clone", dockerfile, StringComparison.Ordinal);
        var named = Started().Matches(File.ReadAllText(Path.Combine(folder, "README.md")))
            .SelectMany(m => m.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w[0] != '-').Take(m.Groups[1].Value == "run" ? 1 : int.MaxValue)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, service => Assert.Contains(service, services));
    }

    /// <summary>Builds as typed, but for the training, which the tests of builds do on data of their own.</summary>
    private static ToolResult Build(string name)
    {
        using var process = ToolProcess.StartProgram("dotnet", ToolProcess.Root, [], "build", $"examples/{name}", "-p:MasterfulRunOnBuild=false", "-nodeReuse:false");
        return process.Wait(minutes: 20);
    }

    /// <summary>Lock files and the like, which packing leaves as they are.</summary>
    private static string Sources() => string.Join('\n', Directory.EnumerateFiles(Path.Combine(ToolProcess.Root, "src"), "packages.lock.json", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(f => $"{f}\n{File.ReadAllText(f)}"));

    [GeneratedRegex(@"error MST\d{4}")]
    private static partial Regex Code();

    [GeneratedRegex(@"^COPY (?!--from)(\S+) ", RegexOptions.Multiline)]
    private static partial Regex CopiedFile();

    /// <summary>After its options, <c>up</c> names services, <c>run</c> one and what it is to do.</summary>
    [GeneratedRegex(@"docker compose (up|run)([^`\n#]*)")]
    private static partial Regex Started();
}
