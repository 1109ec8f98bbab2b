using Masterful.Core.Data.Readers;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class ImageSinkTests
{
    private static readonly ImageShape Shape = new(4, 8, 3);

    private static byte[] Image(int seed)
    {
        var pixels = new byte[Shape.Length];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_000)]
    public void What_is_added_is_written_and_hashed_in_its_order(int count)
    {
        var written = new MemoryStream();
        using var sink = new ImageSink(Shape, written.Write, _ => { });
        for (var i = 0; i < count; i++)
        {
            sink.Add(Image(i), Shape, i % 7);
        }

        sink.Settle();

        Assert.Equal(Enumerable.Range(0, count).SelectMany(Image), written.ToArray());
        Assert.Equal(Enumerable.Range(0, count).Select(i => ImageSink.ContentHash(Image(i))), sink.Hashes);
        Assert.Equal(Enumerable.Range(0, count).Select(i => i % 7), sink.Labels);
    }

    [Fact]
    public void An_image_larger_than_a_part_is_a_part_of_its_own()
    {
        var shape = new ImageShape(512, 512, 3);
        var written = new List<int>();
        using var sink = new ImageSink(shape, p => written.Add(p.Length), _ => { });
        sink.Add(new byte[shape.Length], shape, 0);
        sink.Add(new byte[shape.Length], shape, 1);
        sink.Settle();

        Assert.Equal([shape.Length, shape.Length], written);
    }

    [Fact]
    public void A_failure_of_what_is_written_is_not_one_of_what_is_read()
    {
        var tried = 0;
        using var sink = new ImageSink(Shape, _ => throw new IOException($"full {++tried}"), _ => { });
        for (var i = 0; i < 20_000; i++)
        {
            sink.Add(Image(1), Shape, 0);
        }

        Assert.Equal("full 1", Assert.Throws<IOException>(sink.Settle).Message);
        Assert.Equal(1, tried);
    }
}
