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

    [Theory]
    [InlineData(false, "", "", false)]
    [InlineData(true, "", "", true)]
    [InlineData(true, "", "CS1591;MST0502", false)]
    [InlineData(true, "", "CS1591, mst0502", false)]
    [InlineData(false, "MST0502", "", true)]
    [InlineData(false, "CS1591 MST0502", "", true)]
    [InlineData(false, "MST0503", "", false)]
    public void Warnings_are_errors_as_the_build_is_told(bool all, string errors, string not, bool isError)
    {
        using var folder = new ScriptFolder("echo 'a.yaml(7,3): warning MST0502: beware'");
        var engine = new RecordingEngine();
        var task = Task(folder, engine);
        (task.TreatWarningsAsErrors, task.WarningsAsErrors, task.WarningsNotAsErrors) = (all, [errors], [not]);

        Assert.Equal(!isError, task.Execute());

        Assert.Equal((isError ? 1 : 0, isError ? 0 : 1), (engine.Errors.Count, engine.Warnings.Count));
    }

    [Theory]
    [InlineData("exit 0", true)]
    [InlineData("exit 3", false)]
    [InlineData("echo 'a.yaml(7,3): warning MST0502: beware'", false)]
    [InlineData("echo 'a.yaml(7,3): error MST0501: no' >&2", false)]
    public void Only_a_clean_call_is_remembered(string script, bool isRemembered)
    {
        using var folder = new ScriptFolder(script + "\n", "touch \"$(dirname \"$0\")/called\"\n");
        var (stamp, called) = (Path.Combine(folder.Path, "obj", "stamp"), Path.Combine(folder.Path, "called"));
        void Call()
        {
            var task = Task(folder, new RecordingEngine());
            (task.Stamp, task.Spec) = (stamp, folder.Script);
            task.Execute();
        }

        Call();
        Assert.Equal(isRemembered, File.Exists(stamp));
        File.Delete(called);
        Call();

        Assert.Equal(!isRemembered, File.Exists(called));
    }

    [Fact]
    public void The_tool_knows_that_a_build_calls_and_whether_somebody_looks()
    {
        using var folder = new ScriptFolder("echo \"$MASTERFUL_BUILD\"");
        var (log, terminal) = (new RecordingEngine(), new RecordingEngine());
        Assert.True(Run(folder, log));
        var task = Task(folder, terminal);
        task.AtTerminal = true;
        Assert.True(task.Execute());

        Assert.Contains("log", log.Messages);
        Assert.Contains("    terminal", terminal.Messages);
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
        public ScriptFolder(string script, string before = "")
        {
            Path = Directory.CreateTempSubdirectory("masterful msbuild ").FullName;
            Script = System.IO.Path.Combine(Path, "tool.sh");
            File.WriteAllText(Script, before + script);
        }

        public string Path { get; }

        public string Script { get; }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
