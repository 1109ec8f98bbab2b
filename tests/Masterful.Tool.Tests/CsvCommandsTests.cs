using SkiaSharp;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary><c>init</c> and <c>data</c> in a folder of images with a CSV, as they are typed.</summary>
public sealed class CsvCommandsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("masterful-csv-");
    private readonly RecordingHost _host = new();

    public CsvCommandsTests()
    {
        Directory.CreateDirectory(Full("photos"));
        for (var i = 0; i < 30; i++)
        {
            using var bitmap = new SKBitmap(8, 8);
            bitmap.Erase(new SKColor((byte)(i * 8), (byte)(255 - i), 40));
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Full($"photos/{i}.png"), png.ToArray());
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Images_without_a_label_are_counted_where_splits_are()
    {
        await Initialize("image_id,species", i => $"{i},{(i % 3 == 0 ? "" : i % 3 == 1 ? "ant" : "bee")}");

        Assert.Equal(ExitCode.Ok, await _host.RunAsync("data", "--spec", Full("masterful.yaml"), "--sheet", Full("sheet.png")));

        var output = _host.Output.ToString();
        Assert.Matches(@"class +train +select +test +unlabeled", output);
        Assert.Matches(@"no label +0 +0 +0 +10\b", output);
        Assert.Matches(@"train without a label +10, which count as unlabeled", output);
        Assert.Contains("warning MST0147: 10 of 30 images of split 'train' have no label", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_are_told_the_same()
    {
        await Initialize("image_id,species", i => $"{i},{(i % 3 == 0 ? "" : i % 3 == 1 ? "ant" : "bee")}");

        Assert.Equal(ExitCode.Ok, await _host.RunAsync("data", "--spec", Full("masterful.yaml"), "--sheet", Full("sheet.png"), "--log-format", "json"));

        Assert.Contains("\"unlabeled\":10", _host.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"withoutLabel\":10", _host.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dataset.columns.label=weight", "5 classes", ExitCode.Ok)]
    [InlineData("dataset.columns.label=wieght", "MST0141: dataset.columns.label names 'wieght', but the columns of this CSV are 'image_id', 'species', 'weight'; did you mean 'weight'?", ExitCode.InputWrong)]
    [InlineData("dataset.columns={ path: nr }", "MST0141: dataset.columns.path names 'nr'", ExitCode.InputWrong)]
    public async Task Columns_can_be_named_for_one_call(string set, string told, int exitCode)
    {
        await Initialize("image_id,species,weight", i => $"{i},{(i % 2 == 0 ? "ant" : "bee")},{i % 5}");

        Assert.Equal(exitCode, await _host.RunAsync("data", "--spec", Full("masterful.yaml"), "--sheet", Full("sheet.png"), "--set", set));

        Assert.Contains(told, $"{_host.Output}{_host.Error}", StringComparison.Ordinal);
    }

    private async Task Initialize(string header, Func<int, string> line)
    {
        File.WriteAllLines(Full("labels.csv"), [header, .. Enumerable.Range(0, 30).Select(line)]);
        Assert.Equal(ExitCode.Ok, await _host.RunAsync("init", _folder.FullName, "--spec", Full("masterful.yaml")));
        _host.Output.GetStringBuilder().Clear();
    }

    private string Full(string path) => Path.Combine(_folder.FullName, path);
}
