using System.Buffers.Binary;
using Masterful.Core.Data;
using Masterful.Core.Imaging;
using Masterful.Core.Spec;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class ImageDecoderTests : IDisposable
{
    private readonly TestData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_png_gives_back_each_pixel_plane_by_plane()
    {
        using var bitmap = new SKBitmap(2, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        bitmap.SetPixel(0, 0, new SKColor(10, 20, 30));
        bitmap.SetPixel(1, 0, new SKColor(40, 50, 60, 128));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);

        Assert.Null(ImageDecoder.Decode(png.ToArray(), out var image));

        Assert.Equal(new ImageShape(1, 2, 3), image.Shape);
        Assert.Equal([10, 40, 20, 50, 30, 60], image.Planes);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Lossy_formats_are_read_at_their_size(SKEncodedImageFormat format)
    {
        Assert.Null(ImageDecoder.Decode(Images.Encoded(20, 10, 1, format), out var image));

        Assert.Equal(new ImageShape(10, 20, 3), image.Shape);
    }

    [Fact]
    public void Bmp_and_gif_are_read()
    {
        // 1×1 of 24 bits: 54 bytes of header, blue, green, red, one of padding.
        var bmp = new byte[58];
        "BM"u8.CopyTo(bmp);
        foreach (var (at, value) in new[] { (2, 58), (10, 54), (14, 40), (18, 1), (22, 1), (34, 4) })
        {
            BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(at), value);
        }

        (bmp[26], bmp[28], bmp[54], bmp[55], bmp[56]) = (1, 24, 3, 2, 1);
        Assert.Null(ImageDecoder.Decode(bmp, out var image));
        Assert.Equal([1, 2, 3], image.Planes);

        // 1×1, a palette of two: black and (9, 8, 7), the pixel is the second.
        var gif = Convert.FromHexString("474946383961010001008000000000000908072C00000000010001000002024C01003B");
        Assert.Null(ImageDecoder.Decode(gif, out image));
        Assert.Equal([9, 8, 7], image.Planes);
    }

    [Fact]
    public void Grey_has_one_channel()
    {
        using var bitmap = new SKBitmap(2, 1, SKColorType.Gray8, SKAlphaType.Opaque);
        bitmap.GetPixelSpan()[1] = 77;
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);

        Assert.Null(ImageDecoder.Decode(png.ToArray(), out var image));

        Assert.Equal(new ImageShape(1, 2, 1), image.Shape);
        Assert.Equal([0, 77], image.Planes);
    }

    [Fact]
    public void A_photo_is_turned_as_its_camera_noted()
    {
        using var bitmap = new SKBitmap(32, 16, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Erase(SKColors.Black);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.DrawRect(0, 0, 16, 16, new SKPaint { Color = SKColors.White });
        }

        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        var plain = encoded.ToArray();
        // After the start marker: an APP1 segment with one tag, orientation 6 (the camera was held on its side).
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];

        Assert.Null(ImageDecoder.Decode([.. plain[..2], .. exif, .. plain[2..]], out var image));

        // The stored left half, white, is the upper half upright.
        Assert.Equal(new ImageShape(32, 16, 3), image.Shape);
        Assert.InRange(image.Planes[(4 * 16) + 8], 250, 255);
        Assert.InRange(image.Planes[(28 * 16) + 8], 0, 5);
    }

    [Fact]
    public void A_header_of_100_000_by_100_000_is_refused_before_anything_is_allocated()
    {
        var png = Images.Encoded(2, 2, 1);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 100_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 100_000);
        // The header's own checksum, over its type and content.
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        var before = Environment.WorkingSet;

        var problem = ImageDecoder.Decode(png, out _);

        Assert.Contains("100,000×100,000", problem, StringComparison.Ordinal);
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 50 << 20);
    }

    [Fact]
    public void Empty_truncated_and_foreign_files_are_told_apart()
    {
        var png = Images.Encoded(20, 20, 1);

        Assert.Contains("zero bytes", ImageDecoder.Decode([], out _), StringComparison.Ordinal);
        Assert.Contains("truncated", ImageDecoder.Decode(png[..(png.Length / 2)], out _), StringComparison.Ordinal);
        Assert.Contains("This is text", ImageDecoder.Decode("no image at all"u8.ToArray(), out _), StringComparison.Ordinal);
        Assert.NotNull(ImageDecoder.Decode(_data.Path("not-there.png"), null, Background.None, out _));
    }

    [Fact]
    public void Reading_for_a_prediction_gives_the_models_shape_or_a_diagnostic()
    {
        Assert.Equal(8 * 8, ImageDecoder.Read(_data.Write("a.png", Images.Encoded(20, 20, 1)), new ImageShape(8, 8, 1)).Length);
        Assert.Equal(
            DataDiagnostics.ImageUnreadable,
            Assert.Throws<DiagnosticException>(() => ImageDecoder.Read(_data.Write("b.png", ""), new ImageShape(8, 8, 1))).Diagnostics[0].Code);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
