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
        var firsts = ImageCopies.FirstOfEach(pool.Hashes, pool.Count);
        var (sizes, classes) = (new int[pool.Count], pool.Labels.ToArray());
        for (var i = 0; i < firsts.Length; i++)
        {
            sizes[firsts[i]]++;
            classes[firsts[i]] = Math.Min(classes[firsts[i]], classes[i]);
        }

        foreach (var stratum in Enumerable.Range(0, pool.Count).Where(i => firsts[i] == i).GroupBy(i => classes[i]))
        {
            var size = stratum.Sum(i => sizes[i]);
            var target = Math.Clamp((int)Math.Round(share * size, MidpointRounding.AwayFromZero), size > 1 ? 1 : 0, size > 1 ? size - 1 : 0);
            var taken = 0;
            foreach (var image in stratum.OrderBy(i => Stratification.Rank((ulong)pool.Hashes[i], purpose)).ThenBy(i => pool.Hashes[i]))
            {
                // Copies come as one: they are taken when that brings the class nearer to its share.
                if (taken + (sizes[image] / 2.0) <= target)
                {
                    held[image] = true;
                    taken += sizes[image];
                }
            }
        }

        var sides = Enumerable.Range(0, pool.Count).ToLookup(i => held[firsts[i]]);
        return ([.. sides[false]], [.. sides[true]]);
    }
}
