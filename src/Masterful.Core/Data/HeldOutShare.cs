namespace Masterful.Core.Data;

/// <summary>Holds images out of a pool for another split.</summary>
internal static class HeldOutShare
{
    /// <summary>
    /// Chooses a share of each class by content hash, so that it does not depend on the order of files nor on images of other classes,
    /// and identical images always land on the same side. Each class gives its rounded share, at least one image and never all,
    /// where its copies allow it.
    /// </summary>
    /// <param name="pool">The images.</param>
    /// <param name="share">Over 0, under 1.</param>
    /// <param name="purpose">Makes the choice for one split independent of the choice for another.</param>
    /// <returns>Ascending positions of what stays and of what is held out.</returns>
    public static (int[] Kept, int[] Held) Choose(ImagePool pool, double share, ulong purpose)
    {
        var held = new bool[pool.Count];
        var contents = Enumerable.Range(0, pool.Count)
            .GroupBy(i => pool.Hashes[i])
            .Select(g => (Images: g.ToArray(), Hash: g.Key, Class: g.Min(i => pool.Labels[i])));
        foreach (var stratum in contents.GroupBy(c => c.Class))
        {
            var size = stratum.Sum(c => c.Images.Length);
            var target = Math.Clamp((int)Math.Round(share * size, MidpointRounding.AwayFromZero), size > 1 ? 1 : 0, size > 1 ? size - 1 : 0);
            var taken = 0;
            foreach (var (images, _, _) in stratum.OrderBy(c => Stratification.Rank((ulong)c.Hash, purpose)).ThenBy(c => c.Hash))
            {
                // Copies come as one: they are taken when that brings the class nearer to its share.
                if (taken + (images.Length / 2.0) <= target)
                {
                    Array.ForEach(images, i => held[i] = true);
                    taken += images.Length;
                }
            }
        }

        var sides = Enumerable.Range(0, pool.Count).ToLookup(i => held[i]);
        return ([.. sides[false]], [.. sides[true]]);
    }
}
