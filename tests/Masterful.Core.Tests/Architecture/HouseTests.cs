using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Masterful.Core.Tests.Architecture;

/// <summary>The order of the house: data flows down the folders of the engine, and what only reports or builds knows no torch.</summary>
public partial class HouseTests
{
    private static readonly string[] Folders =
        ["Imaging", "Spec", "Runtime", "Data", "Models", "Techniques", "Training", "Evaluation", "Trials", "Search", "Pipeline"];

    public static TheoryData<string> FolderNames => [.. Folders];

    [Theory]
    [MemberData(nameof(FolderNames))]
    public void A_folder_uses_only_folders_above_it(string folder)
    {
        var below = Folders[(Array.IndexOf(Folders, folder) + 1)..];
        var typesBelow = below.SelectMany(b => TypesIn(b).Select(t => (Folder: b, Type: t))).ToList();
        var uses =
            from file in Sources(folder)
            let text = File.ReadAllText(file)
            from use in below.Where(b => Regex.IsMatch(text, $@"Masterful\.Core\.{b}\b"))
                .Concat(typesBelow.Where(t => Regex.IsMatch(text, $@"(?<![\w.]){t.Folder}\.{t.Type}\b")).Select(t => t.Folder))
            select $"{Path.GetFileName(file)} uses {use}";

        Assert.Empty(uses);
    }

    [Fact]
    public void The_engine_has_no_folder_outside_the_order()
    {
        var folders = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src", "Masterful.Core"))
            .Select(Path.GetFileName).Where(f => f is not ("bin" or "obj"));

        Assert.Equal(Folders.Order(), folders.Order());
    }

    [Theory]
    [InlineData("Masterful.Results")]
    [InlineData("Masterful.Reporting")]
    [InlineData("Masterful.MSBuild")]
    public void What_reports_or_builds_knows_no_torch(string project)
    {
        var references = References(project);

        Assert.DoesNotContain(references, r => r.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("Masterful.Core", references);
    }

    [Fact]
    public void Results_depend_on_nothing() => Assert.Empty(References("Masterful.Results"));

    [Fact]
    public void The_engine_does_not_know_the_fleet() => Assert.DoesNotContain("Masterful.Fleet", References("Masterful.Core"));

    [Fact]
    public void The_engine_does_not_know_the_report() => Assert.DoesNotContain("Masterful.Reporting", References("Masterful.Core"));

    /// <summary><c>e.Message</c> of a wrapper says that there is one. Cause.Of and Cause.Named say what is in it.</summary>
    [Fact]
    public void What_an_exception_says_is_told_with_what_it_wraps()
    {
        var told =
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && Path.GetFileName(file) != "Cause.cs"
            from line in File.ReadAllLines(file)
            where ExceptionMessage().IsMatch(line) && !line.Contains(".Message.Contains(", StringComparison.Ordinal)
            select $"{Path.GetFileName(file)}: {line.Trim()}";

        Assert.Empty(told);
    }

    /// <summary>
    /// .NET writes a negative number that rounds to 0 by the format of positive ones, with a minus before it: −+0.0%. Figures has the signs.
    /// </summary>
    [Fact]
    public void No_format_gives_a_sign_of_its_own()
    {
        var found =
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from Match match in SignedFormat().Matches(File.ReadAllText(file))
            select $"{Path.GetFileName(file)}: {match.Value}";

        Assert.Empty(found);
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Masterful.Core", folder), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> TypesIn(string folder) =>
        Sources(folder).SelectMany(f => TypeDeclaration().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value));

    /// <summary>Names of packages and projects that a project references, directly or through other projects of the house.</summary>
    private static HashSet<string> References(string project)
    {
        var found = new HashSet<string>();
        var pending = new Queue<string>([project]);
        while (pending.TryDequeue(out var next))
        {
            var document = XDocument.Load(Path.Combine(Repository.Root, "src", next, $"{next}.csproj"));
            foreach (var reference in document.Descendants().Where(e => e.Name.LocalName is "ProjectReference" or "PackageReference"))
            {
                var name = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value);
                name = reference.Name.LocalName == "PackageReference" ? reference.Attribute("Include")!.Value : name;
                if (found.Add(name) && reference.Name.LocalName == "ProjectReference")
                {
                    pending.Enqueue(name);
                }
            }
        }

        return found;
    }

    [GeneratedRegex(@"\b(?:e|ex|exception|inner|fault|lost|reason|InnerException\??)\.Message\b")]
    private static partial Regex ExceptionMessage();

    [GeneratedRegex(@"[:""][+\-][0#][0#.,%]*(;|}|"")")]
    private static partial Regex SignedFormat();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum)\s+(?:struct\s+)?([A-Z]\w+)")]
    private static partial Regex TypeDeclaration();
}
