using SkiaSharp;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary><c>data</c> on image folders, without torch.</summary>
public sealed class DataCommandTests : IDisposable
{
    private readonly RecordingHost _host = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful data ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(36, "[224, 224, 3]")]
    [InlineData(37, "[512, 512, 1]")]
    [InlineData(3, "[8, 1024, 1]")]
    public async Task Classes_and_images_of_any_number_and_shape_have_their_figures_and_their_sheet(int classes, string shape)
    {
        var sheet = Path.Combine(_folder, "sheet.png");

        var exit = await _host.RunAsync("data", "--spec", Spec(classes, shape), "--sheet", sheet);

        Assert.True(exit == ExitCode.Ok, _host.Error.ToString());
        Assert.Contains($"{classes} classes", _host.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("class 0002", _host.Output.ToString(), StringComparison.Ordinal);
        using var picture = SKBitmap.Decode(sheet);
        Assert.NotNull(picture);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--log-format json")]
    [InlineData("--log-format github")]
    public async Task A_sheet_that_cant_be_written_costs_no_figures(string format)
    {
        var spec = Spec(4, "[16, 16, 3]");
        var sheet = Path.Combine(_folder, "train", "class 0000", "0.png", "sheet.png");

        var exit = await _host.RunAsync(["data", "--spec", spec, "--sheet", sheet, .. format.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.True(exit == ExitCode.Unexpected, _host.Error.ToString());
        Assert.Contains("class 0003", _host.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("sheet.png", _host.Error.ToString() + _host.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_left_out_are_listed_with_their_reasons_in_words_and_as_json()
    {
        var spec = Spec(4, "[16, 16, 3]");
        File.WriteAllText(Path.Combine(_folder, "train", "class 0001", "page.jpg"), "<!DOCTYPE html>");
        File.WriteAllText(Path.Combine(_folder, "train", "class 0002", "pointer.jfif"), "version https://git-lfs.github.com/spec/v1\n");
        var sheet = Path.Combine(_folder, "sheet.png");

        var failed = await _host.RunAsync("data", "--spec", spec, "--sheet", sheet);
        var words = await _host.RunAsync("data", "--spec", spec, "--sheet", sheet, "--set", "dataset.on_unreadable=skip");
        var text = _host.Output.ToString();
        var json = await _host.RunAsync("data", "--spec", spec, "--sheet", sheet, "--set", "dataset.on_unreadable=skip", "--log-format", "json");

        Assert.Equal((ExitCode.InputWrong, ExitCode.Ok, ExitCode.Ok), (failed, words, json));
        Assert.Contains("left out, unreadable        2", text, StringComparison.Ordinal);
        Assert.Contains("train/class 0001/page.jpg: This is an HTML page", text, StringComparison.Ordinal);
        Assert.Contains("train/class 0002/pointer.jfif: This is a Git LFS pointer", text, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"This is a Git LFS pointer", _host.Output.ToString(), StringComparison.Ordinal);
    }

    private string Spec(int classes, string shape)
    {
        for (var i = 0; i < classes * 4; i++)
        {
            using var bitmap = new SKBitmap(8, 8);
            new Random(i).NextBytes(bitmap.GetPixelSpan());
            var path = Path.Combine(_folder, "train", $"class {i / 4:0000}", $"{i % 4}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(path, png.ToArray());
        }

        var spec = Path.Combine(_folder, "masterful.yaml");
        File.WriteAllText(spec, $$"""
            version: 1
            dataset: { name: Many, format: folder, root: ., splits: { train: train }, validation: 0.3 }
            evaluation: { split: select }
            model: { architecture: small-cnn, input_shape: {{shape}} }
            """);
        return spec;
    }
}
