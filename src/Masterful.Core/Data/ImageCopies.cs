using System.Runtime.InteropServices;

namespace Masterful.Core.Data;

/// <summary>Which images have the same pixels.</summary>
internal static class ImageCopies
{
    /// <summary>For each image, the first one that has its content: itself where none before it has.</summary>
    /// <param name="hashes">Content hash of each image.</param>
    /// <param name="count">How many there are.</param>
    public static int[] FirstOfEach(IEnumerable<UInt128> hashes, int count)
    {
        var seen = new Dictionary<UInt128, int>(count);
        var firsts = new int[count];
        var image = 0;
        foreach (var hash in hashes)
        {
            ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, hash, out var known);
            first = known ? first : image;
            firsts[image++] = first;
        }

        return firsts;
    }
}
