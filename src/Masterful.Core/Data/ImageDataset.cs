using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Imaging;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>Decoded images of one shape, one byte a channel, in C×H×W order; typically a memory-mapped file.</summary>
public interface IImageStore
{
    /// <summary>Shape of every image.</summary>
    ImageShape Shape { get; }

    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>The C×H×W bytes of an image; valid while the store is not disposed.</summary>
    ReadOnlySpan<byte> this[int index] { get; }
}

/// <summary>
/// Images <c>uint8 [N, C, H, W]</c>, labels <c>[N]</c> (−1 = none) and class names: a view over a store, by index, so that
/// subsets cost nothing.
/// </summary>
/// <param name="Store">Where the pixels are.</param>
/// <param name="Indices">Position in the store of each image.</param>
/// <param name="Labels">Class of each image, 0-based, or −1.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Fingerprint">Hash of pixels, labels and class names: equal data gives an equal fingerprint.</param>
public sealed record ImageDataset(
    IImageStore Store, IReadOnlyList<int> Indices, IReadOnlyList<int> Labels, IReadOnlyList<string> Classes, string Fingerprint)
{
    /// <summary>Number of images.</summary>
    public int Count => Indices.Count;

    /// <summary>Shape of every image.</summary>
    public ImageShape Shape => Store.Shape;

    /// <summary>What to call the image at a position of the store: its file, or its split and number.</summary>
    public Func<int, string> NameOf { get; init; } = position => $"image {position}";

    /// <summary>What to call image <paramref name="index"/> in a list for people.</summary>
    public string Describe(int index) => NameOf(Indices[index]);

    /// <summary>The C×H×W bytes of image <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> Image(int index) => Store[Indices[index]];

    /// <summary>The images at these positions, in this order. Its fingerprint follows from this one's and the positions.</summary>
    public ImageDataset Subset(IReadOnlyList<int> positions)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Fingerprint));
        hash.AppendData(MemoryMarshal.AsBytes<int>(positions.ToArray()));
        return this with
        {
            Indices = [.. positions.Select(p => Indices[p])],
            Labels = [.. positions.Select(p => Labels[p])],
            Fingerprint = Convert.ToHexStringLower(hash.GetCurrentHash()),
        };
    }

    /// <summary>
    /// A stratified share of the images, at least one: each class is within one image of its share, and with the same seed a
    /// smaller share is part of a larger one. A share of 1 is this data set itself.
    /// </summary>
    /// <param name="share">Over 0 to 1.</param>
    /// <param name="seed">Decides which images.</param>
    public ImageDataset StratifiedShare(double share, long seed) =>
        share >= 1 ? this : Subset(StratifiedPositions(Math.Max(1, (int)Math.Round(Count * share, MidpointRounding.AwayFromZero)), seed));

    /// <summary>Positions of a stratified subset, ascending: <see cref="StratifiedShare"/> by number.</summary>
    public IReadOnlyList<int> StratifiedPositions(int count, long seed)
    {
        var salt = (ulong)Seeds.Derive(seed, "stratified");
        return Stratification.Take(Labels, [.. Indices.Select(i => Stratification.Rank((ulong)i, salt))], count);
    }
}

/// <summary>A data set, split: what a run works on.</summary>
public sealed record DatasetSplits : IDisposable
{
    /// <summary>Trains.</summary>
    public required ImageDataset Train { get; init; }

    /// <summary>Chooses policies; held out of train.</summary>
    public required ImageDataset Select { get; init; }

    /// <summary>Opened once, by the gate.</summary>
    public required ImageDataset Test { get; init; }

    /// <summary>Images without labels, or null.</summary>
    public ImageDataset? Unlabeled { get; init; }

    /// <summary>Synthetic images with labels, or null.</summary>
    public ImageDataset? Synthetic { get; init; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Classes => Train.Classes;

    /// <summary>Hash over all splits: a trial's key holds it.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What the health checks found.</summary>
    public required DatasetHealth Health { get; init; }

    /// <summary>
    /// Full paths of what was read, as it was found before reading: every file; and every folder whose content decides what is read, with a
    /// separator at its end, followed by all files below it. Of a custom source, what its entries name below the root, as far as that exists.
    /// </summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>What the data's owner must release: the stores behind the splits.</summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    /// <summary>Releases the stores.</summary>
    public void Dispose()
    {
        foreach (var owned in Owned)
        {
            owned.Dispose();
        }
    }
}

/// <summary>What the health checks found, before any training.</summary>
public sealed record DatasetHealth
{
    /// <summary>Images by split (train, select, test, unlabeled, synthetic) and class, in the order of the classes.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<int>> ClassCounts { get; init; }

    /// <summary>Images that the files of train list without a label: they are part of unlabeled.</summary>
    public int WithoutLabel { get; init; }

    /// <summary>Images that are exact copies of an earlier image of the same split.</summary>
    public int Duplicates { get; init; }

    /// <summary>Test images whose exact pixels also stand in train, select or synthetic.</summary>
    public int Leaks { get; init; }

    /// <summary>Files that could not be read and were left out.</summary>
    public int Unreadable => UnreadableFiles.Count;

    /// <summary>The same, each with its reason.</summary>
    public IReadOnlyList<UnreadableFile> UnreadableFiles { get; init; } = [];

    /// <summary>Images of files with transparent parts.</summary>
    public int Transparent { get; init; }

    /// <summary>What they were put on.</summary>
    public Background Background { get; init; }

    /// <summary>Images of a single colour.</summary>
    public int Constant { get; init; }

    /// <summary>Images whose file lacks its end, though all pixels are there.</summary>
    public int WithoutEnd { get; init; }

    /// <summary>All images that share their pixels with another one, within a split or across, one list for all of the same pixels.</summary>
    public IReadOnlyList<IReadOnlyList<SplitImage>> Copies { get; init; } = [];

    /// <summary>Exact duplicates that carry different labels.</summary>
    public int ConflictingLabels => Conflicts.Sum(c => c.Count);

    /// <summary>The same, one list for all images of the same pixels.</summary>
    public IReadOnlyList<IReadOnlyList<SplitImage>> Conflicts { get; init; } = [];

    /// <summary>Mean of each channel over train, 0..255.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [];

    /// <summary>Standard deviation of each channel over train, 0..255.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [];

    /// <summary>Sizes of the images as they were on disk, most frequent first, as <c>H×W×C</c> and count.</summary>
    public IReadOnlyList<(string Size, int Count)> Sizes { get; init; } = [];

    /// <summary>All warnings and errors of the checks.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];
}

/// <summary>A file that was left out.</summary>
/// <param name="Split">train, select, test, unlabeled or synthetic.</param>
/// <param name="File">Its path relative to the root.</param>
/// <param name="Reason">Why it can't be read, as a sentence.</param>
public sealed record UnreadableFile(string Split, string File, string Reason);

/// <summary>An image of a split.</summary>
/// <param name="Split">train, select, test, unlabeled or synthetic.</param>
/// <param name="Index">Its position in the split.</param>
public readonly record struct SplitImage(string Split, int Index);
