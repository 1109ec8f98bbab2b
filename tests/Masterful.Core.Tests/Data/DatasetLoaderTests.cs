using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class DatasetLoaderTests : IDisposable
{
    private readonly TestData _data = new();

    private DatasetSpec Spec => _data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz");

    public void Dispose() => _data.Dispose();

    [Fact]
    public void The_held_out_share_is_stratified_and_disjoint_from_train()
    {
        _data.WriteIdx("train", [.. Enumerable.Range(0, 300).Select(i => i < 200 ? 0 : i < 270 ? 1 : 2)]);
        _data.WriteIdx("t10k", [0, 1, 2], seed: 1);

        using var splits = _data.Load(Spec);

        Assert.Equal([20, 7, 3], splits.Health.ClassCounts["select"]);
        Assert.Equal([180, 63, 27], splits.Health.ClassCounts["train"]);
        Assert.Empty(Contents(splits.Train).Intersect(Contents(splits.Select)));
        Assert.Equal(300, Contents(splits.Train).Union(Contents(splits.Select)).Count());
    }

    [Fact]
    public void New_images_of_one_class_move_no_image_of_another_between_train_and_select()
    {
        _data.WriteIdx("t10k", [0, 1], seed: 1);
        _data.WriteIdx("train", [.. Enumerable.Repeat(0, 100), .. Enumerable.Repeat(1, 100)]);
        using var before = _data.Load(Spec);
        // Noise of one seed begins the same however long it is: the first 200 images are those from before.
        _data.WriteIdx("train", [.. Enumerable.Repeat(0, 100), .. Enumerable.Repeat(1, 100), .. Enumerable.Repeat(1, 130)]);
        using var after = _data.Load(Spec);

        Assert.Equal(Contents(before.Select, 0).Order(), Contents(after.Select, 0).Order());
        Assert.Equal(23, Contents(after.Select, 1).Count());
        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
    }

    [Fact]
    public void The_order_of_the_files_decides_nothing_about_who_is_held_out()
    {
        _data.WriteIdx("a", TestData.Labels(60, 3), seed: 2);
        _data.WriteIdx("b", TestData.Labels(90, 3), seed: 3);
        _data.WriteIdx("t10k", [0, 1, 2], seed: 1);
        string[] files = ["a-images-idx3-ubyte.gz", "b-images-idx3-ubyte.gz"];
        using var one = _data.Load(Spec with { Splits = Spec.Splits with { Train = files } });
        using var other = _data.Load(Spec with { Splits = Spec.Splits with { Train = [.. files.Reverse()] } });

        Assert.Equal(Contents(one.Select).Order(), Contents(other.Select).Order());
    }

    [Fact]
    public void Identical_images_land_on_the_same_side_whatever_their_labels()
    {
        var half = TestData.IdxImages(100)[16..];
        _data.WriteIdx("train", TestData.Labels(200, 2), zipped: false);
        _data.WriteIdx("t10k", [0, 1], seed: 1);
        _data.Write("train-images-idx3-ubyte", [.. TestData.IdxImages(200)[..16], .. half, .. half]);
        _data.Write("train-labels-idx1-ubyte", TestData.IdxLabels([.. TestData.Labels(100, 2), .. TestData.Labels(99, 2), 0]));

        using var splits = _data.Load(Spec with { Validation = new ShareOrName(0.2, null) });

        Assert.Empty(Contents(splits.Train).Intersect(Contents(splits.Select)));
        Assert.InRange(splits.Select.Count, 38, 42);
        Assert.Equal(100, splits.Health.Duplicates);
        Assert.Equal(2, splits.Health.ConflictingLabels);
        Assert.Contains(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.ConflictingLabels);
    }

    [Fact]
    public void A_smaller_limit_is_part_of_a_larger_one_in_train_select_and_test()
    {
        _data.WriteIdx("train", TestData.Labels(500, 3));
        _data.WriteIdx("t10k", TestData.Labels(100, 3), seed: 1);
        using var all = _data.Load(Spec);
        using var large = _data.Load(Spec with { Limit = new Dictionary<string, int> { ["train"] = 200, ["test"] = 50 } });
        using var small = _data.Load(Spec with { Limit = new Dictionary<string, int> { ["train"] = 60, ["test"] = 10 } });

        Assert.Equal((180, 20, 50), (large.Train.Count, large.Select.Count, large.Test.Count));
        Assert.Equal((54, 6, 10), (small.Train.Count, small.Select.Count, small.Test.Count));
        foreach (var split in new Func<DatasetSplits, ImageDataset>[] { s => s.Train, s => s.Select, s => s.Test })
        {
            Assert.Empty(Contents(split(small)).Except(Contents(split(large))));
            Assert.Empty(Contents(split(large)).Except(Contents(split(all))));
            Assert.InRange(split(large).Labels.CountBy(l => l).Max(c => c.Value) - split(large).Labels.CountBy(l => l).Min(c => c.Value), 0, 2);
        }
    }

    [Fact]
    public void Test_can_be_a_share_of_train_and_select_a_split_of_its_own()
    {
        _data.WriteIdx("train", TestData.Labels(100, 2));
        _data.WriteIdx("valid", TestData.Labels(30, 2), seed: 4);
        var spec = _data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte.gz");

        using var splits = _data.Load(spec with
        {
            Splits = spec.Splits with { TestShare = 0.3 },
            Validation = new ShareOrName(null, "valid-images-idx3-ubyte.gz"),
        });
        using var without = _data.Load(spec);

        Assert.Equal((70, 30, 30), (splits.Train.Count, splits.Select.Count, splits.Test.Count));
        Assert.Empty(Contents(splits.Train).Intersect(Contents(splits.Test)));
        Assert.Equal((90, 10, 0), (without.Train.Count, without.Select.Count, without.Test.Count));
    }

    [Fact]
    public void The_second_load_decodes_nothing_and_gives_the_same()
    {
        _data.WriteIdx("train", TestData.Labels(100, 2));
        _data.WriteIdx("t10k", TestData.Labels(30, 2), seed: 1);
        using var first = _data.Load(Spec);
        var written = _data.CacheFiles.ToList();
        var longAgo = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        written.ForEach(f => File.SetLastWriteTimeUtc(f, longAgo));

        var progress = new Recorder();
        using var second = _data.Load(Spec, progress: progress);

        Assert.Equal(2, written.Count);
        Assert.Equal(written, _data.CacheFiles);
        Assert.Empty(progress.Reports);
        // Pruning goes by the time of last use.
        Assert.All(written, f => Assert.True(File.GetLastWriteTimeUtc(f) > longAgo));
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Equal(Contents(first.Train), Contents(second.Train));
        Assert.Equal(first.Train.Labels, second.Train.Labels);
        Assert.Equal(first.Health.Sizes, second.Health.Sizes);
    }

    [Fact]
    public void A_damaged_cache_file_is_made_anew()
    {
        _data.WriteIdx("train", TestData.Labels(100, 2));
        _data.WriteIdx("t10k", TestData.Labels(30, 2), seed: 1);
        using var first = _data.Load(Spec);
        foreach (var file in _data.CacheFiles.ToList())
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var damaged in new[] { bytes[..^1], bytes[..10], [], [.. bytes[..9], 77, .. bytes[10..]], [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] })
            {
                // A new file, as a crash or another program leaves it: the one that is mapped lives on under its handle.
                File.Delete(file);
                File.WriteAllBytes(file, damaged);

                using var again = _data.Load(Spec);

                Assert.Equal(first.Fingerprint, again.Fingerprint);
                Assert.Equal(Contents(first.Train), Contents(again.Train));
                Assert.Equal(bytes, File.ReadAllBytes(file));
            }
        }
    }

    [Fact]
    public void Changed_files_are_read_again()
    {
        _data.WriteIdx("train", TestData.Labels(100, 2));
        _data.WriteIdx("t10k", TestData.Labels(30, 2), seed: 1);
        using var before = _data.Load(Spec);
        _data.WriteIdx("t10k", TestData.Labels(30, 2), seed: 9);
        using var after = _data.Load(Spec);
        _data.WriteIdx("t10k", TestData.Labels(30, 2), seed: 1);
        using var back = _data.Load(Spec);

        Assert.NotEqual(before.Test.Fingerprint, after.Test.Fingerprint);
        Assert.Equal(before.Train.Fingerprint, after.Train.Fingerprint);
        Assert.Equal(before.Fingerprint, back.Fingerprint);
        Assert.Equal(3, _data.CacheFiles.Count());
    }

    [Fact]
    public void Without_a_writable_cache_the_images_are_held_in_memory_with_a_warning()
    {
        _data.WriteIdx("train", TestData.Labels(100, 2));
        _data.WriteIdx("t10k", TestData.Labels(30, 2), seed: 1);
        using var cached = _data.Load(Spec);
        // A file where the folder should be can't be written into, whoever runs the test.
        _data.Cache = _data.Write("no-folder", "");

        using var splits = _data.Load(Spec);

        Assert.Single(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.CacheNotWritable && d.Severity == DiagnosticSeverity.Warning);
        Assert.Equal(cached.Fingerprint, splits.Fingerprint);
        Assert.Equal(Contents(cached.Train), Contents(splits.Train));
    }

    [Fact]
    public void A_released_data_set_refuses_to_be_read()
    {
        _data.WriteIdx("train", TestData.Labels(100, 2));
        var splits = _data.Load(_data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte.gz"));
        splits.Dispose();

        Assert.Throws<ObjectDisposedException>(() => splits.Train.Image(0).ToArray());
    }

    private static IEnumerable<string> Contents(ImageDataset data, int? label = null) =>
        Enumerable.Range(0, data.Count).Where(i => label is null || data.Labels[i] == label).Select(i => Convert.ToHexString(data.Image(i)));

    private sealed class Recorder : IProgress<DataProgress>
    {
        public List<DataProgress> Reports { get; } = [];

        public void Report(DataProgress value) => Reports.Add(value);
    }
}
