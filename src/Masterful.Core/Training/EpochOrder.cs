using Masterful.Core.Data;
using Masterful.Core.Runtime;

namespace Masterful.Core.Training;

/// <summary>What an epoch draws from a source of added images.</summary>
/// <param name="Purpose">Names the random stream of the draws.</param>
/// <param name="Choices">Positions to draw from.</param>
/// <param name="Count">How many an epoch has.</param>
internal readonly record struct AddedDraws(string Purpose, IReadOnlyList<int> Choices, int Count);

/// <summary>
/// Which images a step takes: how many of each source, the training images first, from a place in the order on.
/// </summary>
internal readonly record struct BatchRange(int Start, IReadOnlyList<int> Counts);

/// <summary>
/// An epoch's images in order, cut into batches. Within a batch the images of a source stand together, the training images first, so
/// that each source is one <c>index_select</c>. The last incomplete batch is dropped, unless it is the only one.
/// </summary>
internal sealed record EpochOrder(int[] Positions, IReadOnlyList<BatchRange> Batches)
{
    /// <summary>
    /// The order of one epoch: a function of its arguments alone. Of each source of added images, each choice comes
    /// <c>Count / Choices.Count</c> times rounded down or up, chosen anew each epoch.
    /// </summary>
    /// <param name="images">Positions of the training images.</param>
    /// <param name="added">What is drawn from each source of added images.</param>
    /// <param name="batchSize">Images a step.</param>
    /// <param name="seed">Of the epoch.</param>
    public static EpochOrder Create(IReadOnlyList<int> images, IReadOnlyList<AddedDraws> added, int batchSize, long seed)
    {
        Slot[] order =
        [
            .. images.Select(p => new Slot(0, p)),
            .. added.SelectMany((draws, source) => Draw(draws, seed).Select(p => new Slot(source + 1, p))),
        ];
        Shuffle(order, seed);

        var size = Math.Min(batchSize, order.Length);
        var batches = new BatchRange[order.Length / size];
        for (var b = 0; b < batches.Length; b++)
        {
            Slot[] batch = [.. order.Skip(b * size).Take(size).OrderBy(s => s.Source)];
            batch.CopyTo(order, b * size);

            batches[b] = new BatchRange(b * size, [.. Enumerable.Range(0, added.Count + 1).Select(source => batch.Count(s => s.Source == source))]);
        }

        return new EpochOrder([.. order.Take(batches.Length * size).Select(s => s.Position)], batches);
    }

    private static IEnumerable<int> Draw(AddedDraws draws, long seed)
    {
        if (draws.Count == 0)
        {
            return [];
        }

        var shuffled = draws.Choices.ToArray();
        Shuffle(shuffled, Seeds.Derive(seed, draws.Purpose));
        return Enumerable.Range(0, draws.Count).Select(i => shuffled[i % shuffled.Length]);
    }

    /// <summary>Sorts by a random rank of each place, so that images added at the end leave the others in their order.</summary>
    private static void Shuffle<T>(T[] items, long seed)
    {
        var ranks = new ulong[items.Length];
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = Stratification.Rank((ulong)i, (ulong)seed);
        }

        Array.Sort(ranks, items);
    }

    private readonly record struct Slot(int Source, int Position);
}
