using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Core.Spec.ImageLists;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>Folders of images and CSVs of them.</summary>
public sealed class ImageFileReaderTests : IDisposable
{
    private static readonly ImageShape Shape = new(8, 8, 3);
    private readonly TestData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void In_a_folder_the_class_is_the_name_of_the_folder()
    {
        WriteFolder("train", "cat", 30);
        WriteFolder("train", "dog", 20);
        WriteFolder("test", "cat", 2, seed: 1000);
        WriteFolder("test", "dog/puppies", 3, seed: 2000);

        using var splits = _data.Load(_data.Spec(DatasetFormat.Folder, "train", "test"), Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
        Assert.Equal([27, 18], splits.Health.ClassCounts["train"]);
        Assert.Equal([2, 3], splits.Health.ClassCounts["test"]);
        Assert.Equal([("8×8×3", 54), ("10×10×3", 1)], splits.Health.Sizes.Select(s => (s.Size, s.Count)));
    }

    [Fact]
    public void Classes_that_are_numbers_are_ordered_as_numbers()
    {
        foreach (var digit in new[] { "10", "9", "2" })
        {
            WriteFolder("train", digit, 4);
        }

        using var splits = _data.Load(_data.Spec(DatasetFormat.Folder, "train"), Shape);

        Assert.Equal(["2", "9", "10"], splits.Classes);
    }

    [Fact]
    public void Files_that_are_no_images_or_in_no_class_are_counted_in_a_warning()
    {
        WriteFolder("train", "cat", 4);
        WriteFolder("train", "dog", 4);
        _data.Write("train/readme.txt", "about");
        _data.Write("train/stray.png", Images.Encoded(8, 8, 99));
        _data.Write("train/cat/.hidden.png", "");

        using var splits = _data.Load(_data.Spec(DatasetFormat.Folder, "train"), Shape);

        var warnings = splits.Health.Diagnostics.Where(d => d.Code == DataDiagnostics.FilesIgnored).Select(d => d.Message).ToList();
        Assert.Equal(2, warnings.Count);
        Assert.StartsWith("2 files", warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("1 hidden image", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Unlabelled_images_are_those_of_a_folder_at_any_depth_without_classes()
    {
        WriteFolder("train", "cat", 4);
        WriteFolder("train", "dog", 4);
        WriteFolder("more", "some/where", 5, seed: 500);
        WriteFolder("more", ".", 2, seed: 600);
        var spec = _data.Spec(DatasetFormat.Folder, "train");

        using var splits = _data.Load(spec with { Splits = spec.Splits with { Unlabeled = ["more"] }, Limit = new Dictionary<string, int> { ["unlabeled"] = 6 } }, Shape);

        Assert.Equal(6, splits.Unlabeled!.Count);
        Assert.All(splits.Unlabeled.Labels, l => Assert.Equal(-1, l));
        Assert.Equal(2, splits.Classes.Count);
    }

    [Fact]
    public void Every_unreadable_image_is_counted_and_the_first_twenty_are_named()
    {
        WriteFolder("train", "cat", 4);
        WriteFolder("train", "dog", 4);
        _data.Write("train/cat/0000.png", "");
        for (var i = 0; i < 30; i++)
        {
            _data.Write($"train/dog/x{i:00}.png", Images.Encoded(8, 8, 7)[..60]);
        }

        var errors = _data.Errors(_data.Spec(DatasetFormat.Folder, "train"), Shape);

        Assert.Equal(21, errors.Count);
        Assert.Equal((DataDiagnostics.ImageUnreadable, _data.Path("train/cat/0000.png")), (errors[0].Code, errors[0].Position!.Value.File));
        Assert.Contains("zero bytes", errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("31 of 38 files", errors[^1].Message, StringComparison.Ordinal);
        Assert.Empty(_data.CacheFiles);
    }

    [Theory]
    [InlineData("a.png,cat\r\nb.png,dog\r\n")]
    [InlineData("path,label\na.png,cat\nb.png,dog")]
    [InlineData("id,Label,\"Path\"\n1,cat,a.png\n\n2,dog,b.png\n")]
    [InlineData("\"a.png\",\"cat\"\n\"b.png\",dog\n")]
    public void A_csv_names_paths_and_labels(string csv)
    {
        WriteImages();

        using var splits = _data.Load(Csv(csv) with { Validation = new ShareOrName(null, "train.csv") }, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
        Assert.Equal([0, 1], splits.Train.Labels);
    }

    [Fact]
    public void Quoted_fields_may_hold_commas_quotes_and_line_ends()
    {
        _data.Write("with,comma.png", Images.Encoded(8, 8, 1));
        _data.Write("b.png", Images.Encoded(8, 8, 2));

        using var splits = _data.Load(
            Csv("\"with,comma.png\",\"a \"\"b\"\"\nc\"\nb.png,dog") with { Validation = new ShareOrName(null, "train.csv") }, Shape);

        Assert.Equal(["a \"b\"\nc", "dog"], splits.Classes);
    }

    [Fact]
    public void An_image_without_label_is_unlabelled_and_never_held_out()
    {
        WriteImages();
        for (var i = 0; i < 20; i++)
        {
            _data.Write($"{i}.png", Images.Encoded(8, 8, 100 + i));
        }

        var lines = Enumerable.Range(0, 20).Select(i => $"{i}.png,{(i < 8 ? "cat" : i < 16 ? "dog" : "")}");
        using var splits = _data.Load(Csv(string.Join('\n', lines)) with { Validation = new ShareOrName(0.25, null) }, Shape);

        Assert.Equal((12, 4, 4), (splits.Train.Count, splits.Select.Count, splits.Unlabeled!.Count));
    }

    [Fact]
    public void A_missing_file_an_unknown_label_and_a_way_out_are_told_with_their_lines()
    {
        WriteImages();
        var spec = Csv("path,label\na.png,cat\nnot-there.png,dog\nb.png,cow\n../outside.png,dog\n/etc/hostname,dog\nb.png,dog") with { Classes = ["cat", "dog"] };

        var errors = _data.Errors(spec, Shape);

        Assert.Equal(
            [(DataDiagnostics.ImageNotFound, 3), (DataDiagnostics.PathOutsideRoot, 5), (DataDiagnostics.PathOutsideRoot, 6), (DataDiagnostics.LabelUnknown, 4)],
            errors.Select(e => (e.Code, e.Position!.Value.Line)));
        Assert.Contains("'cow'", errors[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_missing_files_the_first_twenty_are_told_and_all_are_counted()
    {
        var errors = _data.Errors(Csv(string.Join('\n', Enumerable.Range(0, 500).Select(i => $"{i}.png,cat"))), Shape);

        Assert.Equal(21, errors.Count);
        Assert.StartsWith("500 images", errors[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_map_turns_labels_into_classes_and_tells_its_holes()
    {
        WriteImages();
        var spec = Csv("a.png,c1\nb.png,d7") with
        {
            Validation = new ShareOrName(null, "train.csv"),
            LabelMap = new Dictionary<string, string> { ["c1"] = "cat", ["d7"] = "dog", ["x"] = "cow" },
        };

        using var splits = _data.Load(spec, Shape);
        var unknown = _data.Error(spec with { LabelMap = new Dictionary<string, string> { ["c1"] = "cat" } }, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
        Assert.Contains("cow", Assert.Single(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.LabelUnused).Message, StringComparison.Ordinal);
        Assert.Equal(DataDiagnostics.LabelUnknown, unknown.Code);
    }

    [Theory]
    [InlineData("a.png,\"cat\nb.png,dog")]
    [InlineData("a.png,\"cat\"s\nb.png,dog")]
    public void A_csv_that_is_not_well_formed_is_told_with_its_line(string csv)
    {
        WriteImages();

        var error = _data.Error(Csv(csv), Shape);

        Assert.Equal((ImageListDiagnostics.NotReadable, 1), (error.Code, error.Position!.Value.Line));
    }

    [Fact]
    public void Mnist_m_is_read_from_its_csvs()
    {
        var spec = _data.Spec(DatasetFormat.Csv, "test.csv") with { Root = RealData.Of("mnist-m"), Limit = new Dictionary<string, int> { ["train"] = 1000 } };

        using var splits = _data.Load(spec, new ImageShape(32, 32, 3));

        Assert.Equal(10, splits.Classes.Count);
        Assert.Equal(1000, splits.Train.Count + splits.Select.Count);
        Assert.Equal("32×32×3", splits.Health.Sizes[0].Size);
    }

    private DatasetSpec Csv(string content)
    {
        _data.Write("train.csv", content);
        return _data.Spec(DatasetFormat.Csv, "train.csv");
    }

    private void WriteImages()
    {
        _data.Write("a.png", Images.Encoded(8, 8, 1));
        _data.Write("b.png", Images.Encoded(8, 8, 2));
    }

    /// <summary>The first dog puppy is larger than all others.</summary>
    private void WriteFolder(string split, string @class, int count, int? seed = null)
    {
        for (var i = 0; i < count; i++)
        {
            var side = @class.Contains("puppies", StringComparison.Ordinal) && i == 0 ? 10 : 8;
            _data.Write(
                Path.Combine(split, @class, $"{i:0000}.png"),
                Images.Encoded(side, side, (seed ?? @class.Sum(c => c) * 100) + i));
        }
    }
}
