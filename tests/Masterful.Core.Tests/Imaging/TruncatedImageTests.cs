using Masterful.Core.Imaging;
using Masterful.Core.Tests.Data;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Imaging;

/// <summary>What was decoded decides: all pixels without an end are an image, pixels that are missing are none.</summary>
public sealed class TruncatedImageTests
{
    private static readonly byte[] End = [0xFF, 0xD9];

    public static TheoryData<string> JpegNames => ["progressive.jpg", "baseline.jpg", "restarts", "encoded"];

    [Theory]
    [MemberData(nameof(JpegNames))]
    public void A_jpeg_without_its_end_marker_is_whole_and_looks_the_same(string name)
    {
        var whole = Jpeg(name);
        var expected = ImageReader.Read(whole, null, Background.None);
        Assert.Equal((null, ImageTraits.None), (expected.Problem, expected.Traits));

        foreach (var missing in new[] { 1, 2 })
        {
            var read = ImageReader.Read(whole[..^missing], null, Background.None);

            Assert.Equal((null, ImageTraits.WithoutEnd), (read.Problem, read.Traits));
            Assert.Equal(expected.Planes, read.Planes);
        }

        // Zeros to the end of a block of the disk, instead of the end marker.
        var padded = ImageReader.Read([.. whole[..^2], .. new byte[16]], null, Background.None);
        Assert.Equal((null, ImageTraits.WithoutEnd), (padded.Problem, padded.Traits));
        Assert.Equal(expected.Planes, padded.Planes);
    }

    [Theory]
    [MemberData(nameof(JpegNames))]
    public void A_jpeg_that_lacks_data_is_unreadable_wherever_it_breaks_off(string name)
    {
        var whole = Jpeg(name);
        for (var tenth = 1; tenth <= 9; tenth++)
        {
            var cut = whole[..(whole.Length * tenth / 10)];
            Assert.NotNull(ImageReader.Read(cut, null, Background.None).Problem);
            // Programs that mend such files put an end marker after what there is; a decoder then says nothing.
            Assert.NotNull(ImageReader.Read([.. cut, .. End], null, Background.None).Problem);
            // A download that reserved its place leaves zeros.
            Assert.NotNull(ImageReader.Read([.. cut, .. new byte[whole.Length - cut.Length]], null, Background.None).Problem);
        }

        Assert.Contains("truncated", ImageReader.Read(whole[..(whole.Length / 2)], null, Background.None).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_progressive_jpeg_whose_last_scans_are_missing_is_unreadable()
    {
        var whole = SampleFiles.Read("progressive.jpg");
        var lastScan = whole.AsSpan().LastIndexOf([(byte)0xFF, (byte)0xDA]);

        Assert.NotNull(ImageReader.Read([.. whole[..lastScan], .. End], null, Background.None).Problem);
        Assert.NotNull(ImageReader.Read(whole[..lastScan], null, Background.None).Problem);
    }

    [Fact]
    public void A_part_between_restart_markers_that_is_missing_is_told()
    {
        var whole = SampleFiles.FlatJpeg(64, 64, 8);
        var marker = whole.AsSpan().IndexOf([(byte)0xFF, (byte)0xD3]);

        Assert.NotNull(ImageReader.Read([.. whole[..marker], .. whole[(marker + 4)..]], null, Background.None).Problem);
        Assert.NotNull(ImageReader.Read([.. whole[..(marker + 2)], .. whole[(marker + 4)..]], null, Background.None).Problem);
    }

    [Theory]
    [InlineData(0xC9, "arithmetic-coded")]
    [InlineData(0xCA, "arithmetic-coded")]
    [InlineData(0xC3, "lossless JPEG")]
    [InlineData(0xC6, "hierarchical JPEG")]
    public void A_jpeg_of_a_kind_that_is_not_read_is_told_by_its_kind(byte frame, string kind)
    {
        var jpeg = SampleFiles.Read("baseline.jpg");
        jpeg[jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]) + 1] = frame;

        Assert.Contains(kind, ImageReader.Read(jpeg, null, Background.None).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_jpeg_of_twelve_bits_is_told()
    {
        var jpeg = SampleFiles.Read("baseline.jpg");
        jpeg[jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]) + 4] = 12;

        Assert.Contains("12 bits a sample", ImageReader.Read(jpeg, null, Background.None).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_png_without_its_end_is_whole_and_one_without_its_last_row_is_not()
    {
        var whole = Images.Encoded(20, 20, 1);
        var expected = ImageReader.Read(whole, null, Background.None);

        foreach (var missing in new[] { 1, 11, 12, 14 })
        {
            var read = ImageReader.Read(whole[..^missing], null, Background.None);
            Assert.Equal((null, ImageTraits.WithoutEnd), (read.Problem, read.Traits));
            Assert.Equal(expected.Planes, read.Planes);
        }

        Assert.Contains("truncated", ImageReader.Read(whole[..^60], null, Background.None).Problem, StringComparison.Ordinal);
        Assert.Contains("truncated", ImageReader.Read(whole[..40], null, Background.None).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_webp_whose_pixels_are_missing_is_unreadable()
    {
        foreach (var whole in new[] { Images.Encoded(40, 30, 1, SKEncodedImageFormat.Webp), SampleFiles.Encode(SampleFiles.Corners(), SKEncodedImageFormat.Webp) })
        {
            Assert.Null(ImageReader.Read(whole, null, Background.None).Problem);
            for (var tenth = 1; tenth <= 9; tenth++)
            {
                Assert.NotNull(ImageReader.Read(whole[..(whole.Length * tenth / 10)], null, Background.None).Problem);
            }
        }
    }

    [Fact]
    public void A_webp_that_breaks_off_after_its_pixels_is_whole()
    {
        var whole = Images.Encoded(40, 30, 1, SKEncodedImageFormat.Webp);
        byte[] longer = [.. whole, .. "EXIF"u8, 200, 0, 0, 0, 1, 2, 3];
        BitConverter.TryWriteBytes(longer.AsSpan(4), longer.Length - 8 + 197);

        var read = ImageReader.Read(longer, null, Background.None);

        Assert.Equal((null, ImageTraits.WithoutEnd), (read.Problem, read.Traits));
    }

    [Fact]
    public void A_gif_without_its_trailer_is_whole_and_one_without_data_is_not()
    {
        var whole = Convert.FromHexString("474946383961010001008000000000000908072C00000000010001000002024C01003B");
        Assert.Equal((null, ImageTraits.None), (ImageReader.Read(whole, null, Background.None).Problem, ImageReader.Read(whole, null, Background.None).Traits));

        // Its trailer, and the empty block after its data.
        foreach (var missing in new[] { 1, 2 })
        {
            var read = ImageReader.Read(whole[..^missing], null, Background.None);

            Assert.Equal((null, ImageTraits.WithoutEnd), (read.Problem, read.Traits));
            Assert.Equal([9, 8, 7], read.Planes);
        }

        Assert.NotNull(ImageReader.Read(whole[..^5], null, Background.None).Problem);
        Assert.NotNull(ImageReader.Read(whole[..19], null, Background.None).Problem);
    }

    [Fact]
    public void A_bitmap_that_lacks_a_byte_lacks_pixels()
    {
        var bmp = new byte[54 + (3 * 4)];
        "BM"u8.CopyTo(bmp);
        foreach (var (at, value) in new[] { (2, bmp.Length), (10, 54), (14, 40), (18, 1), (22, 3) })
        {
            BitConverter.TryWriteBytes(bmp.AsSpan(at), value);
        }

        (bmp[26], bmp[28]) = (1, 24);
        Assert.Null(ImageReader.Read(bmp, null, Background.None).Problem);
        Assert.Contains("truncated", ImageReader.Read(bmp[..^1], null, Background.None).Problem, StringComparison.Ordinal);
    }

    private static byte[] Jpeg(string name) => name switch
    {
        "restarts" => SampleFiles.FlatJpeg(96, 64, 5),
        "encoded" => Images.Encoded(33, 21, 5, SKEncodedImageFormat.Jpeg),
        _ => SampleFiles.Read(name),
    };
}
