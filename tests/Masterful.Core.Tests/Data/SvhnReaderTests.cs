using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class SvhnReaderTests : IDisposable
{
    private static readonly ImageShape Shape = new(4, 4, 3);
    private static readonly byte[] Labels = [.. Enumerable.Range(0, 100).Select(i => (byte)((i % 10) + 1))];
    private static readonly byte[][] Pixels = [.. Enumerable.Range(0, 100).Select(i => Images.Noise(Shape, i))];
    private readonly TestData _data = new();

    private DatasetSpec Spec => _data.Spec(DatasetFormat.Svhn, "train.mat");

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Both_byte_orders_are_read_compressed_or_not(bool bigEndian, bool compressed)
    {
        _data.Write("train.mat", MatFiles.Svhn(Pixels, 4, Labels, bigEndian, compressed));

        using var splits = _data.Load(Spec, Shape);

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], splits.Classes);
        Assert.Equal(90, splits.Train.Count);
        for (var i = 0; i < splits.Train.Count; i++)
        {
            var original = splits.Train.Indices[i];
            Assert.Equal(Pixels[original], splits.Train.Image(i).ToArray());
            // 10 is digit 0.
            Assert.Equal(Labels[original] % 10, splits.Train.Labels[i]);
        }
    }

    [Fact]
    public void Values_may_be_stored_in_another_type_than_their_array_and_other_variables_are_passed_over()
    {
        var x = Pixels[0].Concat(Pixels[1]).ToArray();
        var wide = x.SelectMany(v => BitConverter.GetBytes((double)v)).ToArray();
        var text = new byte[] { 6, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0 };
        var file = new MatFiles();
        file.Add(text);
        _data.Write("train.mat", file
            .Array("other", 6, [1, 1], 9, new byte[8])
            .Array("y", 6, [2, 1], 1, [10, 1])
            .Array("X", 6, [4, 4, 3, 2], 9, wide)
            .Bytes());

        // One image of each of two classes: read well, but too few to be trained on.
        Assert.DoesNotContain(_data.Errors(Spec, Shape), e => e.Code == DataDiagnostics.FileCorrupt);
    }

    [Theory]
    [InlineData("X", "labels", "no numeric array X")]
    [InlineData("y", "labels", "no numeric array y")]
    [InlineData("count", "labels", "has 99 labels")]
    [InlineData("value", "labels", "Label 5 of y is 11")]
    public void What_is_missing_or_wrong_is_told(string wrong, string yName, string told)
    {
        var labels = wrong switch
        {
            "count" => Labels[1..],
            "value" => [.. Labels[..5], 11, .. Labels[6..]],
            _ => Labels,
        };
        var x = Pixels.SelectMany(p => p).ToArray();
        _data.Write("train.mat", new MatFiles()
            .Array(wrong == "X" ? "Y" : "X", 9, [4, 4, 3, 100], 2, x)
            .Array(wrong == "y" ? yName : "y", 9, [labels.Length, 1], 2, labels)
            .Bytes());

        var error = _data.Error(Spec, Shape);

        Assert.Equal((DataDiagnostics.FileCorrupt, _data.Path("train.mat")), (error.Code, error.Position!.Value.File));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_beyond_a_byte_and_lengths_that_do_not_fit_are_errors()
    {
        var values = Enumerable.Repeat(300.0, 48).SelectMany(BitConverter.GetBytes).ToArray();
        _data.Write("train.mat", new MatFiles().Array("X", 6, [4, 4, 3], 9, values).Array("y", 9, [1, 1], 2, [1]).Bytes());
        Assert.Contains("300", _data.Error(Spec, Shape).Message, StringComparison.Ordinal);

        _data.Write("train.mat", new MatFiles().Array("X", 9, [4, 4, 3, 2_000_000], 2, new byte[48]).Array("y", 9, [1, 1], 2, [1]).Bytes());
        Assert.Equal(DataDiagnostics.FileCorrupt, _data.Error(Spec, Shape).Code);

        _data.Write("train.mat", new MatFiles().Array("X", 9, [int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue], 2, new byte[48]).Bytes());
        Assert.Contains("impossible dimensions", _data.Error(Spec, Shape).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_version_and_another_format_are_told_apart()
    {
        _data.Write("train.mat", new MatFiles().Bytes(0x0200));
        Assert.Contains("7.3", _data.Error(Spec, Shape).Message, StringComparison.Ordinal);

        _data.Write("train.mat", new byte[500]);
        Assert.Contains("not a MAT file", _data.Error(Spec, Shape).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checksum_at_the_very_end_is_found()
    {
        var bytes = MatFiles.Svhn(Pixels, 4, Labels);
        bytes[^1] ^= 1;
        _data.Write("train.mat", bytes);

        Assert.Equal(DataDiagnostics.FileCorrupt, _data.Error(Spec, Shape).Code);
    }

    [Fact]
    public void Real_svhn_files_are_read_and_have_the_published_counts()
    {
        var spec = Spec with
        {
            Root = RealData.Of("svhn-mini"),
            Splits = new SplitsSpec { Train = ["svhn_mini_train_32x32.mat"], Test = ["svhn_mini_test_32x32.mat"] },
        };

        using var splits = _data.Load(spec, new ImageShape(32, 32, 3));

        Assert.Equal((862, 221), (splits.Train.Count + splits.Select.Count, splits.Test.Count));
        int[] published = [66, 227, 141, 134, 110, 112, 78, 70, 78, 67];
        Assert.Equal(published, Enumerable.Range(0, 10).Select(c => splits.Health.ClassCounts.Values.Sum(counts => counts[c])));
        Assert.Equal(0, splits.Health.Leaks);
    }

    [Fact]
    public void A_real_file_that_breaks_off_is_named_with_the_place()
    {
        var spec = Spec with
        {
            Root = RealData.Of("svhn-mini"),
            Splits = new SplitsSpec { Train = ["train_32x32.mat.first2686976bytes"] },
        };

        var error = _data.Error(spec, new ImageShape(32, 32, 3));

        Assert.Equal(DataDiagnostics.FileCorrupt, error.Code);
        Assert.EndsWith("train_32x32.mat.first2686976bytes", error.Position!.Value.File, StringComparison.Ordinal);
        Assert.Contains("ends at byte 2,686,976", error.Message, StringComparison.Ordinal);
    }
}
