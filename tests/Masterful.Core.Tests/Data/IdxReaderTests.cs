using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class IdxReaderTests : IDisposable
{
    private readonly TestData _data = new();

    private DatasetSpec Spec => _data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz");

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Images_and_labels_are_read_in_order_plain_or_zipped(bool zipped)
    {
        _data.WriteIdx("train", TestData.Labels(40, 4), zipped: zipped);
        _data.WriteIdx("t10k", [3, 1, 0, 2], seed: 1, zipped);

        // The spec names the zipped files: the plain ones beside them are found too.
        using var splits = _data.Load(Spec);

        Assert.Equal(["0", "1", "2", "3"], splits.Classes);
        Assert.Equal((36, 4, 4), (splits.Train.Count, splits.Select.Count, splits.Test.Count));
        Assert.Equal([3, 1, 0, 2], splits.Test.Labels);
        Assert.Equal(TestData.IdxImages(4, 1)[(16 + 32)..(16 + 48)], splits.Test.Image(2).ToArray());
    }

    [Fact]
    public void Labels_that_skip_a_number_make_no_class_of_it_and_say_so()
    {
        _data.WriteIdx("train", [.. TestData.Labels(40, 4).Select(l => l == 2 ? 5 : l)]);
        _data.WriteIdx("t10k", [5, 1, 0, 3], seed: 1);

        using var splits = _data.Load(Spec);

        Assert.Equal(["0", "1", "3", "5"], splits.Classes);
        Assert.Equal([3, 1, 0, 2], splits.Test.Labels);
        Assert.Contains("no image has 2, 4", splits.Health.Diagnostics.Single(d => d.Code == DataDiagnostics.LabelUnused).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_of_the_spec_name_the_labels_and_must_be_enough()
    {
        _data.WriteIdx("train", TestData.Labels(40, 3));
        _data.WriteIdx("t10k", [2, 1, 0], seed: 1);

        using var splits = _data.Load(Spec with { Classes = ["shirt", "shoe", "bag"] });
        var error = _data.Error(Spec with { Classes = ["shirt", "shoe"] });

        Assert.Equal(["shirt", "shoe", "bag"], splits.Classes);
        Assert.Equal([2, 1, 0], splits.Test.Labels);
        Assert.Equal(DataDiagnostics.LabelUnknown, error.Code);
    }

    [Fact]
    public void A_zipped_file_that_breaks_off_anywhere_is_named_with_the_place()
    {
        _data.WriteIdx("t10k", [3, 1, 0, 2], seed: 1);
        _data.WriteIdx("train", TestData.Labels(40, 4));
        var whole = File.ReadAllBytes(_data.Path("train-images-idx3-ubyte.gz"));
        foreach (var length in new[] { 0, 1, 2, 9, 12, 100, whole.Length / 2, whole.Length - 9, whole.Length - 1 })
        {
            _data.Write("train-images-idx3-ubyte.gz", whole[..length]);

            var error = _data.Error(Spec);

            Assert.Equal(DataDiagnostics.FileCorrupt, error.Code);
            Assert.Equal(_data.Path("train-images-idx3-ubyte.gz"), error.Position!.Value.File);
            Assert.Matches("byte|can't be read", error.Message);
        }
    }

    [Theory]
    [InlineData(41, "40")]
    [InlineData(39, "39")]
    [InlineData(int.MaxValue, "2,147,483,647")]
    [InlineData(-1, "-1")]
    public void A_wrong_count_in_the_header_is_an_error(int claimed, string told)
    {
        _data.WriteIdx("t10k", [3, 1, 0, 2], seed: 1);
        _data.WriteIdx("train", TestData.Labels(40, 4), zipped: false);
        _data.Write("train-images-idx3-ubyte", TestData.IdxImages(40, claimed: claimed));
        var plain = Spec with { Splits = Spec.Splits with { Train = ["train-images-idx3-ubyte"] } };

        var error = _data.Error(plain);
        _data.Write("train-images-idx3-ubyte", TestData.Zipped(TestData.IdxImages(40, claimed: claimed)));
        var zipped = _data.Error(plain);

        Assert.Equal(DataDiagnostics.FileCorrupt, error.Code);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
        Assert.Equal(DataDiagnostics.FileCorrupt, zipped.Code);
    }

    [Fact]
    public void Images_and_labels_of_different_number_and_files_of_another_kind_are_errors()
    {
        _data.WriteIdx("t10k", [3, 1, 0, 2], seed: 1);
        _data.WriteIdx("train", TestData.Labels(40, 4));
        _data.Write("t10k-labels-idx1-ubyte.gz", TestData.IdxLabels([1, 2, 3]));
        _data.Write("train-images-idx3-ubyte.gz", TestData.IdxLabels([1, 2, 3]));

        var errors = _data.Errors(Spec);

        Assert.Equal(2, errors.Count);
        Assert.Contains("0x00000801", errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("3 labels", errors[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_files_are_told_all_at_once_with_their_place_in_the_spec()
    {
        var errors = _data.Errors(Spec with { Splits = Spec.Splits with { Test = ["../t10k-images"] } });

        Assert.Equal([DataDiagnostics.SplitNotFound, DataDiagnostics.PathOutsideRoot], errors.Select(e => e.Code));
        Assert.All(errors, e => Assert.Equal("masterful.yaml", e.Position!.Value.File));
    }

    [Fact]
    public void Without_its_labels_file_a_split_is_an_error_that_names_the_file()
    {
        _data.WriteIdx("t10k", [3, 1, 0, 2], seed: 1);
        _data.WriteIdx("train", TestData.Labels(40, 4));
        File.Delete(_data.Path("train-labels-idx1-ubyte.gz"));

        Assert.Contains("train-labels-idx1-ubyte", _data.Error(Spec).Message, StringComparison.Ordinal);
    }
}
