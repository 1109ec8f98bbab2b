namespace Masterful.Core.Evaluation;

/// <summary>The least-squares fit that never falls, by pooling adjacent violators (Barlow et al. 1972).</summary>
public static class IsotonicRegression
{
    /// <summary>Fits values that stand in the order of their argument.</summary>
    /// <param name="values">Finite numbers.</param>
    /// <param name="weights">Over 0, one for each value; null weighs all alike.</param>
    public static IReadOnlyList<double> Fit(IReadOnlyList<double> values, IReadOnlyList<double>? weights = null)
    {
        var blocks = new Stack<(double Mean, double Weight, int Count)>();
        for (var i = 0; i < values.Count; i++)
        {
            var block = (Mean: values[i], Weight: weights?[i] ?? 1, Count: 1);
            while (blocks.TryPeek(out var before) && before.Mean > block.Mean)
            {
                blocks.Pop();
                var weight = before.Weight + block.Weight;
                block = (((before.Mean * before.Weight) + (block.Mean * block.Weight)) / weight, weight, before.Count + block.Count);
            }

            blocks.Push(block);
        }

        return [.. blocks.Reverse().SelectMany(b => Enumerable.Repeat(b.Mean, b.Count))];
    }
}
