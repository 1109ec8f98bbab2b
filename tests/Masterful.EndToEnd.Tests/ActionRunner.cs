using System.Diagnostics;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Masterful.EndToEnd.Tests;

/// <summary>
/// As much of GitHub's runner as the <c>run:</c> steps of our actions need: their variables, files and shell. <c>dotnet</c> is a script
/// that writes down what it was called with and, for <c>dotnet masterful</c>, starts the built tool where that is asked for.
/// </summary>
internal sealed partial class ActionRunner : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WorkflowFile _action;
    private readonly Dictionary<string, string> _values;
    private readonly Dictionary<string, string> _environment = [];
    private readonly bool _realTool;

    /// <param name="action">The folder's name in <c>.github/actions</c>.</param>
    /// <param name="workspace">The checkout.</param>
    /// <param name="inputs">Those that are given.</param>
    /// <param name="realTool">Whether the built tool runs.</param>
    public ActionRunner(string action, string workspace, Dictionary<string, string> inputs, bool realTool)
    {
        _action = new WorkflowFile(Path.Combine(ToolProcess.Root, ".github", "actions", action, "action.yml"));
        _realTool = realTool;
        _values = _action.Defaults().Concat(inputs).GroupBy(i => i.Key).ToDictionary(g => $"inputs.{g.Key}", g => g.Last().Value);
        _values["github.workspace"] = workspace;
        Workspace = workspace;
        foreach (var name in new[] { "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "calls" })
        {
            File.WriteAllText(At(name), "");
        }

        File.WriteAllText(At("dotnet"), """
            #!/usr/bin/env bash
            printf '%s\0' "$@" >> "$CALLS"; printf '\n\0' >> "$CALLS"
            [ "$1" = masterful ] && [ -n "$TOOL" ] || exit 0
            shift
            exec "$DOTNET" "$TOOL" "$@"
            """.ReplaceLineEndings("\n"));
        ToolProcess.RunProgram("chmod", "/", "+x", At("dotnet"));
    }

    public string Workspace { get; }

    public string Summary => File.ReadAllText(At("GITHUB_STEP_SUMMARY"));

    /// <summary>Arguments of every call of <c>dotnet</c>.</summary>
    public List<string[]> Calls => [.. File.ReadAllText(At("calls")).Split("\n\0", StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split('\0', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>A value that other steps or the event would have given, such as <c>steps.upload.outputs.artifact-url</c>.</summary>
    public void Give(string expression, string value) => _values[expression] = value;

    /// <summary>An output of a step that ran.</summary>
    public string Output(string step, string name) => _values.GetValueOrDefault($"steps.{step}.outputs.{name}", "");

    /// <summary>Runs a step's script in bash as the runner does.</summary>
    public ToolResult Run(string name)
    {
        var step = _action.Steps.Single(s => WorkflowFile.Text(s, "name") == name);
        var output = At($"output-{name}");
        File.WriteAllText(output, "");
        File.WriteAllText(At("script.sh"), WorkflowFile.Text(step, "run"));
        var start = new ProcessStartInfo("bash", ["--noprofile", "--norc", "-eo", "pipefail", At("script.sh")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Workspace, WorkflowFile.Text(step, "working-directory") is { } folder ? Evaluate(folder) : "."),
        };
        foreach (var (key, value) in Variables(step, output))
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        Remember(WorkflowFile.Text(step, "id"), output);
        return new ToolResult(process.ExitCode, text.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, string> Variables(YamlMappingNode step, string output)
    {
        var variables = new Dictionary<string, string>(_environment)
        {
            ["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
            ["CALLS"] = At("calls"),
            ["DOTNET"] = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : Which("dotnet"),
            ["TOOL"] = _realTool ? ToolProcess.Tool : "",
            ["RUNNER_TEMP"] = _folder.Path,
            ["GITHUB_WORKSPACE"] = Workspace,
            ["GITHUB_OUTPUT"] = output,
            ["GITHUB_STEP_SUMMARY"] = At("GITHUB_STEP_SUMMARY"),
            ["GITHUB_ENV"] = At("GITHUB_ENV"),
            ["GITHUB_PATH"] = At("GITHUB_PATH"),
            ["GITHUB_REPOSITORY"] = "o/r",
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_RUN_ID"] = "1",
            ["GITHUB_TOKEN"] = "",
        };
        if (step.Children.TryGetValue("env", out var given))
        {
            foreach (var (key, value) in ((YamlMappingNode)given).Children)
            {
                variables[key.ToString()] = Evaluate(((YamlScalarNode)value).Value!);
            }
        }

        return variables;
    }

    /// <summary>Plain values, and <c>a || format('{0}…', b)</c>; an expression that it does not know fails the test.</summary>
    private string Evaluate(string text) => Expression().Replace(text, match =>
    {
        foreach (var alternative in match.Groups[1].Value.Split("||", StringSplitOptions.TrimEntries))
        {
            var format = Format().Match(alternative);
            var value = format.Success ? format.Groups[1].Value.Replace("{0}", Value(format.Groups[2].Value), StringComparison.Ordinal) : Value(alternative);
            if (value.Length > 0)
            {
                return value;
            }
        }

        return "";
    });

    private string Value(string name) => _values.TryGetValue(name, out var value) ? value
        : name.StartsWith("steps.", StringComparison.Ordinal) ? ""
        : throw new KeyNotFoundException($"The runner's double does not know '{name}'.");

    private void Remember(string? id, string file)
    {
        foreach (Match match in OutputEntry().Matches(File.ReadAllText(file)))
        {
            _values[$"steps.{id}.outputs.{match.Groups[1].Value}"] = match.Groups[3].Value;
        }
    }

    private static string Which(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(f => Path.Combine(f, program)).First(File.Exists);

    private string At(string name) => Path.Combine(_folder.Path, name);

    [GeneratedRegex(@"\$\{\{ (.*?) \}\}")]
    private static partial Regex Expression();

    [GeneratedRegex(@"^format\('([^']*)', ([\w.]+)\)$")]
    private static partial Regex Format();

    [GeneratedRegex(@"^([\w-]+)<<(\S+)\n(.*?)\n\2\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex OutputEntry();
}
