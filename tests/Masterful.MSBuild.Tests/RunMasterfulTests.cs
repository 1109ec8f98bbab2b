using System.Collections;
using Microsoft.Build.Framework;
using Xunit;

namespace Masterful.MSBuild.Tests;

public class RunMasterfulTests
{
    [Fact]
    public void Arguments_name_the_tool_the_command_and_the_spec()
    {
        var task = new RunMasterful { Tool = "/t/dotnet-masterful.dll", Command = "run", Spec = "/a b/masterful.yaml", Overrides = ["training.epochs=2"] };

        Assert.Equal(
            ["/t/dotnet-masterful.dll", "run", "--spec", "/a b/masterful.yaml", "--set", "training.epochs=2"], task.Arguments());
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
        using var folder = new ScriptFolder("trap 'touch \"$(dirname \"$0\")/checkpoint\"; exit 130' TERM; touch \"$(dirname \"$0\")/started\"; while :; do sleep 0.05; done");
        var task = Task(folder, new RecordingEngine());
        var running = new Thread(() => task.Execute());
        running.Start();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(folder.Path, "started")), TimeSpan.FromSeconds(20)));

        task.Cancel();
        running.Join();

        Assert.True(File.Exists(Path.Combine(folder.Path, "checkpoint")));
    }

    private static bool Run(ScriptFolder folder, RecordingEngine engine) => Task(folder, engine).Execute();

    /// <summary>The task with a shell in place of dotnet and a script in place of the tool.</summary>
    private static RunMasterful Task(ScriptFolder folder, RecordingEngine engine)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        Environment.SetEnvironmentVariable("DOTNET_HOST_PATH", "/bin/bash");
        return new RunMasterful { BuildEngine = engine, Tool = folder.Script, Command = "run", Spec = "masterful.yaml" };
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

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "test.csproj";

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => true;

        public void LogCustomEvent(CustomBuildEventArgs e)
        {
        }

        public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogWarningEvent(BuildWarningEventArgs e)
        {
        }
    }
}
