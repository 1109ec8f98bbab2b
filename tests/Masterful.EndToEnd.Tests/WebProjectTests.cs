using System.Text.Json;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>What Masterful writes into a project's folder is no part of the project, and what it reads is watched by Visual Studio.</summary>
[Collection(Builds.Name)]
public sealed class WebProjectTests(PackageFeed feed)
{
    [Theory]
    [InlineData("", "masterful-report", "masterful-model")]
    [InlineData("", "quality/report", "quality/model")]
    [InlineData("<DefaultItemExcludes>node_modules/**</DefaultItemExcludes>", "masterful-report", "masterful-model")]
    public void A_web_project_publishes_neither_report_nor_model(string properties, string report, string model)
    {
        using var project = Web(properties);
        Write(project, report, "result.json", "policies.json", "report.md", "misclassified.json");
        Write(project, model, "model.json", "model.safetensors");
        Write(project, "settings", "result.json", "model.json");

        var published = project.Sdk("publish", "-o", "out", "-p:MasterfulValidateOnBuild=false");

        Assert.True(published.ExitCode == 0, published.ToString());
        var output = Path.Combine(project.Folder, "out");
        var files = Directory.GetFiles(output, "*.json", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(output, f).Replace('\\', '/')).ToList();
        Assert.DoesNotContain(files, f => f.StartsWith(report, StringComparison.Ordinal) || f.StartsWith(model, StringComparison.Ordinal));
        Assert.Contains("settings/result.json", files);
        Assert.Contains("settings/model.json", files);
        Assert.Contains("appsettings.json", files);
    }

    [Fact]
    public void Visual_Studio_s_check_knows_spec_lock_and_data()
    {
        using var project = new ModelProject(feed, references: """
            </ItemGroup><Target Name="CollectUpToDateCheckInputDesignTime" /><ItemGroup>
            """);
        Assert.Equal(0, project.Build("-t:Restore").ExitCode);
        var state = Path.Combine(project.Folder, "obj", "Debug", "net10.0", "masterful", "passed.state");
        Directory.CreateDirectory(Path.GetDirectoryName(state)!);
        var image = Path.Combine(project.Folder, "data", "train 1.png");
        File.WriteAllText(state, $"masterful state 1\nabc\n5% error.\nfe00:1:2:3:4 {image}\nnames:12 {project.Folder}/data/\nsha256:ab {project.Folder}/data/2.png\nabsent {project.Folder}/gone.json\n");

        var checks = Check(project);
        var runs = Check(project, "-p:MasterfulRunOnBuild=true");

        Assert.Equal(["masterful.yaml"], checks.Inputs);
        Assert.Equal(["validated.stamp"], checks.Outputs);
        Assert.Equal(["masterful.yaml", "train 1.png", "2.png", "masterful.lock.yaml"], runs.Inputs);
        Assert.Equal(["passed.state"], runs.Outputs);
    }

    private static (List<string> Inputs, List<string> Outputs) Check(ModelProject project, params string[] more)
    {
        var result = project.Sdk(
            "msbuild", ["-t:CollectUpToDateCheckInputDesignTime", "-p:DesignTimeBuild=true", "-getItem:UpToDateCheckInput", "-getItem:UpToDateCheckOutput", .. more]);
        Assert.True(result.ExitCode == 0, result.ToString());
        using var json = JsonDocument.Parse(result.Output);
        List<string> Names(string item) =>
        [
            .. json.RootElement.GetProperty("Items").GetProperty(item).EnumerateArray()
                .Where(i => i.GetProperty("Set").GetString() == "Masterful").Select(i => i.GetProperty("Filename").GetString() + i.GetProperty("Extension").GetString()),
        ];
        return (Names("UpToDateCheckInput"), Names("UpToDateCheckOutput"));
    }

    private ModelProject Web(string properties)
    {
        var project = new ModelProject(feed, references: "", properties: properties);
        var path = Path.Combine(project.Folder, "Modèle 1.csproj");
        File.WriteAllText(path, File.ReadAllText(path).Replace("Microsoft.NET.Sdk", "Microsoft.NET.Sdk.Web", StringComparison.Ordinal));
        project.Write("Program.cs", "Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder(args).Build().Run();");
        project.Write("appsettings.json", "{}");
        return project;
    }

    private static void Write(ModelProject project, string folder, params string[] files)
    {
        var path = Directory.CreateDirectory(Path.Combine(project.Folder, folder)).FullName;
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(path, file), "{}");
        }
    }
}
