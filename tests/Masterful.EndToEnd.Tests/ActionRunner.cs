using System.Diagnostics;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Masterful.EndToEnd.Tests;

/// <summary>
/// As much of GitHub's runner as the <c>run:</c> steps of our actions need: their variables, files and shell. <c>dotnet</c> is a script
/// that writes down what it was called with; what it installs is another, which starts the built tool where that is asked for. Or both are real.
/// </summary>
internal sealed partial class ActionRunner : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WorkflowFile _action;
    private readonly Dictionary<string, string> _values;
    private readonly Dictionary<string, string> _environment = [];
    private readonly Dictionary<string, string> _replaced = [];
    private readonly string _folderOfAction;
    private readonly bool _realTool;
    private readonly bool _realCommandLine;

    /// <param name="action">The folder's name in <c>.github/actions</c>.</param>
    /// <param name="workspace">The checkout.</param>
    /// <param name="inputs">Those that are given.</param>
    /// <param name="realTool">Whether the built tool runs.</param>
    /// <param name="realCommandLine">The variables of a real <c>dotnet</c> that installs and starts packages, or null for the script.</param>
    public ActionRunner(
        string action, string workspace, Dictionary<string, string> inputs, bool realTool = false, Dictionary<string, string>? realCommandLine = null)
    {
        _folderOfAction = Path.Combine(ToolProcess.Root, ".github", "actions", action);
        _action = new WorkflowFile(Path.Combine(_folderOfAction, "action.yml"));
        _realTool = realTool;
        _realCommandLine = realCommandLine is not null;
        _environment = realCommandLine ?? [];
        _values = _action.Defaults().Concat(inputs).GroupBy(i => i.Key).ToDictionary(g => $"inputs.{g.Key}", g => g.Last().Value);
        _values["github.workspace"] = workspace;
        Give("strategy.job-total", "1");
        Give("strategy.job-index", "0");
        Workspace = workspace;
        foreach (var name in new[] { "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "calls" })
        {
            File.WriteAllText(At(name), "");
        }

        Write("dotnet", """
            printf '%s\0' "$@" >> "$CALLS"; printf '\n\0' >> "$CALLS"
            case "$1 $2" in
              "tool list") exec "$DOTNET" "$@" ;;
              "tool run") shift 4; exec "$(dirname "$0")/installed" "$@" ;;
              "tool install") while [ "$1" != --tool-path ]; do shift; done; cp "$(dirname "$0")/installed" "$2/dotnet-masterful" ;;
            esac
            """);
        Write("installed", """
            printf '%s\0' masterful "$@" >> "$CALLS"; printf '\n\0' >> "$CALLS"
            [ -n "$TOOL" ] || { [ "$1" != --version ] || echo 7.8.9+commit; exit 0; }
            exec "$DOTNET" "$TOOL" "$@"
            """);
    }

    public string Workspace { get; }

    public string Summary => File.ReadAllText(At("GITHUB_STEP_SUMMARY"));

    /// <summary>Arguments of every call of <c>dotnet</c>.</summary>
    public List<string[]> Calls =>
        [.. File.ReadAllText(At("calls")).Split("\n\0", StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split('\0', StringSplitOptions.RemoveEmptyEntries))];

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

        using var process = InheritedSignals.Start(start);
        var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        Remember(WorkflowFile.Text(step, "id"), output);
        return new ToolResult(process.ExitCode, text.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>The value of an <c>uses:</c> step's parameter, such as the name under which a report is uploaded.</summary>
    public string Parameter(string step, string name) =>
        Evaluate(WorkflowFile.Text((YamlMappingNode)_action.Steps.Single(s => WorkflowFile.Text(s, "name") == step)["with"], name)!);

    /// <summary>Puts another place under a file of the runner's, such as GITHUB_OUTPUT.</summary>
    public void Replace(string variable, string path) => _replaced[variable] = path;

    /// <summary>A path below the runner's own folder.</summary>
    public string At(string name) => Path.Combine(_folder.Path, name);

    public void Dispose() => _folder.Dispose();

    private void Write(string program, string script)
    {
        if (_realCommandLine)
        {
            return;
        }

        File.WriteAllText(At(program), $"#!/usr/bin/env bash\n{script.ReplaceLineEndings("\n")}\n");
        ToolProcess.RunProgram("chmod", "/", "+x", At(program));
    }

    private Dictionary<string, string> Variables(YamlMappingNode step, string output)
    {
        var path = _environment.GetValueOrDefault("PATH") ?? Environment.GetEnvironmentVariable("PATH");
        var variables = new Dictionary<string, string>(_environment)
        {
            ["PATH"] = _realCommandLine ? path! : $"{_folder.Path}:{path}",
            ["GITHUB_ACTION_PATH"] = _folderOfAction,
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

        foreach (var (key, value) in _replaced)
        {
            variables[key] = value;
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
        var text = File.ReadAllText(file);
        foreach (Match match in OutputEntry().Matches(text))
        {
            _values[$"steps.{id}.outputs.{match.Groups[1].Value}"] = match.Groups[3].Value;
        }

        foreach (Match match in OutputLine().Matches(text))
        {
            _values[$"steps.{id}.outputs.{match.Groups[1].Value}"] = match.Groups[2].Value;
        }
    }

    private static string Which(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(f => Path.Combine(f, program)).First(File.Exists);

    [GeneratedRegex(@"\$\{\{ (.*?) \}\}")]
    private static partial Regex Expression();

    [GeneratedRegex(@"^format\('([^']*)', ([\w.-]+)\)$")]
    private static partial Regex Format();

    [GeneratedRegex(@"^([\w-]+)<<(\S+)\n(.*?)\n\2\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex OutputEntry();

    [GeneratedRegex(@"^([\w-]+)=(.*)$", RegexOptions.Multiline)]
    private static partial Regex OutputLine();
}
