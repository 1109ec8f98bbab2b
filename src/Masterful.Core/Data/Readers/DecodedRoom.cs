using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>
/// How much may come out of a split: no more than there is room for where it goes, and no more than its files can mean. A header of a few
/// bytes can claim any number of images, and each becomes one of the model's shape.
/// </summary>
/// <param name="listing">The split.</param>
/// <param name="bytes">What there is room for.</param>
/// <param name="lacking">Makes what is thrown where that does not suffice; by default a diagnostic that speaks of memory.</param>
internal sealed class DecodedRoom(SplitListing listing, long bytes, Func<string, Exception>? lacking = null)
{
    /// <summary>No data set makes more of its bytes: MNIST, compressed, enlarged to 224×224×3, makes 900 of one.</summary>
    private const long MostOfAByte = 4096;

    /// <summary>What may come out of the smallest files all the same.</summary>
    private const long Always = 256L << 20;

    private readonly long? _mostOfFiles = listing.Files.Count == 0 ? null : Always + (MostOfAByte * listing.Files.Sum(f => Math.Max(0, f.Stamp.Length)));

    /// <summary>Refuses more images than there is room for.</summary>
    /// <param name="count">How many in all.</param>
    /// <param name="shape">The model's.</param>
    /// <exception cref="DiagnosticException">There is no room.</exception>
    public void Check(long count, ImageShape shape)
    {
        var needed = (Int128)count * shape.Length;
        if (needed > _mostOfFiles)
        {
            throw Refused(count, shape, $"which no files of {listing.Files.Sum(f => Math.Max(0, f.Stamp.Length)):N0} bytes can mean: they are damaged, or their images are far too small for the model. Correct the files or model.input_shape");
        }

        if (needed > bytes)
        {
            throw lacking?.Invoke($"its {count:N0} images take {Gigabytes(needed)}, and {Gigabytes(bytes)} are free")
                ?? Refused(count, shape, $"and {Gigabytes(bytes)} of memory are free for that. Free disk space for runtime.cache, or make model.input_shape smaller");
        }
    }

    private DiagnosticException Refused(long count, ImageShape shape, string why) => new(
        DataDiagnostics.TooLarge,
        $"Split '{listing.Request.Name}' has {count:N0} images; at {shape} they take {Gigabytes((Int128)count * shape.Length)}, {why}.",
        listing.Files.Count == 1 || listing.Labels is null && listing.Files.Count > 0 ? new SourcePosition(listing.Files[0].Path) : null);

    private static string Gigabytes(Int128 bytes) => $"{(double)bytes / 1e9:0.0} GB";
}
