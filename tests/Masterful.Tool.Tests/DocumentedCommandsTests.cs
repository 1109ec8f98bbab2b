using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary>Every command in the documents: the tool understands it, and what it names of this repository is there.</summary>
public sealed partial class DocumentedCommandsTests
{
    private static readonly string Root = FindRoot(AppContext.BaseDirectory);

    public static TheoryData<string> Documents =>
    [
        .. new[] { "README.md", "CONTRIBUTING.md" }
            .Concat(new[] { "docs", "examples" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root, f), "*.md", SearchOption.AllDirectories)))
            .Select(f => Path.GetRelativePath(Root, Path.Combine(Root, f))),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_tool_understands_each_of_its_commands(string document)
    {
        var wrong =
            from command in Commands(document)
            let arguments = Arguments(command)
            let start = arguments is ["dotnet", "masterful", ..] ? 2 : arguments.Count > 0 && arguments[0].EndsWith("dotnet-masterful", StringComparison.Ordinal) ? 1 : 0
            where start > 0
            from error in MasterfulTool.Parse([.. arguments.Skip(start)], new RecordingHost().Host()).Errors
            select $"{command}: {error.Message}";

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void What_a_command_names_of_the_repository_is_there(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, document))!;
        var missing =
            from command in Commands(document)
            from argument in Arguments(command)
            where RepositoryPath().IsMatch(argument) && !new[] { Root, folder }.Any(f => Path.Exists(Path.Combine(f, argument)))
            select $"{command}: {argument}";

        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("README.md", "dotnet masterful run")]
    [InlineData("CONTRIBUTING.md", "./eng/test.sh")]
    [InlineData("docs/tool.md", "dotnet masterful doctor")]
    [InlineData("examples/fleet/README.md", "dotnet masterful fleet status")]
    public void The_commands_are_found(string document, string command) => Assert.Contains(command, Commands(document));

    /// <summary>The lines of the shell blocks without comments and without the variables before them; each part of a chain.</summary>
    private static IEnumerable<string> Commands(string document) =>
        from Match block in ShellBlock().Matches(File.ReadAllText(Path.Combine(Root, document)))
        from line in block.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        from part in Comment().Replace(line, "").Split(["&&", " | "], StringSplitOptions.None)
        let command = Variables().Replace(part.Trim(), "")
        where command.Length > 0
        select command;

    private static List<string> Arguments(string command) => [.. Word().Matches(command).Select(w => w.Value.Trim('\'', '"'))];

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "Masterful.Tool.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"(?<=^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^([A-Z_][A-Z0-9_]*=\S*\s+)+")]
    private static partial Regex Variables();

    [GeneratedRegex("""'[^']*'|"[^"]*"|[^\s'"]+""")]
    private static partial Regex Word();

    /// <summary>A path that begins in this repository's own folders.</summary>
    [GeneratedRegex(@"^(\./)?(eng|src|examples|tests|docs|schemas)/[\w./-]+$")]
    private static partial Regex RepositoryPath();
}
