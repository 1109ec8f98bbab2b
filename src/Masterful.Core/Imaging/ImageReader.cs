using System.Runtime.InteropServices;
using SkiaSharp;

namespace Masterful.Core.Imaging;

/// <summary>What is worth knowing of an image that was read.</summary>
[Flags]
internal enum ImageTraits : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Some of its pixels are not wholly opaque.</summary>
    Transparent = 1,

    /// <summary>Its file lacks its end, though all pixels are there.</summary>
    WithoutEnd = 2,

    /// <summary>All its pixels are equal.</summary>
    Constant = 4,
}

/// <summary>What an image is brought to.</summary>
/// <param name="Height">Pixels down.</param>
/// <param name="Width">Pixels across.</param>
/// <param name="Channels">1 or 3.</param>
internal readonly record struct ImageTarget(int Height, int Width, int Channels);

/// <summary>An image that was read, or why not.</summary>
/// <param name="Planes">C×H×W bytes; empty where there is a problem.</param>
/// <param name="Height">Pixels down, upright, as it was in its file.</param>
/// <param name="Width">Pixels across, upright, as it was in its file.</param>
/// <param name="Channels">1 for grey, else 3.</param>
/// <param name="Traits">What is worth knowing of it.</param>
/// <param name="Problem">Why it can't be read and what helps, as a sentence; or null.</param>
internal readonly record struct ReadImage(byte[] Planes, int Height, int Width, int Channels, ImageTraits Traits, string? Problem)
{
    /// <summary>A file that can't be read.</summary>
    public static ReadImage Failed(string problem) => new([], 0, 0, 0, ImageTraits.None, problem);
}

/// <summary>
/// The one way from the bytes of an image file to what a model sees: recognised by content, decoded, put on a background, turned as its camera
/// noted, brought to the model's shape. Colours are taken as they are stored, without a colour profile. It knows SkiaSharp and nothing else.
/// </summary>
internal static class ImageReader
{
    /// <summary>Images of more pixels are decoded at a fraction of their size where their format allows it: 64 megapixels.</summary>
    public const long WholePixels = 64L << 20;

    /// <summary>What a fraction of an image has at most.</summary>
    private const long FractionPixels = 16L << 20;

    /// <summary>Reads the content of a file.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="target">What it is brought to, or null for its own size.</param>
    /// <param name="background">What becomes of transparency.</param>
    public static ReadImage Read(byte[] bytes, ImageTarget? target, Background background)
    {
        if (Inspect(bytes) is not { } claim)
        {
            return ReadImage.Failed(ImageFormats.Of(bytes) is null ? ForeignFile.Describe(bytes) : ImageClaim.HeaderDamaged);
        }

        if (claim.Problem is { } problem)
        {
            return ReadImage.Failed(problem);
        }

        return claim.Format == ImageFormat.Jpeg && JpegScans.Problem(bytes) is { } missing
            ? ReadImage.Failed(missing)
            : Decode(claim.Ending.Length == 0 ? bytes : [.. bytes, .. claim.Ending], claim, target, background);
    }

    /// <summary>The size and channels of an image, upright, from its header; null where it can't be read.</summary>
    public static unsafe ImageTarget? Size(byte[] bytes)
    {
        if (Inspect(bytes) is not { Problem: null } claim)
        {
            return null;
        }

        fixed (byte* content = bytes)
        {
            using var data = SKData.Create((nint)content, bytes.Length);
            using var codec = SKCodec.Create(data);
            var channels = codec?.Info.ColorType == SKColorType.Gray8 ? 1 : 3;
            return codec is null ? null
                : claim.Orientation >= 5 ? new ImageTarget(codec.Info.Width, codec.Info.Height, channels) : new ImageTarget(codec.Info.Height, codec.Info.Width, channels);
        }
    }

    /// <summary>What the structure of the file says; null where it is of no format that is read, or makes no sense.</summary>
    public static ImageClaim? Inspect(ReadOnlySpan<byte> bytes) => ImageFormats.Of(bytes) switch
    {
        ImageFormat.Png => PngFile.Inspect(bytes),
        ImageFormat.Jpeg => JpegFile.Inspect(bytes),
        ImageFormat.Gif => GifFile.Inspect(bytes),
        ImageFormat.Bmp => BmpFile.Inspect(bytes),
        ImageFormat.Webp => WebpFile.Inspect(bytes),
        _ => null,
    };

    private static unsafe ReadImage Decode(byte[] bytes, ImageClaim claim, ImageTarget? target, Background background)
    {
        fixed (byte* content = bytes)
        {
            using var data = SKData.Create((nint)content, bytes.Length);
            using var codec = SKCodec.Create(data);
            if (codec is null)
            {
                return ReadImage.Failed(ImageClaim.HeaderDamaged);
            }

            var size = Size(codec, claim);
            var pixels = (long)size.Width * size.Height;
            var needed = (pixels * 4) + claim.WorkingBytes + bytes.Length;
            if (pixels <= 0 || needed > DecodeMemory.Shared.Bytes)
            {
                return ReadImage.Failed(
                    $"The image is {claim.Width:N0}×{claim.Height:N0}; decoding it would take {needed >> 20:N0} MB, and at most {DecodeMemory.Shared.Bytes >> 20:N0} MB are used: save it smaller, or as a JPEG.");
            }

            using var share = DecodeMemory.Shared.Take(needed);
            var buffer = NativeMemory.AllocZeroed((nuint)pixels, sizeof(uint));
            try
            {
                var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
                var result = codec.GetPixels(info, (nint)buffer);
                var decoded = new Span<uint>(buffer, (int)pixels);
                return result switch
                {
                    SKCodecResult.Success => Fit(codec, claim, decoded, size, target, background),
                    SKCodecResult.IncompleteInput => ReadImage.Failed(ImageClaim.BreaksOff),
                    _ => ReadImage.Failed(ImageClaim.DataDamaged),
                };
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
    }

    /// <summary>The size to decode at: its own, unless that is very large and the decoder can do less.</summary>
    private static SKSizeI Size(SKCodec codec, ImageClaim claim)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (!claim.Scales || (long)width * height <= WholePixels)
        {
            return new SKSizeI(width, height);
        }

        var scaled = new SKSizeI(width, height);
        for (var eighths = 7; eighths >= 1 && (long)scaled.Width * scaled.Height > FractionPixels; eighths--)
        {
            scaled = codec.GetScaledDimensions(eighths / 8f);
        }

        return scaled;
    }

    private static ReadImage Fit(SKCodec codec, ImageClaim claim, Span<uint> pixels, SKSizeI size, ImageTarget? target, Background background)
    {
        var traits = claim.HasEnd ? ImageTraits.None : ImageTraits.WithoutEnd;
        if (codec.Info.AlphaType != SKAlphaType.Opaque && Transparency.Flatten(pixels, background))
        {
            traits |= ImageTraits.Transparent;
        }

        var rows = new DecodedRows(pixels, size.Width, size.Height, claim.Orientation, codec.Info.ColorType == SKColorType.Gray8);
        var channels = rows.IsGrey ? 1 : 3;
        var to = target ?? new ImageTarget(rows.Height, rows.Width, channels);
        var planes = PixelFitting.Fit(rows, to.Height, to.Width, to.Channels);
        var (width, height) = claim.Orientation >= 5 ? (codec.Info.Height, codec.Info.Width) : (codec.Info.Width, codec.Info.Height);
        return new ReadImage(planes, height, width, channels, traits, null);
    }
}
