namespace Masterful.Core.Data;

/// <summary>Subsets that keep the balance of the classes, and of which a smaller one is always part of a larger one.</summary>
internal static class Stratification
{
    /// <summary>
    /// All positions in an order of which every prefix is stratified: after one image of each class, the image of rank r of a class
    /// of n stands at (r + ½) / n. Taking the first k of it is the divisor method of Webster, which, unlike rounding with remainders,
    /// never takes a seat away when the house grows: hence prefixes are nested, and each class is within one image of its share.
    /// </summary>
    /// <param name="labels">Class of each image; −1 counts as a class of its own.</param>
    /// <param name="ranks">Decides the order within a class, lowest first; equal ranks keep their order.</param>
    public static int[] Order(IReadOnlyList<int> labels, IReadOnlyList<ulong> ranks)
    {
        var placed = new List<(double Place, int Label, int Position)>(labels.Count);
        foreach (var stratum in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]))
        {
            var members = stratum.OrderBy(i => ranks[i]).ToArray();
            for (var r = 0; r < members.Length; r++)
            {
                placed.Add((r == 0 ? 0 : (r + 0.5) / members.Length, stratum.Key, members[r]));
            }
        }

        placed.Sort();
        return [.. placed.Select(p => p.Position)];
    }

    /// <summary>The first <paramref name="count"/> of <see cref="Order"/>, ascending.</summary>
    public static int[] Take(IReadOnlyList<int> labels, IReadOnlyList<ulong> ranks, int count)
    {
        var taken = Order(labels, ranks)[..Math.Clamp(count, 0, labels.Count)];
        Array.Sort(taken);
        return taken;
    }

    /// <summary>A number that is evenly spread and as good as independent for each salt: the finalizer of SplitMix64
    /// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).</summary>
    public static ulong Rank(ulong value, ulong salt)
    {
        var z = value + (salt * 0x9E3779B97F4A7C15UL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
