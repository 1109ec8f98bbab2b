using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>Every request for a run ends in a run, in "nothing changed", in "skipped, because …" or in an error, whatever framework or platform is built.</summary>
[Collection(Builds.Name)]
public sealed class BuildRequestTests(PackageFeed feed)
{
    private const string Plain = """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>netstandard2.0</TargetFramework></PropertyGroup></Project>""";

    [Fact]
    public void Of_several_frameworks_one_that_runs_is_trained_and_whoever_names_another_is_answered()
    {
        using var project = new ModelProject(feed, framework: "<TargetFrameworks>netstandard2.0;net8.0;net10.0</TargetFrameworks>");
        project.Small.Edit("epochs: 2", "epochs: 1");

        var without10 = project.Build("-t:Masterful", "-p:TargetFrameworks=\"netstandard2.0;net8.0\"");
        Assert.True(without10.ExitCode == 0 && ModelProject.Runs(without10) == 1, without10.ToString());
        Assert.True(IsPassed(project, "net8.0") && !IsPassed(project, "netstandard2.0"));

        var named = project.Build("-t:Masterful", "-f", "net8.0");
        Assert.True(named.ExitCode == 0 && named.Output.Contains("Masterful: nothing changed", StringComparison.Ordinal), named.ToString());
        var library = project.Build("-t:Masterful", "-f", "netstandard2.0", "--no-restore");
        Assert.True(library.ExitCode == 0 && ModelProject.Runs(library) == 1, library.ToString());
        var newest = project.Build("-t:Masterful", "--no-restore");
        Assert.True(newest.ExitCode == 0 && ModelProject.Runs(newest) == 1 && IsPassed(project, "net10.0"), newest.ToString());

        var notBuilt = project.Build("-t:Masterful", "--no-restore", "-p:MasterfulTargetFramework=net9.0");
        AssertError(notBuilt, "MST0814: MasterfulTargetFramework is 'net9.0', which the project does not build: it builds netstandard2.0, net8.0, net10.0");
        var notBuiltAfter = project.Build("-p:MasterfulRunOnBuild=true", "--no-restore", "-p:MasterfulTargetFramework=net9.0");
        AssertError(notBuiltAfter, "MST0814: ");
        var notThis = project.Build("-t:Masterful", "--no-restore", "-f", "net8.0", "-p:MasterfulTargetFramework=net10.0");
        AssertError(notThis, "MST0814: MasterfulTargetFramework is 'net10.0', but this build builds net8.0 alone");

        var other = project.Build("-p:MasterfulRunOnBuild=true", "--no-restore", "-f", "net8.0");
        Assert.True(other.ExitCode == 0, other.ToString());
        Assert.Contains("Masterful: skipped, because net8.0 is not the framework that is trained (net10.0", other.Output, StringComparison.Ordinal);

        project.Small.Edit("epochs: 1", "epoch: 1");
        AssertError(project.Build("--no-restore", "-f", "net8.0"), "error MST000");
    }

    [Fact]
    public void Who_asks_where_nothing_can_run_hears_why()
    {
        using var project = new ModelProject(feed, references: "");

        AssertSkipped(project.Build("-t:Masterful", "-p:MasterfulSkip=true"), "MasterfulSkip is set");
        AssertSkipped(project.Build("-t:Masterful", "--no-restore", "-p:DesignTimeBuild=true"), "this is a design-time build");
        AssertSkipped(project.Build("--no-restore", "-p:MasterfulRunOnBuild=true", "-p:MasterfulSkip=true"), "MasterfulSkip is set");
        AssertError(project.Build("-t:Masterful", "--no-restore", "-p:MasterfulTargetFramework=net8.0"), "MST0814: MasterfulTargetFramework is 'net8.0', which the project does not build: it builds net10.0");
        AssertError(project.Build("-t:Masterful", "--no-restore", "-p:MasterfulLibTorch=nowhere"), "MasterfulLibTorch out");

        File.Delete(project.Small.SpecPath);
        AssertError(project.Build("-t:Masterful", "--no-restore"), $"MST0815: There is no spec to run: {project.Small.SpecPath} does not exist.");
        AssertError(project.Build("--no-restore", "-p:MasterfulSpec=other.yaml"), "name a spec with MasterfulSpec");
    }

    [Fact]
    public void A_package_of_the_whole_repository_trains_where_there_is_a_spec_by_properties_that_are_set_anywhere()
    {
        using var project = new ModelProject(
            feed,
            properties: "<TreatWarningsAsErrors>false</TreatWarningsAsErrors>",
            references: """<PackageReference Include="TorchSharp" /><PackageReference Include="libtorch-cpu-linux-x64" />""");
        project.Small.Edit("epochs: 2", "epochs: 1");
        Directory.CreateDirectory(Path.Combine(project.Folder, "specs"));
        File.WriteAllText(
            Path.Combine(project.Folder, "specs", "digits.yaml"),
            File.ReadAllText(project.Small.SpecPath).Replace("root: data", "root: ../data", StringComparison.Ordinal) + "\nevaluation: { split: select }\n");
        File.Delete(project.Small.SpecPath);
        project.Write("Directory.Packages.props", """
            <Project>
              <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
              <ItemGroup>
                <GlobalPackageReference Include="Masterful.MSBuild" Version="0.1.0" />
                <PackageVersion Include="TorchSharp" Version="0.107.0" />
                <PackageVersion Include="libtorch-cpu-linux-x64" Version="2.10.0" />
              </ItemGroup>
            </Project>
            """);
        var csproj = Path.Combine(project.Folder, "Modèle 1.csproj");
        File.WriteAllText(csproj, File.ReadAllText(csproj)
            .Replace("<PackageReference Include=\"Masterful.MSBuild\" Version=\"0.1.0\" PrivateAssets=\"all\" />", "", StringComparison.Ordinal)
            .Replace("</PropertyGroup>", "<DefaultItemExcludes>$(DefaultItemExcludes);Plain/**</DefaultItemExcludes></PropertyGroup>", StringComparison.Ordinal));
        Directory.CreateDirectory(Path.Combine(project.Folder, "Plain"));
        project.Write(Path.Combine("Plain", "Plain.csproj"), Plain);
        project.Write("All.slnx", """<Solution><Project Path="Modèle 1.csproj" /><Project Path="Plain/Plain.csproj" /></Solution>""");
        void Settings(string more) => project.Write("Directory.Build.targets", $"""
            <Project>
              <PropertyGroup>
                <MasterfulRunOnBuild>true</MasterfulRunOnBuild>
                <MasterfulSpec Condition="'$(MSBuildProjectName)' != 'Plain'">specs/digits.yaml</MasterfulSpec>
                {more}
              </PropertyGroup>
            </Project>
            """);

        Settings("");
        var warned = project.Build("All.slnx");
        Assert.True(warned.ExitCode == 0 && ModelProject.Runs(warned) == 1, warned.ToString());
        Assert.Matches(@"digits\.yaml\(\d+,\d+\): warning MST0018", warned.Output);
        Settings("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>");
        AssertError(project.Build("All.slnx", "--no-restore"), "MST0018: ");
        Settings("<NoWarn>$(NoWarn);MST0018</NoWarn>");
        var silent = project.Build("All.slnx", "--no-restore");

        Assert.True(silent.ExitCode == 0 && ModelProject.Runs(silent) == 1, silent.ToString());
        Assert.DoesNotContain("MST0018", silent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_publish_for_another_platform_trains_with_this_one_s_libtorch()
    {
        using var project = new ModelProject(feed, references: $"""
            {ModelProject.Torch}</ItemGroup>
            <Target Name="OtherPlatform" BeforeTargets="_MasterfulPrepare" Condition="'$(RuntimeIdentifier)' == 'win-x64'"><ItemGroup>
              <NativeCopyLocalItems Include="$(MSBuildProjectDirectory)/other/runtimes/win-x64/native/torch_cpu.dll" />
            </ItemGroup></Target>
            <Target Name="ThisPlatform" AfterTargets="_MasterfulRun"><ItemGroup>
              <NativeCopyLocalItems Remove="$(MSBuildProjectDirectory)/other/runtimes/win-x64/native/torch_cpu.dll" />
            </ItemGroup></Target><ItemGroup>
            """);
        var other = Directory.CreateDirectory(Path.Combine(project.Folder, "other", "runtimes", "win-x64", "native")).FullName;
        File.WriteAllText(Path.Combine(other, "torch_cpu.dll"), "of another platform");
        project.Small.Edit("epochs: 2", "epochs: 1");

        var published = project.Sdk("publish", "-r", "win-x64", "-p:MasterfulRunOnBuild=true");

        Assert.True(published.ExitCode == 0 && ModelProject.Runs(published) == 1, published.ToString());
    }

    private static bool IsPassed(ModelProject project, string framework) =>
        File.Exists(Path.Combine(project.Folder, "obj", "Debug", framework, "masterful", "passed.state"));

    private static void AssertError(ToolResult build, string text)
    {
        Assert.True(build.ExitCode == 1, build.ToString());
        Assert.Contains(text, build.Output, StringComparison.Ordinal);
        Assert.Equal(0, ModelProject.Runs(build));
    }

    private static void AssertSkipped(ToolResult build, string reason)
    {
        Assert.True(build.ExitCode == 0, build.ToString());
        Assert.Contains($"Masterful: skipped, because {reason}.", build.Output, StringComparison.Ordinal);
        Assert.Equal(0, ModelProject.Runs(build));
    }
}
