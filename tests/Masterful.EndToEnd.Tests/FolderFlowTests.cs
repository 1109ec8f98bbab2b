using System.Text.Json;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>The commands of the README, typed in a folder whose subfolders are the classes.</summary>
public sealed class FolderFlowTests : IDisposable
{
    private const int Images = 60;
    private static readonly string[] Short =
        ["--set", "training.epochs=2", "--set", "training.seeds=2", "--set", "training.batch_size=16", "--set", "training.learning_rate=0.05", "--set", "policy.techniques=[horizontal_mirror]"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Init_data_preview_and_run_hold_in_a_folder_of_classes_and_again_after_all_of_them_wrote_there()
    {
        BarImages.Write(_folder.Path, size: 16, train: Images, test: 0);
        var pets = Path.Combine(_folder.Path, "train");
        Directory.CreateDirectory(Path.Combine(pets, "__MACOSX", "lying"));
        File.WriteAllText(Path.Combine(pets, "Thumbs.db"), "");

        var first = Commands(pets);
        var report = Result(pets);
        var second = Commands(pets);

        Assert.Equal(first.Select(r => r.ExitCode), second.Select(r => r.ExitCode));
        Assert.Equal(first[1].Output, second[1].Output);
        Assert.Equal(0, Result(pets).GetProperty("run").GetProperty("trialsRun").GetInt32());
        Assert.Equal(["lying", "upright"], report.GetProperty("dataset").GetProperty("classes").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(Images, report.GetProperty("dataset").GetProperty("counts").EnumerateObject().Sum(c => c.Value.GetInt32()));
        Assert.All(first.Concat(second), r => Assert.DoesNotContain("MST01", r.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_left_out_and_a_name_that_cannot_be_read_are_told_by_run_too()
    {
        BarImages.Write(_folder.Path, size: 16, train: 20, test: 0);
        var pets = Path.Combine(_folder.Path, "train");
        Directory.CreateDirectory(Path.Combine(pets, "empty"));
        Directory.CreateDirectory(Path.Combine(pets, "other"));
        File.Copy(Path.Combine(pets, "lying", "0.bmp"), Path.Combine(pets, "other", "0.bmp"));
        Assert.Equal(0, ToolProcess.Run(pets, "init").ExitCode);

        var run = ToolProcess.Run(pets, ["run", "--set", "dataset.classes=[lying, upright]", .. Short]);
        ToolProcess.RunProgram("sh", pets, "-c", "mv lying/0.bmp \"lying/$(printf 'caf\\351.bmp')\"");
        var refused = ToolProcess.Run(pets, ["run", .. Short]);

        Assert.True(run.ExitCode is 0 or 2, run.ToString());
        Assert.Contains("warning MST0133: 2 folders of split 'train' with 1 images left out", run.Error, StringComparison.Ordinal);
        Assert.True(refused.ExitCode == 3, refused.ToString());
        Assert.Contains("error MST0130", refused.Error, StringComparison.Ordinal);
        ToolProcess.RunProgram("sh", pets, "-c", "rm -r lying");
    }

    private static List<ToolResult> Commands(string folder)
    {
        List<ToolResult> results =
        [
            ToolProcess.Run(folder, "init"),
            ToolProcess.Run(folder, "data"),
            ToolProcess.Run(folder, "preview"),
            ToolProcess.Run(folder, ["run", .. Short]),
        ];
        Assert.All(results.Take(3), r => Assert.True(r.ExitCode == 0, r.ToString()));
        // So short a training may miss the gate.
        Assert.True(results[3].ExitCode is 0 or 2, results[3].ToString());
        return results;
    }

    private static JsonElement Result(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "masterful-report", "result.json")));
        return document.RootElement.Clone();
    }
}
