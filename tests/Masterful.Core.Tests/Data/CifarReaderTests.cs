using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class CifarReaderTests : IDisposable
{
    private static readonly ImageShape Shape = new(32, 32, 3);
    private readonly TestData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Batches_are_joined_and_names_come_from_the_file_beside_them()
    {
        _data.Write("bin/one.bin", Records(1, 40, 10, 0));
        _data.Write("bin/two.bin", Records(1, 20, 10, 1));
        _data.Write("bin/batches.meta.txt", string.Join('\n', "abcdefghij".Select(c => c.ToString())) + "\n\n");
        var spec = _data.Spec(DatasetFormat.Cifar10, "bin/one.bin");

        using var splits = _data.Load(spec with { Splits = spec.Splits with { Train = ["bin/one.bin", "bin/two.bin"] } }, Shape);

        Assert.Equal("a", splits.Classes[0]);
        Assert.Equal(60, splits.Train.Count + splits.Select.Count);
        Assert.Equal(Records(1, 40, 10, 0)[1..3073], Enumerable.Range(0, splits.Train.Count).Select(i => splits.Train.Image(i).ToArray()).First());
    }

    [Fact]
    public void Of_cifar_100_the_fine_label_counts()
    {
        _data.Write("train.bin", Records(2, 300, 100, 0));

        using var splits = _data.Load(_data.Spec(DatasetFormat.Cifar100, "train.bin"), Shape);

        Assert.Equal(100, splits.Classes.Count);
        Assert.All(splits.Health.ClassCounts["train"], count => Assert.Equal(2, count));
    }

    [Fact]
    public void A_file_that_breaks_off_in_a_record_and_a_label_that_is_none_are_errors()
    {
        var records = Records(1, 40, 10, 0);
        _data.Write("train.bin", records[..^1]);
        Assert.Contains("after record 39", _data.Error(_data.Spec(DatasetFormat.Cifar10, "train.bin"), Shape).Message, StringComparison.Ordinal);

        records[3073 * 7] = 10;
        _data.Write("train.bin", records);
        Assert.Contains("Record 7 (at byte 21,511)", _data.Error(_data.Spec(DatasetFormat.Cifar10, "train.bin"), Shape).Message, StringComparison.Ordinal);
    }

    private static byte[] Records(int labelBytes, int count, int classes, int seed)
    {
        var bytes = new byte[count * (labelBytes + Shape.Length)];
        new Random(seed).NextBytes(bytes);
        for (var i = 0; i < count; i++)
        {
            bytes[(i * (labelBytes + Shape.Length)) + labelBytes - 1] = (byte)(i % classes);
        }

        return bytes;
    }
}
