namespace Masterful.Core.Imaging;

/// <summary>What the structure of an image file says, found without decoding anything.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Width">Pixels across, as stored.</param>
/// <param name="Height">Pixels down, as stored.</param>
internal sealed record ImageClaim(ImageFormat Format, int Width, int Height)
{
    /// <summary>How the stored image is to be turned: Exif 2.32, tag 274; 1 is upright.</summary>
    public int Orientation { get; init; } = 1;

    /// <summary>Whether the file ends as its format says. Where it doesn't, its pixels may still all be there.</summary>
    public bool HasEnd { get; init; } = true;

    /// <summary>What a decoder that does not finish without an end has to be given after the file; empty where it needs nothing.</summary>
    public byte[] Ending { get; init; } = [];

    /// <summary>Bytes that a decoder needs for itself, besides the pixels that it gives.</summary>
    public long WorkingBytes { get; init; }

    /// <summary>Whether it can be decoded at a fraction of its size, by a decoder that never holds the whole.</summary>
    public bool Scales { get; init; }

    /// <summary>Why it can't be read, as a sentence, or null.</summary>
    public string? Problem { get; init; }

    /// <summary>Pixels as stored.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>A file that says more than so many bytes can hold.</summary>
    public static string Impossible(int width, int height, long bytes) =>
        $"The image says that it is {width:N0}×{height:N0}, which no file of {bytes:N0} bytes can hold: it is damaged.";

    /// <summary>A file whose pixels are not all there.</summary>
    public const string BreaksOff = "The image breaks off: the file is truncated (an unfinished download or copy?). Fetch it again.";

    /// <summary>A file whose data are wrong.</summary>
    public const string DataDamaged = "The image's data are damaged: fetch or save it again.";

    /// <summary>A file whose structure is wrong.</summary>
    public const string HeaderDamaged = "The image's header is damaged, or breaks off: fetch the file again.";
}
