using Masterful.Core.Imaging;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Imaging;

/// <summary>How a camera was held is noted in JPEG, PNG and WebP alike, and images are turned upright.</summary>
public sealed class OrientationTests
{
    /// <summary>Colours of the upright corners, from the upper left in reading order, when the stored ones are R, G, B, W.</summary>
    public static TheoryData<string, int, string> Orientations
    {
        get
        {
            var data = new TheoryData<string, int, string>();
            foreach (var format in new[] { "jpeg", "png", "webp" })
            {
                foreach (var (orientation, corners) in new[] { "RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB" }.Index())
                {
                    data.Add(format, orientation + 1, corners);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Images_are_turned_as_their_camera_noted(string format, int orientation, string corners)
    {
        var read = ImageReader.Read(File(format, orientation), null, Background.None);

        Assert.Null(read.Problem);
        Assert.Equal(orientation < 5 ? (16, 32) : (32, 16), (read.Height, read.Width));
        Assert.Equal(corners, string.Concat(
            Colour(read, 3, 3), Colour(read, 3, read.Width - 4), Colour(read, read.Height - 4, 3), Colour(read, read.Height - 4, read.Width - 4)));
        Assert.Equal(new ImageTarget(read.Height, read.Width, 3), ImageReader.Size(File(format, orientation)));
    }

    [Fact]
    public void A_png_with_an_orientation_from_elsewhere_is_turned()
    {
        var read = ImageReader.Read(SampleFiles.Read("exif-orientation-6.png"), null, Background.None);

        Assert.Equal((96, 64), (read.Height, read.Width));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4D4D002A")]
    [InlineData("4D4D002AFFFFFFFF0001")]
    [InlineData("49492A00080000000100120103000100000009000000")]
    [InlineData("49492A0008000000FFFF")]
    public void An_exif_structure_that_makes_no_sense_turns_nothing(string hex) => Assert.Equal(1, ExifOrientation.Of(Convert.FromHexString(hex)));

    private static byte[] File(string format, int orientation)
    {
        using var bitmap = SampleFiles.Corners();
        var exif = SampleFiles.Exif(orientation);
        switch (format)
        {
            case "jpeg":
                var jpeg = SampleFiles.Encode(bitmap, SKEncodedImageFormat.Jpeg);
                return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(8 + exif.Length), .. "Exif\0\0"u8, .. exif, .. jpeg[2..]];
            case "png":
                var png = SampleFiles.Encode(bitmap, SKEncodedImageFormat.Png);
                return [.. png[..33], .. SampleFiles.Chunk("eXIf"u8, exif), .. png[33..]];
            default:
                // The extended form: a header that says that there is Exif, the picture, the Exif (RFC 9649, 2.7).
                var picture = SampleFiles.Encode(bitmap, SKEncodedImageFormat.Webp)[12..];
                byte[] chunks = [.. "WEBPVP8X"u8, 10, 0, 0, 0, 0x08, 0, 0, 0, 31, 0, 0, 15, 0, 0, .. picture, .. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif];
                return [.. "RIFF"u8, .. BitConverter.GetBytes(chunks.Length), .. chunks];
        }
    }

    private static char Colour(ReadImage image, int y, int x)
    {
        var plane = image.Height * image.Width;
        var at = (y * image.Width) + x;
        return (image.Planes[at] > 128, image.Planes[plane + at] > 128, image.Planes[(2 * plane) + at] > 128) switch
        {
            (true, false, false) => 'R',
            (false, true, false) => 'G',
            (false, false, true) => 'B',
            (true, true, true) => 'W',
            _ => '-',
        };
    }
}
