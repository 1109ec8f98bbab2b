using System.Buffers.Binary;
using Masterful.Core.Imaging;
using Masterful.Core.Tests.Data;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Imaging;

/// <summary>A few bytes can claim any size: what can't be is damaged, what is large is decoded at a fraction or alone.</summary>
public sealed class ImageClaimTests
{
    [Fact]
    public void A_gif_of_forty_bytes_that_claims_megapixels_is_damaged()
    {
        byte[] gif = [.. Convert.FromHexString("474946383961010001008000000000000908072C00000000010001000002024C01003B"), .. new byte[5]];
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(6), 511);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(8), 60_425);

        Assert.Contains("damaged", ImageReader.Read(gif, null, Background.None).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_png_that_claims_more_than_its_data_inflate_to_is_damaged()
    {
        var png = SampleFiles.BlackPng(64, 64);
        byte[] header = [.. png.AsSpan(16, 13)];
        BinaryPrimitives.WriteInt32BigEndian(header, 20_000);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), 20_000);

        byte[] claiming = [.. png[..8], .. SampleFiles.Chunk("IHDR"u8, header), .. png[33..]];

        Assert.Contains("damaged", ImageReader.Read(claiming, null, Background.None).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_jpeg_that_claims_more_blocks_than_it_has_bits_is_damaged()
    {
        var jpeg = SampleFiles.FlatJpeg(64, 64);
        var frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        jpeg.AsSpan(frame + 5, 4).Fill(0xF0);

        Assert.Contains("damaged", ImageReader.Read(jpeg, null, Background.None).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bitmap_that_claims_more_than_the_file_has_is_told_before_it_is_decoded()
    {
        var bmp = new byte[58];
        "BM"u8.CopyTo(bmp);
        foreach (var (at, value) in new[] { (10, 54), (14, 40), (18, 30_000), (22, -30_000) })
        {
            BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(at), value);
        }

        (bmp[26], bmp[28]) = (1, 24);
        Assert.Contains("truncated", ImageReader.Read(bmp, null, Background.None).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_photo_of_72_megapixels_is_decoded_at_a_fraction_and_keeps_its_size_in_words()
    {
        var read = ImageReader.Read(SampleFiles.FlatJpeg(9_000, 8_000), new ImageTarget(32, 32, 3), Background.None);

        Assert.Null(read.Problem);
        Assert.Equal((8_000, 9_000), (read.Height, read.Width));
        Assert.All(read.Planes, value => Assert.Equal(128, value));
    }

    [Fact]
    public void A_picture_that_can_only_be_decoded_whole_is_decoded_alone_and_one_beyond_that_is_refused()
    {
        Assert.Null(ImageReader.Read(SampleFiles.BlackPng(9_000, 8_000), new ImageTarget(8, 8, 1), Background.None).Problem);

        var problem = ImageReader.Read(SampleFiles.BlackPng(20_000, 20_000), new ImageTarget(8, 8, 1), Background.None).Problem;

        Assert.Contains("20,000×20,000", problem, StringComparison.Ordinal);
        Assert.Contains("at most 512 MB", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_needs_more_memory_than_is_left_waits_for_the_others()
    {
        var memory = new DecodeMemory(100);
        var small = memory.Take(60);
        var large = Task.Run(() => memory.Take(50), TestContext.Current.CancellationToken);
        var tiny = memory.Take(40);

        Assert.False(large.IsCompleted);
        tiny.Dispose();
        Assert.False(large.IsCompleted);
        small.Dispose();
        (await large).Dispose();
        memory.Take(100).Dispose();
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Take(101));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_sound_file_passes_whatever_it_is_brought_to(SKEncodedImageFormat format)
    {
        var read = ImageReader.Read(Images.Encoded(21, 13, 3, format), new ImageTarget(8, 16, 3), Background.None);

        Assert.Equal((null, 13, 21, 3, 8 * 16 * 3), (read.Problem, read.Height, read.Width, read.Channels, read.Planes.Length));
    }
}
