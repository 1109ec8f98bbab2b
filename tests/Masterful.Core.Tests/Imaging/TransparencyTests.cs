using Masterful.Core.Imaging;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Imaging;

public sealed class TransparencyTests
{
    [Theory]
    [InlineData(Background.None, new byte[] { 10, 40, 0 })]
    [InlineData(Background.White, new byte[] { 10, 147, 255 })]
    [InlineData(Background.Black, new byte[] { 10, 20, 0 })]
    public void Pixels_are_put_on_a_background_by_how_opaque_they_are(Background background, byte[] red)
    {
        using var bitmap = new SKBitmap(3, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        bitmap.SetPixel(0, 0, new SKColor(10, 20, 30));
        bitmap.SetPixel(1, 0, new SKColor(40, 50, 60, 128));
        bitmap.SetPixel(2, 0, new SKColor(0, 0, 0, 0));

        var read = ImageReader.Read(SampleFiles.Encode(bitmap, SKEncodedImageFormat.Png), null, background);

        Assert.Equal(red, read.Planes[..3]);
        Assert.Equal(ImageTraits.Transparent, read.Traits);
    }

    [Theory]
    [InlineData("alpha-only-disc.png")]
    [InlineData("alpha-only-box.png")]
    public void A_black_shape_on_transparency_is_seen_on_white_alone(string name)
    {
        var file = SampleFiles.Read(name);

        Assert.Single(ImageReader.Read(file, null, Background.None).Planes.Distinct());
        Assert.Single(ImageReader.Read(file, null, Background.Black).Planes.Distinct());
        Assert.Contains(ImageReader.Read(file, null, Background.White).Planes, value => value == 255);
    }

    [Fact]
    public void An_image_without_transparent_pixels_is_the_same_on_every_background()
    {
        using var bitmap = SampleFiles.Corners();
        var file = SampleFiles.Encode(bitmap, SKEncodedImageFormat.Png);

        var read = ImageReader.Read(file, null, Background.White);

        Assert.Equal(ImageTraits.None, read.Traits);
        Assert.Equal(ImageReader.Read(file, null, Background.None).Planes, read.Planes);
    }
}
