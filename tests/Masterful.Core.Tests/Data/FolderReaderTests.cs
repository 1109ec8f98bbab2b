using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>What stands in the folder of the classes and is no class.</summary>
public sealed class FolderReaderTests : IDisposable
{
    private static readonly ImageShape Shape = new(8, 8, 3);
    private readonly TestData _data = new();
    private int _seed;

    private DatasetSpec Spec => _data.Spec(DatasetFormat.Folder, ".");

    public FolderReaderTests()
    {
        Write("cat", 6);
        Write("dog", 6);
    }

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("__MACOSX/cat/._1.png")]
    [InlineData("__MACOSX/cat/1.png")]
    [InlineData("@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg")]
    [InlineData("cat/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg")]
    [InlineData(".ipynb_checkpoints/1-checkpoint.png")]
    [InlineData("$RECYCLE.BIN/1.png")]
    [InlineData("lost+found/1.png")]
    [InlineData("Thumbs.db")]
    [InlineData("cat/Thumbs.db")]
    [InlineData("cat/desktop.ini")]
    [InlineData(".DS_Store")]
    [InlineData("cat/._0.png")]
    [InlineData("masterful.yaml")]
    [InlineData("masterful.lock.yaml")]
    [InlineData("masterful-data.png")]
    [InlineData("masterful-preview.png")]
    public void What_systems_tools_and_commands_leave_is_no_data(string file)
    {
        _data.Write(file, Images.Encoded(8, 8, 1));

        using var splits = _data.Load(Spec, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
        Assert.Equal(12, splits.Train.Count + splits.Select.Count);
        Assert.Empty(splits.Health.Diagnostics);
    }

    [Theory]
    [InlineData("report")]
    [InlineData("cat/report")]
    [InlineData("some/where/else")]
    public void What_the_spec_lets_a_run_write_is_no_data_wherever_it_is(string folder)
    {
        _data.Write($"{folder}/charts/1.png", Images.Encoded(8, 8, 1));
        _data.Write($"{folder}/samples.png", Images.Encoded(8, 8, 2));

        using var splits = _data.Load(Spec with { NotData = [_data.Path(folder)] }, Shape);
        using var unlabelled = _data.Load(
            Spec with { NotData = [_data.Path(folder)], Splits = new SplitsSpec { Train = ["."], Unlabeled = ["."] } }, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
        Assert.Equal(12, splits.Train.Count + splits.Select.Count);
        Assert.Equal(12, unlabelled.Unlabeled!.Count);
    }

    [Fact]
    public void The_paths_of_a_loaded_spec_are_what_its_commands_write()
    {
        _data.Write("masterful.yaml", """
            version: 1
            dataset: { format: folder, root: ., splits: { train: ., test: 20% } }
            model: { architecture: small-cnn, input_shape: [8, 8, 3] }
            report: { path: out/report }
            output: { path: cat/model }
            runtime: { cache: work }
            """);
        _data.Write("out/report/charts/waterfall.png", Images.Encoded(8, 8, 1));
        _data.Write("cat/model/model.png", Images.Encoded(8, 8, 1));
        _data.Write("work/data/1.png", Images.Encoded(8, 8, 1));

        var (spec, _) = SpecLoader.Load(_data.Path("masterful.yaml"), [], _ => null);
        using var splits = _data.Load(spec.Dataset, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
        Assert.Equal(12, splits.Train.Count + splits.Select.Count + splits.Test.Count);
        Assert.Equal(DataDiagnostics.FoldersLeftOut, Assert.Single(splits.Health.Diagnostics).Code);
    }

    [Theory]
    [InlineData("result.json", "policies.json")]
    [InlineData("model.json", "model.safetensors")]
    [InlineData("journal.db", "x.bin")]
    public void What_an_earlier_run_wrote_elsewhere_is_told_by_its_files(string one, string other)
    {
        _data.Write($"old/{one}", "");
        _data.Write($"old/{other}", "");
        _data.Write("old/charts/1.png", Images.Encoded(8, 8, 1));

        using var splits = _data.Load(Spec, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
    }

    [Fact]
    public void Folders_without_an_image_are_no_classes_and_are_told()
    {
        Directory.CreateDirectory(_data.Path("new"));
        _data.Write("scripts/tools/train.py", "");

        using var splits = _data.Load(Spec, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
        var warning = Assert.Single(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.FoldersLeftOut);
        Assert.Contains("'new', 'scripts' are no classes", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_is_a_class_where_the_spec_names_it_another_split_has_it_or_it_holds_images_of_other_kinds()
    {
        Directory.CreateDirectory(_data.Path("cow"));
        Write("test/cat", 1);
        Write("test/dog", 1);
        var tested = Spec with { Splits = Spec.Splits with { Test = ["test"] } };

        var named = _data.Error(Spec with { Classes = ["cat", "dog", "cow"] }, Shape);
        Write("test/cow", 1);
        var elsewhere = _data.Error(tested, Shape);
        Directory.Delete(_data.Path("test/cow"), recursive: true);
        _data.Write("cow/IMG_1.HEIC", "");
        var otherKind = _data.Error(tested, Shape);

        Assert.All([named, elsewhere, otherKind], e => Assert.Equal(DataDiagnostics.ClassAbsentFromTrain, e.Code));
        Assert.Contains("'cow'", otherKind.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_select_and_what_they_leave_out_is_counted()
    {
        Write("cow", 3);
        Write("pig/deep", 2);

        using var splits = _data.Load(Spec with { Classes = ["dog", "cat"] }, Shape);

        Assert.Equal(["dog", "cat"], splits.Classes);
        Assert.Equal(12, splits.Train.Count + splits.Select.Count);
        var warning = Assert.Single(splits.Health.Diagnostics);
        Assert.Equal(DataDiagnostics.FoldersLeftOut, warning.Code);
        Assert.Contains("2 folders of split 'train' with 5 images", warning.Message, StringComparison.Ordinal);
        Assert.Contains("'cow', 'pig'", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_another_split_among_the_classes_is_none_of_them()
    {
        Write("test/cat", 2);
        Write("test/dog", 2);
        Write("more/deep", 3);
        Write("cat/val/cat", 1);
        Write("cat/val/dog", 1);

        using var splits = _data.Load(
            Spec with { Splits = new SplitsSpec { Train = ["."], Test = ["test"], Unlabeled = ["more"] }, Validation = new ShareOrName(null, "cat/val") }, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
        Assert.Equal((12, 4, 2, 3), (splits.Train.Count, splits.Test.Count, splits.Select.Count, splits.Unlabeled!.Count));
    }

    [Fact]
    public void Build_outputs_beside_a_project_are_no_classes()
    {
        _data.Write("app.csproj", "");
        _data.Write("bin/Release/icon.png", Images.Encoded(8, 8, 1));
        _data.Write("obj/icon.png", Images.Encoded(8, 8, 1));

        using var splits = _data.Load(Spec, Shape);

        Assert.Equal(["cat", "dog"], splits.Classes);
    }

    [Fact]
    public void Hidden_images_are_counted()
    {
        _data.Write("cat/.1.png", Images.Encoded(8, 8, 1));

        using var splits = _data.Load(Spec, Shape);

        Assert.StartsWith("1 hidden image", Assert.Single(splits.Health.Diagnostics).Message, StringComparison.Ordinal);
    }

    private void Write(string folder, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _data.Write($"{folder}/{i}.png", Images.Encoded(8, 8, 1000 + _seed++));
        }
    }
}
