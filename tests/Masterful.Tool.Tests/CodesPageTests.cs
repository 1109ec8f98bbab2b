using System.Globalization;
using System.Reflection;
using System.Text;
using Masterful.Core.Spec;
using Masterful.Fleet;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary>docs/exit-codes.md is written by this test when MASTERFUL_WRITE_DOCS is set, and held against the code otherwise.</summary>
public class CodesPageTests
{
    private static readonly (string Group, string Title)[] Groups =
    [
        ("Spec", "The spec"), ("Data", "The data"), ("ImageList", "CSVs that list images"), ("Model", "The model"), ("Runtime", "libtorch, device, folders"), ("Training", "Training"),
        ("Gate", "The gate"), ("Trial", "The journal"), ("Pipeline", "Runs and the policy lock"), ("Fleet", "The fleet"), ("Build", "The build"),
        ("Tool", "The command line and GitHub"),
    ];

    private static Dictionary<string, DiagnosticCode[]> Codes { get; } = new[] { typeof(DiagnosticCode).Assembly, typeof(FleetDiagnostics).Assembly, typeof(MasterfulTool).Assembly }
        .SelectMany(a => a.GetTypes())
        .Where(t => t.Name.EndsWith("Diagnostics", StringComparison.Ordinal))
        .Select(t => (t.Name, Fields: t.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static).Where(f => f.FieldType == typeof(DiagnosticCode))))
        .Where(t => t.Fields.Any())
        .ToDictionary(t => t.Name[..^"Diagnostics".Length], t => t.Fields.Select(f => (DiagnosticCode)f.GetValue(null)!).OrderBy(c => c.Id, StringComparer.Ordinal).ToArray());

    private static string PagePath => Path.Combine(Root(AppContext.BaseDirectory), "docs", "exit-codes.md");

    [Fact]
    public void The_page_says_what_the_code_says()
    {
        if (Environment.GetEnvironmentVariable("MASTERFUL_WRITE_DOCS") is not null)
        {
            File.WriteAllText(PagePath, Page());
        }

        Assert.Equal(Page(), File.ReadAllText(PagePath));
    }

    [Fact]
    public void Every_group_of_codes_has_its_place_on_the_page() => Assert.Equal(Groups.Select(g => g.Group).Order(), Codes.Keys.Order());

    [Fact]
    public void No_code_is_used_twice_and_each_has_a_remedy()
    {
        var codes = Codes.Values.SelectMany(c => c).ToList();

        Assert.Equal(codes.Count, codes.Select(c => c.Id).Distinct().Count());
        Assert.All(codes, code => Assert.Matches(@"^MST\d{4}$", code.Id));
        Assert.All(codes, code => Assert.NotEmpty(code.Remedy));
    }

    private static string Page()
    {
        var page = new StringBuilder("""
            # Exit codes and diagnostics

            Written from the code by `MASTERFUL_WRITE_DOCS=1 ./eng/test.sh Tool`; a test holds it there.

            ## Exit codes

            | code | name | meaning |
            | ---: | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var (code, name, meaning) in ExitCode.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {code} | {name} | {meaning} |\n");
        }

        page.Append("""

            ## Diagnostics

            A diagnostic is `file(line,column): error MST0003: message` on standard error, an annotation with `--log-format github`, an event with
            `--log-format json`, and an error of the build from the MSBuild target. A code is never used again for another meaning.

            """.ReplaceLineEndings("\n"));
        foreach (var (group, title) in Groups)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### {title}\n\n| code | what is wrong | what to do |\n| --- | --- | --- |\n");
            foreach (var code in Codes[group])
            {
                page.Append(CultureInfo.InvariantCulture, $"| `{code.Id}` | {Cell(code.Title)} | {Cell(code.Remedy)} |\n");
            }
        }

        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "Masterful.Tool.sln")) ? folder : Root(Path.GetDirectoryName(folder)!);
}
