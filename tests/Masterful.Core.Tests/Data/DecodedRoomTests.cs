using Masterful.Core.Data;
using Masterful.Core.Data.Readers;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>What a file claims, times what a model makes of each image, is bounded before anything is decoded.</summary>
public sealed class DecodedRoomTests : IDisposable
{
    private static readonly ImageShape Large = new(64, 64, 3);
    private readonly TestData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_gzip_of_a_few_hundred_bytes_makes_no_gigabytes()
    {
        // Half a million images of one pixel, all of them there: 500 bytes become 6 GB at the model's shape.
        const int Count = 500_000;
        var images = new byte[16 + Count];
        TestData.WriteIdxHeader(images, Count, new ImageShape(1, 1, 1));
        _data.Write("train-images-idx3-ubyte.gz", TestData.Zipped(images));
        _data.Write("train-labels-idx1-ubyte.gz", TestData.Zipped(TestData.IdxLabels(new int[Count])));

        var error = _data.Error(_data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte.gz"), Large);

        Assert.Equal(DataDiagnostics.TooLarge, error.Code);
        Assert.Contains("500,000 images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_that_claims_more_than_it_can_inflate_to_is_damaged()
    {
        var images = new byte[16 + 100];
        TestData.WriteIdxHeader(images, 40_000_000, new ImageShape(28, 28, 1));
        _data.Write("train-images-idx3-ubyte.gz", TestData.Zipped(images));
        var spec = _data.Spec(DatasetFormat.Idx, "unlabeled-images.gz");
        _data.Write("unlabeled-images.gz", TestData.Zipped(images));
        _data.Write("unlabeled-labels.gz", TestData.Zipped(TestData.IdxLabels([])));
        var reader = DatasetReaders.For(spec, null, key => new SourcePosition(key));
        using var sink = new ImageSink(Large, _ => { }, _ => { });

        var error = Assert.Throws<DiagnosticException>(() => reader.Read(
            reader.List(new SplitRequest("unlabeled", "dataset.splits.unlabeled", ["unlabeled-images.gz"], false)), sink, CancellationToken.None));

        Assert.Contains("no gzip file of", error.Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mat_file_that_claims_more_than_it_can_inflate_to_is_damaged()
    {
        var mat = MatFiles.Svhn([Images.Noise(new ImageShape(4, 4, 3), 1)], 4, [1], compressed: false);
        // The dimensions of X, 4×4×3×1: the last one is claimed.
        var dimensions = mat.AsSpan().IndexOf([(byte)4, (byte)0, (byte)0, (byte)0, (byte)4, (byte)0, (byte)0, (byte)0, (byte)3, (byte)0, (byte)0, (byte)0]);
        BitConverter.TryWriteBytes(mat.AsSpan(dimensions + 12), 40_000_000);
        _data.Write("train.mat", mat);

        var error = _data.Error(_data.Spec(DatasetFormat.Svhn, "train.mat"), Large);

        Assert.Equal(DataDiagnostics.FileCorrupt, error.Code);
        Assert.Contains("no file of", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 90, true)]
    [InlineData(100, 101, false)]
    public void What_takes_more_than_there_is_room_for_is_refused_before_it_is_read(long images, long expected, bool fits)
    {
        var listing = new SplitListing(new SplitRequest("train", "dataset.splits.train", [], true), []);
        using var sink = new ImageSink(Large, _ => { }, _ => { }, new DecodedRoom(listing, images * Large.Length));

        var refused = Record.Exception(() => sink.Expect(expected));

        Assert.Equal(fits, refused is null);
        Assert.Equal(fits ? null : DataDiagnostics.TooLarge, (refused as DiagnosticException)?.Diagnostics[0].Code);
    }

    [Fact]
    public void A_source_that_says_no_number_is_held_to_its_room_image_by_image()
    {
        var listing = new SplitListing(new SplitRequest("train", "dataset.splits.train", [], true), []);
        using var sink = new ImageSink(TestData.Small, _ => { }, _ => { }, new DecodedRoom(listing, 2 * TestData.Small.Length));
        var image = Images.Noise(TestData.Small, 1);
        sink.Add(image, TestData.Small, 0);
        sink.Add(image, TestData.Small, 0);

        Assert.Throws<DiagnosticException>(() => sink.Add(image, TestData.Small, 0));
    }
}
