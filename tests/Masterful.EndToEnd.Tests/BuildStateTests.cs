using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>When a build asks the tool again: whatever differs, whatever was not clean.</summary>
[Collection(Builds.Name)]
public sealed class BuildStateTests(PackageFeed feed)
{
    private const string Nothing = "Masterful: nothing changed";

    [Fact]
    public void A_build_that_was_not_clean_is_never_taken_for_one_and_its_warnings_come_back()
    {
        using var project = new ModelProject(feed, properties: "<TreatWarningsAsErrors>false</TreatWarningsAsErrors>");
        // A policy that wins nothing for sure, and a gate that calls this inconclusive.
        project.Small.Edit("{ max_error_rate: 100% }", "{ error_rate_reduction: 0%, on_inconclusive: warn }");
        project.Small.Edit("epochs: 2", "epochs: 1");

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var warned = project.Build("-t:Masterful");
            Assert.True(warned.ExitCode == 0, warned.ToString());
            Assert.Matches("warning MST0502", warned.Output);
            Assert.Equal(1, ModelProject.Runs(warned));
        }

        string[] strict = ["-warnaserror", "-p:TreatWarningsAsErrors=true", "-p:WarningsAsErrors=MST0502", "-p:MSBuildTreatWarningsAsErrors=true", "-warnaserror:MST0502"];
        foreach (var option in strict.SelectMany(s => new[] { s, s }))
        {
            var failed = project.Build("-t:Masterful", "--no-restore", option);
            Assert.True(failed.ExitCode == 1, $"{option}: {failed}");
            Assert.Matches("error MST0502", failed.Output);
        }

        var silenced = project.Build("-t:Masterful", "--no-restore", "-p:NoWarn=MST0502");
        var again = project.Build("-t:Masterful", "--no-restore", "-p:NoWarn=MST0502");
        var strictAgain = project.Build("-t:Masterful", "--no-restore", "-warnaserror");

        Assert.Equal((0, 1, 0), (silenced.ExitCode, ModelProject.Runs(silenced), Regex.Count(silenced.Output, "MST0502")));
        Assert.Contains(Nothing, again.Output, StringComparison.Ordinal);
        Assert.True(strictAgain.ExitCode == 1, strictAgain.ToString());
    }

    [Fact]
    public void Whatever_differs_is_a_change_and_older_files_are_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there");
        using var project = new ModelProject(feed, properties: "<MasterfulRunOnBuild>true</MasterfulRunOnBuild>");
        project.Small.Edit("root: data", "root: ${BUILD_STATE_DATA:-data}");
        project.Small.Edit("epochs: 2", "epochs: 1");
        var data = Path.Combine(project.Folder, "data");
        var (labels, images) = (Path.Combine(data, "test-labels-idx1-ubyte"), Path.Combine(data, "test-images-idx3-ubyte"));
        var linked = Path.Combine(project.Folder, "linked");
        File.Move(images, linked);
        File.CreateSymbolicLink(images, linked);
        var old = new DateTime(2015, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal(0, project.Build().ExitCode);
        AssertUnchanged(project);

        AssertRuns(project, "a file put back with an older time", () =>
        {
            File.Copy(labels, labels + ".old");
            File.SetLastWriteTimeUtc(labels + ".old", old);
            File.Move(labels + ".old", labels, overwrite: true);
        });
        AssertRuns(project, "a file rewritten in place with its length and time", () =>
        {
            var (time, bytes) = (File.GetLastWriteTimeUtc(labels), File.ReadAllBytes(labels));
            bytes[^1] = (byte)((bytes[^1] + 1) % 4);
            File.WriteAllBytes(labels, bytes);
            File.SetLastWriteTimeUtc(labels, time);
        });
        AssertRuns(project, "what a link leads to", () =>
        {
            var time = File.GetLastWriteTimeUtc(linked);
            File.Copy(linked, linked + "2");
            File.SetLastWriteTimeUtc(linked + "2", time);
            File.Delete(images);
            File.CreateSymbolicLink(images, linked + "2");
        });
        AssertRuns(project, "an older spec", () =>
        {
            project.Small.Edit("max_error_rate: 100%", "max_error_rate: 99%");
            File.SetLastWriteTimeUtc(project.Small.SpecPath, old);
        });
        AssertRuns(project, "an older lock", () =>
        {
            var path = Path.Combine(project.Folder, "masterful.lock.yaml");
            File.AppendAllText(path, "\n");
            File.SetLastWriteTimeUtc(path, old);
        });
        AssertRuns(project, "an edited result", () => File.AppendAllText(project.Small.ResultPath, " "));

        // obj as a cache restores it: of a build that had other data.
        var obj = Path.Combine(project.Folder, "obj");
        Assert.Equal(0, ToolProcess.RunProgram("cp", "/", "-a", obj, obj + "-kept").ExitCode);
        File.SetLastWriteTimeUtc(labels, old);
        Directory.Delete(obj, recursive: true);
        Directory.Move(obj + "-kept", obj);
        AssertRuns(project, "data older than a restored obj", () => { });

        Assert.Equal(0, ToolProcess.RunProgram("cp", "/", "-aL", data, Path.Combine(project.Folder, "other")).ExitCode);
        var elsewhere = project.Build(new Dictionary<string, string> { ["BUILD_STATE_DATA"] = "other" }, "--no-restore");
        Assert.True(ModelProject.Runs(elsewhere) == 1, elsewhere.ToString());
    }

    private static void AssertRuns(ModelProject project, string difference, Action change)
    {
        change();
        var build = project.Build("--no-restore");
        Assert.True(build.ExitCode == 0 && ModelProject.Runs(build) == 1, $"{difference}: {build}");
        AssertUnchanged(project);
    }

    private static void AssertUnchanged(ModelProject project)
    {
        var build = project.Build("--no-restore");
        Assert.True(build.ExitCode == 0 && ModelProject.Runs(build) == 0 && build.Output.Contains(Nothing, StringComparison.Ordinal), build.ToString());
    }
}
