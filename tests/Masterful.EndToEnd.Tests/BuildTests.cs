using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>The package in a model project: real packages, real builds, in folders with spaces and letters beyond ASCII.</summary>
[Collection(Builds.Name)]
public sealed partial class BuildTests(PackageFeed feed)
{
    private const string FashionMnist = "/usr/share/datasets/fashion-mnist";

    [Fact]
    public void A_model_project_is_trained_by_its_build_and_again_only_when_something_changed()
    {
        Assert.SkipUnless(Directory.Exists(FashionMnist), $"needs {FashionMnist}");
        using var project = new ModelProject(feed);
        project.Write("Modèle 1.csproj", Readme("DigitNet.csproj", "xml").Replace(
            "<PackageReference Include=\"TorchSharp-cpu\" Version=\"0.107.0\" />", ModelProject.Torch, StringComparison.Ordinal));
        project.Write("DigitNetFactory.cs", Readme("DigitNetFactory.cs", "csharp"));
        File.WriteAllText(project.Small.SpecPath, $$"""
            version: 1
            dataset:
              format: idx
              root: {{FashionMnist}}
              splits: { train: train-images-idx3-ubyte.gz, test: t10k-images-idx3-ubyte.gz }
              limit: { train: 400, test: 200 }
            model: { type: DigitNet.DigitNetFactory, input_shape: [28, 28, 1] }
            training: { epochs: 1, batch_size: 32, learning_rate: 0.05, seeds: 2 }
            policy: { budget: { ratio: 1 } }
            gate: { max_error_rate: 100% }
            runtime: { device: cpu }
            """);

        var first = project.Build("-t:Masterful");
        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.Equal(1, ModelProject.Runs(first));
        var written = File.GetLastWriteTimeUtc(project.Small.ResultPath);

        var second = project.Build("-t:Masterful");
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.Contains("Masterful: nothing changed", second.Output, StringComparison.Ordinal);
        Assert.Equal((0, written), (ModelProject.Runs(second), File.GetLastWriteTimeUtc(project.Small.ResultPath)));

        project.Small.Edit("max_error_rate: 100%", "max_error_rate: 99%");
        var edited = project.Build("-t:Masterful");
        Assert.True(edited.ExitCode == 0, edited.ToString());
        Assert.Equal(1, ModelProject.Runs(edited));
        Assert.Equal(0, project.Small.ReadTrials().Run);

        File.Delete(project.Small.ResultPath);
        var deleted = project.Build("-t:Masterful");
        Assert.Equal((0, 1), (deleted.ExitCode, ModelProject.Runs(deleted)));

        var cleaned = project.Build("-t:Clean");
        Assert.True(cleaned.ExitCode == 0, cleaned.ToString());
        Assert.True(File.Exists(project.Small.ResultPath));
        Assert.False(Directory.Exists(Path.Combine(project.Folder, "obj", "Debug", "net10.0", "masterful")));
    }

    [Fact]
    public void A_wrong_spec_is_an_error_of_the_build_at_its_line_and_a_right_one_is_read_once()
    {
        using var project = new ModelProject(feed);
        project.Small.Edit("epochs: 2", "epoch: 2");

        var wrong = project.Build();
        project.Small.Edit("epoch: 2", "epochs: 2");
        var right = project.Build("--no-restore");
        var stamp = Path.Combine(project.Folder, "obj", "Debug", "net10.0", "masterful", "validated.stamp");
        var validated = File.GetLastWriteTimeUtc(stamp);
        var again = project.Build("--no-restore");

        Assert.True(wrong.ExitCode == 1, wrong.ToString());
        // The form of GitHub's matcher for .NET, which makes an annotation of it.
        var error = Annotation().Match(wrong.Output);
        Assert.True(error.Success, wrong.ToString());
        Assert.Equal((project.Small.SpecPath, "10", "13"), (error.Groups[1].Value, error.Groups[2].Value, error.Groups[3].Value));
        Assert.True(right.ExitCode == 0, right.ToString());
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Equal(validated, File.GetLastWriteTimeUtc(stamp));
        Assert.False(Directory.Exists(project.Small.ReportFolder));
    }

    [Fact]
    public void A_gate_that_is_not_met_fails_the_build_at_its_rule_every_time_with_the_report_on_disk()
    {
        using var project = new ModelProject(feed, properties: "<MasterfulRunOnBuild>true</MasterfulRunOnBuild>");
        project.Small.Edit("max_error_rate: 100%", "max_error_rate: 0%");

        var first = project.Build();
        var second = project.Build("--no-restore");

        foreach (var build in new[] { first, second })
        {
            Assert.True(build.ExitCode == 1, build.ToString());
            Assert.Contains($"{project.Small.SpecPath}(14,9): error MST0501: max_error_rate", build.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("exited with code", build.Output, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(Path.Combine(project.Small.ReportFolder, "report.md")));
        Assert.Equal(0, project.Small.ReadTrials().Run);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void A_build_that_is_told_to_end_lets_the_run_stop_and_the_next_one_goes_on(string signal)
    {
        using var project = new ModelProject(feed, epochs: 12);
        using var process = project.Start("-t:Masterful");
        var weights = Path.Combine(project.Folder, ".masterful", "weights");
        SpinWait.SpinUntil(() => process.HasExited || (Directory.Exists(weights) && Directory.GetFiles(weights, "*.safetensors").Length > 0), TimeSpan.FromMinutes(3));

        process.Signal(signal);
        var stopped = process.Wait();

        Assert.Contains("What was trained is kept", stopped.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(project.Small.ResultPath));
        AssertLetGo(Path.Combine(project.Folder, ".masterful", "run.lock"));
        var next = project.Build("-t:Masterful", "--no-restore");
        Assert.True(next.ExitCode == 0, next.ToString());
        var (run, reused) = project.Small.ReadTrials();
        Assert.True(run > 0 && reused > 0, $"{run} trained, {reused} reused");
    }

    [Fact]
    public void Of_two_builds_at_once_the_second_says_who_has_the_folder()
    {
        using var project = new ModelProject(feed, epochs: 60);
        Assert.Equal(0, project.Build().ExitCode);
        using var first = project.Start("-t:Masterful", "--no-restore");
        var held = Path.Combine(project.Folder, ".masterful", "run.holder");
        SpinWait.SpinUntil(() => first.HasExited || File.Exists(held), TimeSpan.FromMinutes(2));

        var second = project.Build("-t:Masterful", "--no-restore");

        Assert.True(second.ExitCode == 1, second.ToString());
        Assert.Matches(@"error MST07\d\d: Another run is using .*process \d+ on ", second.Output);
    }

    [Fact]
    public void A_project_of_several_frameworks_is_trained_once()
    {
        using var project = new ModelProject(
            feed, framework: "<TargetFrameworks>netstandard2.0;net10.0</TargetFrameworks>", properties: "<MasterfulRunOnBuild>true</MasterfulRunOnBuild>");

        var build = project.Build("-m:2");
        var again = project.Build("-m:2", "-t:Masterful", "--no-restore");

        Assert.True(build.ExitCode == 0, build.ToString());
        Assert.Equal(1, ModelProject.Runs(build));
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Equal((0, 1), (ModelProject.Runs(again), Regex.Count(again.Output, "Masterful: nothing changed")));
    }

    [Fact]
    public void A_design_time_build_does_nothing()
    {
        using var project = new ModelProject(feed, properties: "<MasterfulRunOnBuild>true</MasterfulRunOnBuild>");
        project.Small.Edit("epochs: 2", "epoch: 2");

        var build = project.Build("-p:DesignTimeBuild=true");

        Assert.True(build.ExitCode == 0, build.ToString());
        Assert.False(Directory.Exists(Path.Combine(project.Folder, "obj", "Debug", "net10.0", "masterful")));
        Assert.False(Directory.Exists(project.Small.ReportFolder));
    }

    [Fact]
    public void Warnings_of_the_spec_are_warnings_of_the_build_that_it_can_take_as_errors_or_not()
    {
        using var project = new ModelProject(feed);
        File.AppendAllText(project.Small.SpecPath, "\nevaluation: { split: select }\n");

        var error = project.Build();
        var warning = project.Build("--no-restore", "-p:TreatWarningsAsErrors=false");
        var spared = project.Build("--no-restore", "-p:WarningsNotAsErrors=MST0018");
        var silent = project.Build("--no-restore", "-p:NoWarn=MST0018");

        Assert.True(error.ExitCode == 1, error.ToString());
        Assert.Matches(@"masterful\.yaml\(16,\d+\): error MST0018: ", error.Output);
        Assert.True(warning.ExitCode == 0, warning.ToString());
        Assert.Matches(@"masterful\.yaml\(16,\d+\): warning MST0018: ", warning.Output);
        Assert.True(spared.ExitCode == 0, spared.ToString());
        Assert.True(silent.ExitCode == 0, silent.ToString());
        Assert.DoesNotContain("MST0018", silent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_solution_trains_its_model_project_by_its_name_or_with_every_build()
    {
        using var project = new ModelProject(feed, properties: "<DefaultItemExcludes>Plain/**</DefaultItemExcludes>");
        Directory.CreateDirectory(Path.Combine(project.Folder, "Plain"));
        project.Write(Path.Combine("Plain", "Plain.csproj"), """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""");
        project.Write("All.slnx", """<Solution><Project Path="Modèle 1.csproj" /><Project Path="Plain/Plain.csproj" /></Solution>""");

        var named = project.Build("All.slnx", "-t:Modèle 1:Masterful");
        var every = project.Build("All.slnx", "-p:MasterfulRunOnBuild=true", "--no-restore");

        Assert.True(named.ExitCode == 0, named.ToString());
        Assert.Equal(1, ModelProject.Runs(named));
        Assert.True(every.ExitCode == 0, every.ToString());
        Assert.Equal((0, 1), (ModelProject.Runs(every), Regex.Count(every.Output, "Masterful: nothing changed")));
    }

    [Fact]
    public void A_model_of_an_older_framework_is_trained_and_the_tool_comes_to_the_same_figures()
    {
        using var project = new ModelProject(
            feed, framework: "<TargetFramework>net8.0</TargetFramework>", references: $"""<PackageReference Include="Masterful.Abstractions" Version="0.1.0" />{ModelProject.Torch}""");
        project.Write("DigitNetFactory.cs", Readme("DigitNetFactory.cs", "csharp"));
        project.Small.Edit("architecture: small-cnn", "type: DigitNet.DigitNetFactory");

        var build = project.Build("-t:Masterful");
        Assert.True(build.ExitCode == 0, build.ToString());
        var figures = project.Small.ReadFigures();
        var assembly = Path.Combine(project.Folder, "bin", "Debug", "net8.0", "Model.dll");
        var tool = ToolProcess.Run(
            project.Folder, new Dictionary<string, string> { ["DOTNET_PROCESSOR_COUNT"] = "1" }, "run", "--assembly", assembly, "--set", "policy.techniques=[horizontal_mirror]", "--set", "runtime.cache=other", "--set", "policy.mode=search");

        Assert.True(tool.ExitCode == 0, tool.ToString());
        Assert.Equal(figures, project.Small.ReadFigures());
    }

    [Fact]
    public void The_README_s_model_project_is_gated_by_one_command_as_typed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "nuget.config"), $"""
            <configuration><packageSources><add key="feed" value="{feed.Feed}" /></packageSources></configuration>
            """);
        foreach (var (name, language) in new[] { ("DigitNet.csproj", "xml"), ("DigitNetFactory.cs", "csharp"), ("masterful.yaml", "yaml") })
        {
            File.WriteAllText(Path.Combine(folder.Path, name), Readme(name, language));
        }

        BarImages.Write(Path.Combine(folder.Path, "data"), size: 28, train: 64, test: 32);
        var command = Regex.Match(File.ReadAllText(Path.Combine(ToolProcess.Root, "README.md")), "^dotnet (build -t:Masterful)  ", RegexOptions.Multiline).Groups[1].Value;

        using var process = ToolProcess.StartProgram("dotnet", folder.Path, feed.Variables, command.Split(' '));
        var build = process.Wait();

        var status = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "masterful-report", "result.json"))).RootElement.GetProperty("gate").GetProperty("status").GetString();
        Assert.True(build.ExitCode == (status == "passed" ? 0 : 1), build.ToString());
        Assert.True(status == "passed" || build.Output.Contains("masterful.yaml(7,", StringComparison.Ordinal), build.ToString());
    }

    [Fact]
    public void A_model_built_against_another_TorchSharp_is_refused_with_the_version_to_use()
    {
        using var project = new ModelProject(feed, references: """<Reference Include="TorchSharp" HintPath="old/out/TorchSharp.dll" />""", properties: "<DefaultItemExcludes>old/**</DefaultItemExcludes>");
        var old = Directory.CreateDirectory(Path.Combine(project.Folder, "old")).FullName;
        File.WriteAllText(Path.Combine(old, "TorchSharp.cs"), "namespace TorchSharp; public class Old { }");
        File.WriteAllText(Path.Combine(old, "TorchSharp.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework><LangVersion>latest</LangVersion><Version>0.99.1</Version></PropertyGroup>
            </Project>
            """);
        var made = ToolProcess.RunProgram("dotnet", old, "build", "-nologo", "-o", "out");
        Assert.True(made.ExitCode == 0, made.ToString());
        project.Write("Factory.cs", "namespace Model; public sealed class Factory : TorchSharp.Old { }");
        project.Small.Edit("architecture: small-cnn", "type: Model.Factory");

        var build = project.Build("-t:Masterful");

        Assert.True(build.ExitCode == 1, build.ToString());
        Assert.Contains("was built against TorchSharp 0.99.1, but this engine runs 0.107.0", build.Output, StringComparison.Ordinal);
        Assert.Contains("error MST0304: ", build.Output, StringComparison.Ordinal);
    }

    /// <summary>A file as the README has it.</summary>
    private static string Readme(string name, string language)
    {
        var block = Regex.Match(File.ReadAllText(Path.Combine(ToolProcess.Root, "README.md")), $"<!-- {Regex.Escape(name)} -->\\s*```{language}\n(.*?)```", RegexOptions.Singleline);
        Assert.True(block.Success, $"the README has no {name}");
        return block.Groups[1].Value;
    }

    private static void AssertLetGo(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(stream.CanWrite);
    }

    [GeneratedRegex(@"^\s*([^\s].*)\((\d+),(\d+)\):\s+error\s+([a-zA-Z]+(?<!MSB)\d+):\s*(.*?)\s+\[(.*?)\]$", RegexOptions.Multiline)]
    private static partial Regex Annotation();
}
