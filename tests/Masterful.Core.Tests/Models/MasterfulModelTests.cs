using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using SkiaSharp;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public sealed class MasterfulModelTests : IDisposable
{
    private static readonly ModelSpec Spec = new()
    {
        Architecture = "efficientnet-b0",
        InputShape = new ImageShape(32, 32, 3),
        Options = new Dictionary<string, object> { ["strides"] = new object[] { 1L, 1L, 1L, 2L, 1L, 2L, 1L } },
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_saved_model_predicts_as_the_classifier_did()
    {
        using var scope = NewDisposeScope();
        using var classifier = ModelBuilder.Create(Spec, 3);

        // Batch norm's running statistics must have seen data, or the logits of a fresh network in evaluation mode are almost zero.
        random.manual_seed(1);
        for (var pass = 0; pass < 5; pass++)
        {
            classifier.call(rand(4, 3, 32, 32) * 255).Dispose();
        }

        classifier.eval();
        MasterfulModel.Save(_folder["out"], classifier, Spec, ["ant", "bee", "cat"], new Dictionary<string, string> { ["policy"] = "plum" }, 2);
        var image = Picture("a.png", 50, 40, SKColors.Teal);

        using var model = MasterfulModel.Load(_folder["out"]);
        var prediction = model.Predict(image);

        var pixels = tensor(ImageDecoder.Read(image, Spec.InputShape), [1, 3, 32, 32]);
        var expected = (classifier.call(pixels) / 2).softmax(1).data<float>().ToArray();
        Assert.True(expected.Max() - expected.Min() > 0.01);
        Assert.Equal(["ant", "bee", "cat"], model.Classes);
        Assert.Equal("plum", model.Metadata["policy"]);
        Assert.Equal(Spec.InputShape, model.InputShape);
        Assert.All(expected.Zip(prediction.Probabilities), p => Assert.Equal(p.First, p.Second, 5));
        Assert.Equal(prediction.Probabilities.Max(), prediction.Confidence);
        Assert.Equal(model.Classes[expected.IndexOf(expected.Max())], prediction.Label);
        Assert.Equal(1, prediction.Probabilities.Sum(), 9);
    }

    [Fact]
    public void Many_images_are_predicted_in_their_order()
    {
        using var classifier = ModelBuilder.Create(new ModelSpec { Architecture = "small-cnn" }, 5);
        MasterfulModel.Save(_folder.Path, classifier, new ModelSpec { Architecture = "small-cnn" }, ["a", "b", "c", "d", "e"]);
        var images = Enumerable.Range(0, 70).Select(i => Picture($"{i}.png", 8, 8, new SKColor((uint)(0xff000000 + (i * 20_000_003))))).ToList();

        using var model = MasterfulModel.Load(_folder.Path);
        var together = model.Predict(images);

        Assert.Equal(70, together.Count);
        foreach (var i in new[] { 0, 63, 64, 69 })
        {
            Assert.All(model.Predict(images[i]).Probabilities.Zip(together[i].Probabilities), p => Assert.Equal(p.First, p.Second, 5));
        }
    }

    [Fact]
    public void A_model_of_the_user_s_own_code_is_saved_with_the_way_to_its_assembly()
    {
        var spec = new ModelSpec
        {
            Assembly = SourceTree.SampleModels,
            Type = "Masterful.SampleModels.TinyFactory",
            InputShape = new ImageShape(8, 8, 1),
            Options = new Dictionary<string, object> { ["width"] = 7L },
        };
        using var classifier = ModelBuilder.Create(spec, 2);
        MasterfulModel.Save(_folder["out"], classifier, spec, ["no", "yes"]);

        using var model = MasterfulModel.Load(_folder["out"]);

        Assert.Contains(model.Predict(Picture("a.png", 8, 8, SKColors.White)).Label, model.Classes);
        Assert.Contains("\"assembly\": \"..", File.ReadAllText(_folder["out/model.json"]));
    }

    [Fact]
    public void A_folder_that_is_not_a_model_is_refused_with_what_is_wrong()
    {
        var spec = new ModelSpec { Architecture = "small-cnn" };
        using var classifier = ModelBuilder.Create(spec, 2);
        MasterfulModel.Save(_folder.Path, classifier, spec, ["no", "yes"]);
        var json = File.ReadAllText(_folder["model.json"]);

        Assert.Contains("model.json", Refusal(_folder["nowhere"]));
        Assert.Contains("JSON", RefusalOf("{"));
        Assert.Contains("schemaVersion 2", RefusalOf(json.Replace("\"schemaVersion\": 1", "\"schemaVersion\": 2", StringComparison.Ordinal)));
        Assert.Contains("classes", RefusalOf(json.Replace("classes", "klasses", StringComparison.Ordinal)));
        Assert.Contains("no classes", RefusalOf(json.Replace("\"no\",", "", StringComparison.Ordinal).Replace("\"yes\"", "", StringComparison.Ordinal)));
        Assert.Contains("inputShape", RefusalOf(json.Replace("32,", "-32,", StringComparison.Ordinal)));
        Assert.Contains("temperature", RefusalOf(json.Replace("\"temperature\": 1", "\"temperature\": 0", StringComparison.Ordinal)));
        Assert.Contains("torchScript must name a file", RefusalOf(json.Replace("\"architecture\"", "\"torchScript\": \"../../x.pt\", \"architecture\"", StringComparison.Ordinal)));
        Assert.Contains("no architecture 'big-cnn'", RefusalOf(json.Replace("small-cnn", "big-cnn", StringComparison.Ordinal)));

        File.WriteAllText(_folder["model.json"], json);
        using (var stream = File.OpenWrite(_folder["model.safetensors"]))
        {
            stream.Position = stream.Length - 1;
            stream.WriteByte(255);
        }

        Assert.Contains("damaged or of another training", Refusal(_folder.Path));
        File.Delete(_folder["model.safetensors"]);
        Assert.Contains("model.safetensors is missing", Refusal(_folder.Path));
    }

    [Fact]
    public void A_file_that_is_no_image_is_refused_by_name()
    {
        var spec = new ModelSpec { Architecture = "small-cnn" };
        using var classifier = ModelBuilder.Create(spec, 2);
        MasterfulModel.Save(_folder.Path, classifier, spec, ["no", "yes"]);
        File.WriteAllText(_folder["a.png"], "no image");

        using var model = MasterfulModel.Load(_folder.Path);

        Assert.Contains(_folder["a.png"], Assert.Throws<DiagnosticException>(() => model.Predict(_folder["a.png"])).Message);
    }

    [Fact]
    public void Of_many_images_those_that_can_t_be_read_stop_no_other_and_no_more_are_asked_for_than_a_batch()
    {
        var spec = new ModelSpec { Architecture = "small-cnn", InputShape = new ImageShape(8, 8, 3) };
        using var classifier = ModelBuilder.Create(spec, 2);
        MasterfulModel.Save(_folder.Path, classifier, spec, ["no", "yes"]);
        var good = Picture("good.png", 8, 8, SKColors.Teal);
        File.WriteAllText(_folder["empty.png"], "");
        File.WriteAllText(_folder["text.png"], "no image");
        string[] kinds = [good, _folder["empty.png"], good, _folder["text.png"], _folder["nowhere.png"]];
        var asked = 0;

        using var model = MasterfulModel.Load(_folder.Path);
        using var predictions = model.PredictEach(Enumerable.Range(0, 1000).Select(i => kinds[asked++ % 5]), cancellation: TestContext.Current.CancellationToken).GetEnumerator();
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(predictions.MoveNext());
            Assert.InRange(asked, i + 1, i + 200);
            Assert.Equal(kinds[i % 5], predictions.Current.Path);
            Assert.Equal(i % 5 is 0 or 2, predictions.Current.Prediction is not null);
            Assert.Equal(i % 5 is 1 or 3 or 4, predictions.Current.Problem?.Position?.File == kinds[i % 5]);
        }

        Assert.False(predictions.MoveNext());
    }

    private string RefusalOf(string json)
    {
        File.WriteAllText(_folder["model.json"], json);
        return Refusal(_folder.Path);
    }

    private static string Refusal(string folder) => Assert.Throws<DiagnosticException>(() => MasterfulModel.Load(folder)).Message;

    private string Picture(string name, int width, int height, SKColor color)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(color);
        bitmap.SetPixel(1, 2, SKColors.Red);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(_folder[name], png.ToArray());
        return _folder[name];
    }
}
