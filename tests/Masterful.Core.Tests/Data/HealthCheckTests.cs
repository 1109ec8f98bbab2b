using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class HealthCheckTests : IDisposable
{
    private readonly TestData _data = new();

    private DatasetSpec Spec => _data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz");

    public void Dispose() => _data.Dispose();

    [Fact]
    public void One_class_only_is_an_error()
    {
        _data.WriteIdx("train", new int[20]);
        _data.WriteIdx("t10k", [0], seed: 1);

        var error = _data.Error(Spec);

        Assert.Equal(DataDiagnostics.TooFewClasses, error.Code);
        Assert.Contains("only '0'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_of_test_or_of_the_spec_that_is_absent_from_train_is_an_error()
    {
        _data.WriteIdx("train", TestData.Labels(20, 2));
        _data.WriteIdx("t10k", [0, 2, 1], seed: 1);
        Assert.Contains("'2'", Assert.Single(_data.Errors(Spec), e => e.Code == DataDiagnostics.ClassAbsentFromTrain).Message, StringComparison.Ordinal);

        _data.WriteIdx("t10k", [0, 1], seed: 1);
        Assert.Contains("'c'", _data.Error(Spec with { Classes = ["a", "b", "c"] }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_image_that_also_stands_in_train_is_an_error_unless_allowed()
    {
        _data.WriteIdx("train", TestData.Labels(50, 2));
        // Noise of the same seed begins the same: all ten images are copies.
        _data.WriteIdx("t10k", TestData.Labels(10, 2));

        var error = _data.Error(Spec);
        using var splits = _data.Load(Spec with { AllowLeaks = true });

        Assert.Equal(DataDiagnostics.TestLeak, error.Code);
        Assert.Contains("10 of 10 test images", error.Message, StringComparison.Ordinal);
        Assert.Contains("allow_leaks", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, splits.Health.Leaks);
        Assert.Single(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.TestLeak && d.Severity == DiagnosticSeverity.Warning);
    }

    [Fact]
    public void Only_the_splits_that_are_used_are_looked_at()
    {
        _data.WriteIdx("train", TestData.Labels(50, 2));
        _data.WriteIdx("t10k", TestData.Labels(10, 2), seed: 1);
        _data.WriteIdx("extra", TestData.Labels(10, 2), seed: 1);
        var spec = Spec with { Splits = Spec.Splits with { Synthetic = ["extra-images-idx3-ubyte.gz"] } };

        Assert.Equal(DataDiagnostics.TestLeak, _data.Error(spec).Code);

        using var unlabelled = _data.Load(Spec with { Splits = Spec.Splits with { Unlabeled = ["extra-images-idx3-ubyte.gz"] } });
        Assert.Equal(0, unlabelled.Health.Leaks);
        Assert.Single(unlabelled.Health.Diagnostics, d => d.Code == DataDiagnostics.TestLeak && d.Severity == DiagnosticSeverity.Warning);
    }

    [Fact]
    public void A_class_absent_from_test_and_an_imbalance_are_warnings()
    {
        _data.WriteIdx("train", [.. Enumerable.Range(0, 300).Select(i => i < 280 ? 0 : i < 290 ? 1 : 2)]);
        _data.WriteIdx("t10k", [0, 1], seed: 1);

        using var splits = _data.Load(Spec);

        Assert.Equal(
            [DataDiagnostics.ClassAbsentFromTest, DataDiagnostics.Imbalance],
            splits.Health.Diagnostics.Select(d => d.Code).OrderBy(c => c.Id));
        Assert.All(splits.Health.Diagnostics, d => Assert.Equal(DiagnosticSeverity.Warning, d.Severity));
    }

    [Fact]
    public void Mean_and_deviation_are_those_of_the_training_pixels()
    {
        _data.WriteIdx("train", TestData.Labels(100, 2));

        using var splits = _data.Load(_data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte.gz"), new ImageShape(4, 4, 3));

        var pixels = Enumerable.Range(0, splits.Train.Count).SelectMany(i => splits.Train.Image(i)[..16].ToArray()).Select(p => (double)p).ToList();
        Assert.Equal(3, splits.Health.Mean.Count);
        Assert.Equal(pixels.Average(), splits.Health.Mean[1], 1e-9);
        Assert.Equal(Math.Sqrt(pixels.Average(p => p * p) - (pixels.Average() * pixels.Average())), splits.Health.StandardDeviation[2], 1e-9);
    }

    [Fact]
    public void Mean_and_deviation_hold_for_images_larger_than_a_vector()
    {
        var data = Images.Dataset(new ImageShape(150, 151, 1), 0, 1);
        var pool = new ImagePool("train", data.Store, [0, 1], [0, 1], [0, 1], _ => "");
        var pixels = data.Image(0).ToArray().Concat(data.Image(1).ToArray()).Select(p => (double)p).ToList();

        var (mean, deviation) = PixelStatistics.Of(pool);

        Assert.Equal(pixels.Average(), mean[0], 1e-9);
        Assert.Equal(Math.Sqrt(pixels.Average(p => p * p) - (mean[0] * mean[0])), deviation[0], 1e-9);
    }

    [Fact]
    public void Copies_are_counted_and_the_first_is_named_within_a_split_and_across()
    {
        ImagePool[] pools =
        [
            Pool("train", [0, 1, 1, 0, 1], [11, 22, 22, 33, 22]),
            Pool("select", [1, 0], [99, 33]),
            Pool("test", [1, 0, 1, 0], [77, 22, 11, 88]),
            Pool("unlabeled", [-1, -1], [88, 22]),
        ];

        var health = new HealthCheck(Spec with { AllowLeaks = true }, ["a", "b"], key => new SourcePosition(key)).Run(pools, [], []);

        Assert.Equal(
            [
                "2 images of split 'train' are exact copies of others, such as train 2 of train 1.",
                "2 of 4 test images also stand in the training data, such as test 1 = train 1.",
                "2 test images also stand, without label, in split 'unlabeled', such as test 1 = unlabeled 1.",
                "1 validation images also stand in train, such as select 1 = train 3.",
                "6 images are exact copies with different labels, such as train 1 is 'b', train 2 is 'b', train 4 is 'b'.",
            ],
            health.Diagnostics.Select(d => d.Message));
        Assert.Equal((2, 2), (health.Duplicates, health.Leaks));
        Assert.Equal(
            ["train 1, train 2, train 4, test 1, unlabeled 1", "train 3, select 1", "train 0, test 2", "test 3, unlabeled 0"],
            health.Copies.Select(c => string.Join(", ", c.Select(x => $"{x.Split} {x.Index}"))));
        Assert.Equal(2, health.Conflicts.Count);
    }

    [Fact]
    public void A_select_split_that_comes_out_empty_is_an_error()
    {
        _data.WriteIdx("train", [0, 1]);
        _data.WriteIdx("t10k", [0, 1], seed: 1);

        Assert.Equal(DataDiagnostics.SplitEmpty, _data.Error(Spec).Code);
    }

    private static ImagePool Pool(string name, int[] labels, UInt128[] contents)
    {
        var store = new MemoryImageStore(new ImageShape(1, 1, 1));
        store.AddAll(new byte[labels.Length]);
        return new ImagePool(name, store, [.. Enumerable.Range(0, labels.Length)], labels, contents, i => $"{name} {i}");
    }
}
