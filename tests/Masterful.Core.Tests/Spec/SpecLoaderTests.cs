using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Spec;

public sealed class SpecLoaderTests : IDisposable
{
    private readonly SpecFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_minimal_spec_gets_every_default()
    {
        var (spec, warnings) = _folder.Load(SpecFolder.Valid);

        Assert.Empty(warnings);
        Assert.Equal(_folder.SpecFile, spec.Path);
        Assert.Equal(DatasetFormat.Svhn, spec.Dataset.Format);
        Assert.Equal("data", spec.Dataset.Name);
        Assert.Equal(Path.Combine(_folder.Root, "data"), spec.Dataset.Root);
        Assert.Equal(["train.mat"], spec.Dataset.Splits.Train);
        Assert.Equal(["test.mat"], spec.Dataset.Splits.Test);
        Assert.Equal(new ShareOrName(0.1, null), spec.Dataset.Validation);
        Assert.Equal(new ImageShape(32, 32, 3), spec.Model.InputShape);
        Assert.Equal(new TrainingSpec(), spec.Training);
        Assert.Equal(PolicyMode.Auto, spec.Policy.Mode);
        Assert.Equal(TechniqueAxis.All.Select(a => a.Technique), spec.Policy.Techniques);
        Assert.Equal(new BudgetSpec(null, 1.5, null), spec.Policy.Budget);
        Assert.Equal(new EvaluationSpec(), spec.Evaluation);
        Assert.Equal(new GateSpec(), spec.Gate);
        Assert.Equal(Path.Combine(_folder.Root, "masterful-report"), spec.Report.Path);
        Assert.Equal(Path.Combine(_folder.Root, "masterful-model"), spec.Output.Path);
        Assert.Equal(Path.Combine(_folder.Root, ".masterful"), spec.Runtime.Cache);
    }

    [Theory]
    [InlineData("white", Masterful.Core.Imaging.Background.White)]
    [InlineData("black", Masterful.Core.Imaging.Background.Black)]
    [InlineData("none", Masterful.Core.Imaging.Background.None)]
    public void A_background_is_what_transparent_images_are_put_on(string written, Masterful.Core.Imaging.Background background)
    {
        var (spec, warnings) = _folder.Load(SpecFolder.Valid.Replace("format: svhn", $"format: svhn\n  background: {written}\n  on_unreadable: skip", StringComparison.Ordinal));

        Assert.Empty(warnings);
        Assert.Equal((background, UnreadableFiles.Skip, null), (spec.Dataset.Background, spec.Dataset.OnUnreadable, spec.Dataset.Link));
    }

    [Fact]
    public void An_address_as_background_is_taken_as_the_link_and_told()
    {
        var (spec, warnings) = _folder.Load(SpecFolder.Valid.Replace("format: svhn", "format: svhn\n  background: https://example.org/svhn", StringComparison.Ordinal));

        Assert.Equal("https://example.org/svhn", spec.Dataset.Link);
        Assert.Equal(Masterful.Core.Imaging.Background.None, spec.Dataset.Background);
        var warning = Assert.Single(warnings);
        Assert.Equal((SpecDiagnostics.LinkAsBackground, 4), (warning.Code, warning.Position?.Line));
        Assert.Contains("dataset.link", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_keys_are_told_apart()
    {
        // Keys are looked up, not compared with each other one by one.
        var keys = string.Concat(Enumerable.Range(0, 9_900).Select(i => $"\n    k{i}: v{i}"));

        var errors = _folder.Errors(SpecFolder.Valid.Replace("format: svhn", $"format: svhn\n  label_map:{keys}\n    k17: again", StringComparison.Ordinal));

        Assert.Contains(errors, e => e.Contains("MST0007 'k17' stands twice", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_key_is_read()
    {
        _folder.Add("data/extra.mat");
        _folder.Add("data/more.mat");
        var (spec, warnings) = _folder.Load($$"""
            version: 1
            dataset:
              name: SVHN
              link: http://example.org/svhn
              description: Digits.
              format: svhn
              root: data
              splits: { train: [train.mat, more.mat], test: 20%, unlabeled: extra.mat, synthetic: [] }
              validation: 0.2
              limit: { train: 10000, test: none }
              sources:
                - { url: https://example.org/a.mat, sha256: {{new string('A', 64)}}, to: data/a.mat }
              allow_leaks: true
              classes: [one, two]
            model:
              architecture: efficientnet-b0
              input_shape: [64, 32, 1]
              options: { strides: [1, 1, 1, 2, 1, 2, 1] }
            training:
              task: classification
              epochs: 5
              batch_size: 64
              learning_rate: 2.5e-2
              optimizer: adamw
              weight_decay: 0
              precision: bf16
              seeds: 4
              seed: 7
            policy:
              mode: locked
              techniques: [hsv, rotate]
              budget: { time: 1h30m, ratio: none, trials: 40 }
            evaluation: { split: test, confidence: 0.9 }
            gate:
              error_rate_reduction: 10%
              max_error_rate: 0.06
              max_class_recall_drop: 2 points
              max_error_rate_increase: 0.5 points
              on_inconclusive: warn
            report: { path: out/report, html: false }
            output: { path: out/model, formats: [safetensors] }
            runtime: { device: "cuda:1", workers: 2, threads: 3, cache: ../cache }
            """);

        Assert.Empty(warnings);
        var dataset = spec.Dataset;
        Assert.Equal(("SVHN", "http://example.org/svhn", "Digits."), (dataset.Name, dataset.Link, dataset.Description));
        Assert.Equal(["train.mat", "more.mat"], dataset.Splits.Train);
        Assert.Empty(dataset.Splits.Test);
        Assert.Equal(0.2, dataset.Splits.TestShare);
        Assert.Equal(["extra.mat"], dataset.Splits.Unlabeled);
        Assert.Equal(new ShareOrName(0.2, null), dataset.Validation);
        Assert.Equal([KeyValuePair.Create("train", 10_000)], dataset.Limit);
        var source = new SourceSpec(new Uri("https://example.org/a.mat"), new string('a', 64), Path.Combine(_folder.Root, "data", "a.mat"), _folder.Root);
        Assert.Equal([source], dataset.Sources);
        Assert.True(dataset.AllowLeaks);
        Assert.Equal(["one", "two"], dataset.Classes);
        Assert.Equal(new ImageShape(64, 32, 1), spec.Model.InputShape);
        Assert.Equal(new object[] { 1L, 1L, 1L, 2L, 1L, 2L, 1L }, spec.Model.Options["strides"]);
        var training = new TrainingSpec
        {
            Epochs = 5,
            BatchSize = 64,
            LearningRate = 0.025,
            Optimizer = OptimizerKind.AdamW,
            WeightDecay = 0,
            Precision = PrecisionKind.Bf16,
            Seeds = 4,
            Seed = 7,
        };
        Assert.Equal(training, spec.Training);
        Assert.Equal(PolicyMode.Locked, spec.Policy.Mode);
        Assert.Equal([Technique.Rotate, Technique.Hsv], spec.Policy.Techniques);
        Assert.Equal(new BudgetSpec(TimeSpan.FromMinutes(90), null, 40), spec.Policy.Budget);
        Assert.Equal(0.9, spec.Evaluation.Confidence);
        Assert.Equal(0.1, spec.Gate.ErrorRateReduction);
        Assert.Equal(0.06, spec.Gate.MaxErrorRate);
        Assert.Equal(0.02, spec.Gate.MaxClassRecallDrop);
        Assert.Equal(0.005, spec.Gate.MaxErrorRateIncrease);
        Assert.Equal(InconclusiveAction.Warn, spec.Gate.OnInconclusive);
        Assert.Equal(new ReportSpec { Path = Path.Combine(_folder.Root, "out", "report"), Html = false }, spec.Report);
        Assert.Equal(Path.Combine(_folder.Root, "out", "model"), spec.Output.Path);
        Assert.Equal(("cuda:1", 2, 3), (spec.Runtime.Device, spec.Runtime.Workers, spec.Runtime.Threads));
        Assert.Equal(Path.GetFullPath("../cache", _folder.Root), spec.Runtime.Cache);
    }

    [Fact]
    public void All_errors_are_told_at_once_in_the_order_of_the_file()
    {
        var errors = _folder.Errors("""
            version: 1
            dataset:
              format: svnh
              root: data
              splits: { train: train.mat, test: missing.mat }
            model:
              architecture: small-cnn
            training:
              epohcs: 3
              seeds: many
            """);

        Assert.Equal(
            [
                "3,11 MST0010 'dataset.format' is 'svnh', but must be one of svhn, idx, cifar10, cifar100, folder, csv, custom; did you mean 'svhn'?",
                "5,31 MST0011 'missing.mat' was not found in dataset.root ('data').",
                "9,3 MST0005 'epohcs' is not a key of 'training'; did you mean 'epochs'?",
                "10,10 MST0008 'training.seeds' is 'many', but must be a whole number from 1 to 100.",
            ],
            errors);
    }
}
