using System.Diagnostics;
using Masterful.Core.Data;
using Masterful.Core.Data.Readers;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>Files cut anywhere and with bytes changed anywhere end quickly, in images or in a diagnostic, never in another exception.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private static readonly ImageShape Shape = new(4, 4, 3);
    private readonly TestData _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Mat_files(bool compressed)
    {
        var images = Enumerable.Range(0, 6).Select(i => Images.Noise(Shape, i)).ToArray();
        Damage(DatasetFormat.Svhn, "train.mat", MatFiles.Svhn(images, 4, [1, 2, 3, 4, 5, 10], compressed: compressed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Idx_files(bool zipped)
    {
        _data.Write("train-labels", TestData.IdxLabels([0, 1, 2]));
        Damage(DatasetFormat.Idx, "train-images", TestData.Zipped(TestData.IdxImages(3), zipped));
    }

    [Fact]
    public void Csv_files()
    {
        _data.Write("a.png", Images.Encoded(4, 4, 1));
        Damage(DatasetFormat.Csv, "train.csv", "path,label\n\"a.png\",cat\na.png,dog\n"u8.ToArray());
    }

    [Fact]
    public void Images_of_every_format()
    {
        byte[][] files =
        [
            Images.Encoded(12, 9, 1),
            Images.Encoded(12, 9, 1, SkiaSharp.SKEncodedImageFormat.Jpeg),
            Images.Encoded(12, 9, 1, SkiaSharp.SKEncodedImageFormat.Webp),
        ];
        foreach (var file in files)
        {
            Variants(file, bytes =>
            {
                var problem = ImageDecoder.Decode(bytes, out var image);
                Assert.True(problem is { Length: > 0 } || image.Planes.Length == image.Shape.Length);
            });
        }
    }

    private void Damage(DatasetFormat format, string name, byte[] whole)
    {
        var spec = _data.Spec(format, name);
        var reader = DatasetReaders.For(spec, null, key => new SourcePosition(key));
        var failures = 0;
        Variants(whole, bytes =>
        {
            _data.Write(name, bytes);
            try
            {
                using var sink = new ImageSink(Shape, _ => { }, _ => { });
                reader.Read(reader.List(new SplitRequest("train", "dataset.splits.train", [name], true)), sink, CancellationToken.None);
            }
            catch (DiagnosticException)
            {
                failures++;
            }
        });

        Assert.NotEqual(0, failures);
    }

    private static void Variants(byte[] whole, Action<byte[]> check)
    {
        var random = new Random(7);
        for (var i = 0; i < 150; i++)
        {
            var bytes = whole.ToArray();
            var changes = random.Next(1, 4);
            for (var change = 0; change < changes; change++)
            {
                // Headers are at the front: half of the changes go there.
                bytes[random.Next(change == 0 ? Math.Min(bytes.Length, 200) : bytes.Length)] = (byte)random.Next(256);
            }

            var clock = Stopwatch.StartNew();
            check(i % 3 == 0 ? whole[..random.Next(whole.Length)] : bytes);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        }
    }
}
