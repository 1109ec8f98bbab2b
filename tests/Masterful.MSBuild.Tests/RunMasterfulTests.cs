using System.Collections;
using Microsoft.Build.Framework;
using Xunit;

namespace Masterful.MSBuild.Tests;

public class RunMasterfulTests
{
    [Fact]
    public void Arguments_name_the_tool_the_command_and_the_spec()
    {
        var task = new RunMasterful { Tool = "/t/dotnet-masterful.dll", Command = "run", Options = ["--spec=/a b/masterful.yaml"] };

        Assert.Equal(["/t/dotnet-masterful.dll", "run", "--spec=/a b/masterful.yaml"], task.Arguments());
    }

    [Theory]
    [InlineData("--spec=/a b/ü (2)/masterful.yaml")]
    [InlineData("--set=policy.techniques=[rotate, erase]")]
    [InlineData("--set=dataset.name=\"it's\" 'quoted'")]
    [InlineData("plain")]
    public void An_argument_arrives_as_it_was_given(string argument)
    {
        using var folder = new ScriptFolder("printf '%s' \"$2\" >\"$(dirname \"$0\")/arrived\"");
        var task = Task(folder, new RecordingEngine());
        task.Options = [argument];

        Assert.True(task.Execute());

        Assert.Equal(argument, File.ReadAllText(Path.Combine(folder.Path, "arrived")));
    }

    [Theory]
    [InlineData("/a (1)/b c.yaml(7,3): warning MST0502: gate.x: 2% (95% interval 1% to 3%)", "/a (1)/b c.yaml", 7, 3, "MST0502", "gate.x: 2% (95% interval 1% to 3%)")]
    [InlineData("masterful: warning MST0903: {0} is full", "masterful", 0, 0, "MST0903", "{0} is full")]
    public void A_warning_of_the_tool_becomes_a_build_warning(string line, string file, int row, int column, string code, string text)
    {
        using var folder = new ScriptFolder($"echo '{line}'");
        var engine = new RecordingEngine();

        Assert.True(Run(folder, engine));

        var warning = Assert.Single(engine.Warnings);
        Assert.Equal((file, row, column, code, text), (warning.File, warning.LineNumber, warning.ColumnNumber, warning.Code, warning.Message));
    }

    [Theory]
    [InlineData("warning: The cache folder /c cannot be written")]
    [InlineData("search: error: 12.3%")]
    public void A_sentence_stays_a_message(string line)
    {
        using var folder = new ScriptFolder($"echo '{line}' >&2");
        var engine = new RecordingEngine();

        Assert.True(Run(folder, engine));

        Assert.Empty(engine.Warnings);
        Assert.Empty(engine.Errors);
        Assert.Contains(line, engine.Messages);
    }

    [Fact]
    public void A_diagnostic_of_the_tool_becomes_a_build_error_at_its_line()
    {
        using var folder = new ScriptFolder("echo 'masterful.yaml(7,3): error MST0003: epochs must be at least 1.' >&2; exit 3");
        var engine = new RecordingEngine();

        var succeeded = Run(folder, engine);

        Assert.False(succeeded);
        var error = Assert.Single(engine.Errors);
        Assert.Equal(("MST0003", "masterful.yaml", 7, 3), (error.Code, error.File, error.LineNumber, error.ColumnNumber));
    }

    [Fact]
    public void A_tool_that_fails_without_a_word_still_fails_the_build()
    {
        using var folder = new ScriptFolder("exit 1");
        var engine = new RecordingEngine();

        Assert.False(Run(folder, engine));
        Assert.Single(engine.Errors);
    }

    [Fact]
    public void Cancelling_lets_the_tool_write_its_checkpoint()
    {
        using var folder = new ScriptFolder("""
            touch "$(dirname "$0")/started"
            until [ -e "$MASTERFUL_STOP_FILE" ]; do sleep 0.05; done
            printf '%s' "$MASTERFUL_STOP_FILE" >"$(dirname "$0")/checkpoint"
            exit 130
            """);
        var task = Task(folder, new RecordingEngine());
        var running = new Thread(() => task.Execute());
        running.Start();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(folder.Path, "started")), TimeSpan.FromSeconds(20)));

        task.Cancel();
        running.Join();

        Assert.False(File.Exists(File.ReadAllText(Path.Combine(folder.Path, "checkpoint"))));
    }

    private static bool Run(ScriptFolder folder, RecordingEngine engine) => Task(folder, engine).Execute();

    /// <summary>The task with a shell in place of dotnet and a script in place of the tool.</summary>
    private static RunMasterful Task(ScriptFolder folder, RecordingEngine engine)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        Environment.SetEnvironmentVariable("DOTNET_HOST_PATH", "/bin/bash");
        return new RunMasterful { BuildEngine = engine, Tool = folder.Script, Command = "run" };
    }

    private sealed class ScriptFolder : IDisposable
    {
        public ScriptFolder(string script)
        {
            Path = Directory.CreateTempSubdirectory("masterful msbuild ").FullName;
            Script = System.IO.Path.Combine(Path, "tool.sh");
            File.WriteAllText(Script, script);
        }

        public string Path { get; }

        public string Script { get; }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private sealed class RecordingEngine : IBuildEngine
    {
        public List<BuildErrorEventArgs> Errors { get; } = [];

        public List<BuildWarningEventArgs> Warnings { get; } = [];

        public List<string?> Messages { get; } = [];

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "test.csproj";

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => true;

        public void LogCustomEvent(CustomBuildEventArgs e)
        {
        }

        public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);

        public void LogMessageEvent(BuildMessageEventArgs e) => Messages.Add(e.Message);

        public void LogWarningEvent(BuildWarningEventArgs e) => Warnings.Add(e);
    }
}
