using Masterful.Core.Data;
using Masterful.Core.Runtime;

namespace Masterful.Core.Training;

/// <summary>Which images a step takes, as positions in the training images and in the synthetic ones.</summary>
internal readonly record struct BatchRange(int Start, int RealCount, int SyntheticCount);

/// <summary>
/// An epoch's images in order, cut into batches. Within a batch the real images come first, so that each kind is one
/// <c>index_select</c>. The last incomplete batch is dropped, unless it is the only one.
/// </summary>
internal sealed record EpochOrder(int[] Positions, IReadOnlyList<BatchRange> Batches)
{
    /// <summary>
    /// The order of one epoch: a function of its arguments alone. <paramref name="syntheticCount"/> synthetic images are added, each
    /// <c>syntheticCount / syntheticAvailable</c> times rounded down or up, chosen anew each epoch.
    /// </summary>
    /// <param name="images">Positions of the real images.</param>
    /// <param name="syntheticAvailable">How many synthetic images there are.</param>
    /// <param name="syntheticCount">How many of them the epoch has.</param>
    /// <param name="batchSize">Images a step.</param>
    /// <param name="seed">Of the epoch.</param>
    public static EpochOrder Create(IReadOnlyList<int> images, int syntheticAvailable, int syntheticCount, int batchSize, long seed)
    {
        // Synthetic positions are stored as their complement: negative, and apart from every real one.
        int[] order = [.. images, .. ChooseSynthetic(syntheticAvailable, syntheticCount, seed).Select(s => ~s)];
        Shuffle(order, seed);

        var size = Math.Min(batchSize, order.Length);
        var batches = new BatchRange[order.Length / size];
        for (var b = 0; b < batches.Length; b++)
        {
            var batch = order.AsSpan(b * size, size);
            var real = MoveRealFirst(batch);
            batches[b] = new BatchRange(b * size, real, size - real);
        }

        return new EpochOrder(order[..(batches.Length * size)], batches);
    }

    private static IEnumerable<int> ChooseSynthetic(int available, int count, long seed)
    {
        if (count == 0)
        {
            return [];
        }

        var shuffled = Enumerable.Range(0, available).ToArray();
        Shuffle(shuffled, Seeds.Derive(seed, "synthetic"));
        return Enumerable.Range(0, count).Select(i => shuffled[i % available]);
    }

    /// <summary>Sorts by a random rank of each place, so that images added at the end leave the others in their order.</summary>
    private static void Shuffle(int[] items, long seed)
    {
        var ranks = new ulong[items.Length];
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = Stratification.Rank((ulong)i, (ulong)seed);
        }

        Array.Sort(ranks, items);
    }

    /// <summary>Orders a batch stably, real positions before synthetic ones, and gives the synthetic ones their own positions back.</summary>
    private static int MoveRealFirst(Span<int> batch)
    {
        var real = new List<int>(batch.Length);
        var synthetic = new List<int>();
        foreach (var position in batch)
        {
            if (position >= 0)
            {
                real.Add(position);
            }
            else
            {
                synthetic.Add(~position);
            }
        }

        for (var i = 0; i < batch.Length; i++)
        {
            batch[i] = i < real.Count ? real[i] : synthetic[i - real.Count];
        }

        return real.Count;
    }
}
