using System.Security.Cryptography;
using System.Text;

namespace Masterful.Core.Data;

/// <summary>Images on their way into a split: still with their content hashes, which decide where each one goes.</summary>
/// <param name="Name">train, select, test, unlabeled or synthetic.</param>
/// <param name="Store">The pixels.</param>
/// <param name="Positions">Position in the store of each image.</param>
/// <param name="Labels">Class of each image, or −1.</param>
/// <param name="Hashes">Content hash of each image.</param>
/// <param name="NameOf">What to call the image at a position of the store in a message.</param>
internal sealed record ImagePool(
    string Name, IImageStore Store, IReadOnlyList<int> Positions, IReadOnlyList<int> Labels, IReadOnlyList<UInt128> Hashes, Func<int, string> NameOf)
{
    private const ulong LimitSalt = 0x6C696D6974;

    public int Count => Positions.Count;

    public string Describe(int image) => NameOf(Positions[image]);

    /// <summary>The whole of a decoded split, with labels that count the classes of the data set.</summary>
    public static ImagePool Of(DecodedSplit split, IReadOnlyList<int> labels) =>
        new(split.Listing.Request.Name, split.Store, [.. Enumerable.Range(0, split.Store.Count)], labels, split.Hashes, split.NameOf);

    /// <summary>Some of the images, in the order given.</summary>
    public ImagePool Take(string name, IEnumerable<int> images)
    {
        int[] taken = [.. images];
        return this with
        {
            Name = name,
            Positions = [.. taken.Select(i => Positions[i])],
            Labels = [.. taken.Select(i => Labels[i])],
            Hashes = [.. taken.Select(i => Hashes[i])],
        };
    }

    /// <summary>
    /// A stratified subset chosen by content, so that it does not depend on the order of files, and a smaller one is part of a
    /// larger one.
    /// </summary>
    public ImagePool Limit(int count) => count >= Count
        ? this
        : Take(Name, Stratification.Take(Labels, [.. Hashes.Select(h => Stratification.Rank((ulong)h, LimitSalt))], count));

    /// <summary>These images without their labels.</summary>
    public ImagePool Unlabelled(string name) => this with { Name = name, Labels = [.. Enumerable.Repeat(-1, Count)] };

    /// <summary>These images, then the others.</summary>
    public ImagePool Join(ImagePool other) => new(
        Name,
        new JoinedImageStore(Store, other.Store),
        [.. Positions, .. other.Positions.Select(p => Store.Count + p)],
        [.. Labels, .. other.Labels],
        [.. Hashes, .. other.Hashes],
        p => p < Store.Count ? NameOf(p) : other.NameOf(p - Store.Count));

    /// <summary>The split.</summary>
    public ImageDataset ToDataset(IReadOnlyList<string> classes) => new(Store, Positions, Labels, classes, Fingerprint(classes)) { NameOf = NameOf };

    /// <summary>SHA-256 over shape, class names and, image by image, content hash and label.</summary>
    private string Fingerprint(IReadOnlyList<string> classes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Store.Shape}\n{string.Join('\n', classes)}\n\n"));
        Span<byte> entry = stackalloc byte[20];
        for (var i = 0; i < Count; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(entry, Hashes[i]);
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(entry[16..], Labels[i]);
            hash.AppendData(entry);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
