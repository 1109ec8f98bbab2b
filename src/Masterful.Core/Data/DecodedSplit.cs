using Masterful.Core.Data.Readers;
using Masterful.Core.Imaging;
using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>A split as its reader gave it: decoded, in the model's shape, its labels not yet those of the whole data set.</summary>
/// <param name="Listing">What it was read from.</param>
/// <param name="Store">The pixels.</param>
/// <param name="Labels">Position in <paramref name="Classes"/> of each image, or −1.</param>
/// <param name="Hashes">The first half of SHA-256 over the pixels of each image.</param>
/// <param name="Classes">Names that the labels are positions of.</param>
/// <param name="Sizes">How many images had which shape on disk.</param>
internal sealed record DecodedSplit(
    SplitListing Listing,
    IImageStore Store,
    IReadOnlyList<int> Labels,
    IReadOnlyList<UInt128> Hashes,
    IReadOnlyList<string> Classes,
    IReadOnlyDictionary<ImageShape, int> Sizes) : IDisposable
{
    private int[]? _kept;

    /// <summary>What is worth knowing of each image.</summary>
    public IReadOnlyList<ImageTraits> Traits { get; init; } = [];

    /// <summary>Files that could not be read and were left out, in the order of the listing.</summary>
    public IReadOnlyList<LeftOutFile> LeftOut { get; init; } = [];

    /// <summary>What to call an image in a message.</summary>
    public string NameOf(int image)
    {
        if (LeftOut.Count == 0)
        {
            return Listing.NameOf(image);
        }

        _kept ??= [.. Enumerable.Range(0, Listing.Files.Count).Except(LeftOut.Select(f => f.Position))];
        return Listing.NameOf(_kept[image]);
    }

    /// <inheritdoc/>
    public void Dispose() => (Store as IDisposable)?.Dispose();
}
