using System.Text;
using Masterful.Core.Imaging;
using Xunit;

namespace Masterful.Core.Tests.Imaging;

/// <summary>What stands under the name of an image and is none is told as what it is, with what helps.</summary>
public sealed class ForeignFileTests
{
    public static TheoryData<string, string, string> Files => new()
    {
        { Hex(""), "zero bytes", "again" },
        { Hex("0000000000000000"), "nothing but zeros", "again" },
        { Text("\n<!DOCTYPE html>\n<html><body>404</body></html>"), "an HTML page", "again" },
        { Text("\uFEFF<HTML><head>"), "an HTML page", "again" },
        { Text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), "a Git LFS pointer", "git lfs pull" },
        { Text("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "an SVG drawing", "PNG" },
        { Text("<svg viewBox='0 0 1 1'>"), "an SVG drawing", "PNG" },
        { Text("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), "an XML document", "again" },
        { Text("{\"error\": \"not found\"}"), "JSON text", "again" },
        { Text("../../images/cat.jpg"), "the path of another file", "fetch" },
        { Text("iVBORw0KGgoAAAANSUhEUg"), "base64", "decode" },
        { Text("P5\n2 2\n255\n"), "a PNM image", "convert" },
        { Text("hello"), "text", "again" },
        { Hex("0000001C66747970686569630000000068656963"), "a HEIC photo", "JPEG" },
        { Hex("000000186674797061766966"), "an AVIF image", "JPEG" },
        { Hex("0000001C667479706D696631000000006D69663161766966"), "an AVIF image", "JPEG" },
        { Hex("0000001866747970" + "69736F6D00000200"), "a video", "frames" },
        { Hex("49492A0008000000"), "a TIFF image", "convert" },
        { Hex("4D4D002A00000008"), "a TIFF image", "convert" },
        { Hex("384250530001"), "a Photoshop file", "export" },
        { Hex("000001000100101000000100"), "an icon", "convert" },
        { Hex("FF0A1234"), "a JPEG XL image", "convert" },
        { Hex("0000000C6A5020200D0A870A"), "a JPEG 2000 image", "convert" },
        { Hex("504B030414000000"), "a ZIP archive", "unpack" },
        { Hex("1F8B0800"), "a gzip archive", "unpack" },
        { Hex("377ABCAF271C"), "a 7-Zip archive", "unpack" },
        { Hex("255044462D312E37"), "a PDF document", "PNG" },
        { Hex("0005160700020000"), "AppleDouble", "delete" },
        { Hex("01020304AABBCCDD"), "not a PNG, JPEG, BMP, WebP or GIF", "viewer" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_no_image_is_told_as_what_it_is(string hex, string what, string remedy)
    {
        var problem = ImageReader.Read(Convert.FromHexString(hex), null, Background.None).Problem;

        Assert.Contains(what, problem, StringComparison.Ordinal);
        Assert.Contains(remedy, problem, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jfif")]
    [InlineData("a.JPE")]
    [InlineData("a.pjpeg")]
    [InlineData("a.dib")]
    [InlineData("a.JPG")]
    public void Files_with_the_less_usual_extensions_of_images_are_images(string name) => Assert.True(ImageFormats.Reads(name));

    [Theory]
    [InlineData("a.heic")]
    [InlineData("a.txt")]
    [InlineData("jpg")]
    public void Others_are_not(string name) => Assert.False(ImageFormats.Reads(name));

    private static string Hex(string hex) => hex;

    private static string Text(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));
}
