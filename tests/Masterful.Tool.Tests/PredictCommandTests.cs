using System.Text.Json;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using SkiaSharp;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary><c>predict</c> as it is typed, on a model that has learned nothing.</summary>
public sealed class PredictCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("masterful-predict-");
    private readonly RecordingHost _host = new();

    public PredictCommandTests()
    {
        LibTorch.Load(new LibTorchLocator(null, null, MachineFolders.FromEnvironment()).Locate()!, MachineFolders.FromEnvironment());
        var spec = new ModelSpec { Architecture = "small-cnn", InputShape = new ImageShape(8, 8, 3) };
        using var classifier = ModelBuilder.Create(spec, 2);
        MasterfulModel.Save(Full("model"), classifier, spec, ["cat", "a \"dog\", small"]);
        Directory.CreateDirectory(Full("photos"));
        for (var i = 0; i < 70; i++)
        {
            Picture($"photos/{i:00}.png", i);
        }

        File.WriteAllText(Full("photos/33.png"), "");
        File.WriteAllText(Full("photos/list.txt"), "");
    }

    private string[] Lines => _host.Output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task All_of_a_folder_is_classified_but_what_can_t_be_read_which_is_named()
    {
        Assert.Equal(ExitCode.InputWrong, await Predict(Full("photos")));

        Assert.Equal(69, Lines.Length);
        Assert.All(Lines, l => Assert.Matches(@"^.*/photos/\d\d\.png: (cat|a ""dog"", small) \(\d+\.\d%\)$", l));
        Assert.Contains("photos/33.png: error MST0103:", _host.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 of 70 could not be classified", _host.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 files were passed over", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "--to", ".csv")]
    [InlineData("", "--format", "csv")]
    [InlineData("-", "--format", "csv")]
    public async Task A_csv_has_a_line_for_each_image_in_order_with_a_column_for_each_class(string from, string option, string value)
    {
        var file = Full("out/predictions.csv");
        _host.Input = string.Join('\n', Directory.GetFiles(Full("photos"), "*.png").Order(StringComparer.Ordinal));

        Assert.Equal(ExitCode.InputWrong, await Predict(from.Length > 0 ? from : Full("photos/*.png"), option, option == "--to" ? file : value));

        var lines = option == "--to" ? File.ReadAllLines(file) : Lines;
        Assert.Equal("image,label,confidence,error,p_cat,\"p_a \"\"dog\"\", small\"", lines[0]);
        Assert.Equal(Enumerable.Range(0, 70).Select(i => Full($"photos/{i:00}.png")), lines.Skip(1).Select(l => l.Split(',')[0]));
        Assert.EndsWith(",,,The file has zero bytes: fetch or copy it again.,,", lines[34].Trim(), StringComparison.Ordinal);
        Assert.Equal(option == "--to", _host.Output.ToString().Length == 0);
    }

    [Theory]
    [InlineData("--format", "jsonl")]
    [InlineData("--log-format", "json")]
    public async Task Json_has_the_probabilities_by_class(string option, string value)
    {
        Assert.Equal(ExitCode.InputWrong, await Predict(Full("photos/01.png"), Full("photos/33.png"), Full("photos/02.png"), option, value));

        var images = Lines.Select(l => JsonDocument.Parse(l).RootElement).Select(e => e.TryGetProperty("data", out var data) ? data : e)
            .Where(e => e.TryGetProperty("image", out _)).ToList();
        Assert.Equal(["01.png", .. value == "json" ? Array.Empty<string>() : ["33.png"], "02.png"], images.Select(e => Path.GetFileName(e.GetProperty("image").GetString()!)));
        var probabilities = images[0].GetProperty("probabilities").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble());
        Assert.Equal(["cat", "a \"dog\", small"], probabilities.Keys);
        Assert.Equal(1, probabilities.Values.Sum(), 6);
        Assert.Equal(images[0].GetProperty("confidence").GetDouble(), probabilities[images[0].GetProperty("label").GetString()!]);
    }

    [Fact]
    public async Task What_can_be_read_alone_ends_with_0_and_nothing_but_predictions_on_standard_output()
    {
        Assert.Equal(ExitCode.Ok, await Predict(Full("photos/69.png"), Full("photos/01.png"), Full("photos/69.png")));

        Assert.Equal(["69.png", "01.png", "69.png"], Lines.Select(l => Path.GetFileName(l[..l.IndexOf(':', StringComparison.Ordinal)])));
        Assert.Equal("", _host.Error.ToString());
    }

    [Theory]
    [InlineData("model/*.gif", "No image matches")]
    [InlineData("model", "no image in the folder")]
    [InlineData("nowhere.png", "nowhere.png: error MST0103:")]
    public async Task Without_any_image_the_exit_code_is_3(string argument, string told)
    {
        Assert.Equal(ExitCode.InputWrong, await Predict(Full(argument)));

        Assert.Empty(_host.Output.ToString());
        Assert.Contains(told, _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_list_is_told()
    {
        Assert.Equal(ExitCode.InputWrong, await Predict("-"));

        Assert.Contains("There is no image to classify", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--to predictions.xls", "says no format")]
    [InlineData("--to .", "is a folder")]
    [InlineData("--format xml", "xml")]
    [InlineData("--format csv --log-format json", "give the predictions a file with --to")]
    public async Task Options_that_can_t_be_are_told(string options, string told)
    {
        Assert.Equal(ExitCode.InputWrong, await Predict([Full("photos/01.png"), .. options.Split(' ')]));

        Assert.Contains(told, $"{_host.Error}{_host.Output}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_left_alone_when_it_can_t_be_written_whole()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        File.WriteAllText(Full("old.csv"), "old");

        Assert.Equal(ExitCode.Cancelled, await MasterfulTool.RunAsync(["predict", Full("photos"), "-m", Full("model"), "--to", Full("old.csv")], _host.Host(), cancelled.Token));

        Assert.Equal("old", File.ReadAllText(Full("old.csv")));
        Assert.DoesNotContain(Directory.GetFiles(_folder.FullName), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private Task<int> Predict(params string[] arguments) => _host.RunAsync(["predict", .. arguments, "--model", Full("model")]);

    private string Full(string path) => Path.Combine(_folder.FullName, path);

    private void Picture(string path, int seed)
    {
        using var bitmap = new SKBitmap(8, 8);
        bitmap.Erase(new SKColor((byte)(seed * 3), (byte)(255 - seed), 40));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(Full(path), png.ToArray());
    }
}
