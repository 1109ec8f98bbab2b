using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.MSBuild.Tests;

public partial class PropertiesPageTests
{
    private static readonly string Root = FindRoot(AppContext.BaseDirectory);

    [Fact]
    public void Every_property_of_the_targets_is_on_the_page_with_its_default_and_no_other()
    {
        var targets = File.ReadAllText(Path.Combine(Root, "src", "Masterful.MSBuild", "build", "Masterful.MSBuild.targets"));
        var page = File.ReadAllText(Path.Combine(Root, "docs", "msbuild.md"));
        var section = page[page.IndexOf("\n## Properties", StringComparison.Ordinal)..];
        var listed = Row().Matches(section).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Trim());

        Assert.Equal(Property().Matches(targets).Select(m => m.Groups[1].Value).Distinct().Order(), listed.Keys.Order());
        var defaults = Default().Matches(targets).Where(m => m.Groups[1].Value != "MasterfulTargetFramework").ToList();
        Assert.NotEmpty(defaults);
        Assert.All(defaults, d => Assert.Equal($"`{d.Groups[2].Value}`", listed[d.Groups[1].Value]));
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Masterful.Tool.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);

    [GeneratedRegex(@"^\| `(Masterful[A-Z]\w+)` \|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\$\((Masterful[A-Z]\w+)\)")]
    private static partial Regex Property();

    /// <summary>A default that is written out, not computed.</summary>
    [GeneratedRegex(@"<(Masterful\w+) Condition=""'\$\(\1\)' == ''"">([\w.]+)</\1>")]
    private static partial Regex Default();
}
