namespace Masterful.Core.Evaluation;

/// <summary>How a figure of one class differs between two arms, and how much that varies over images and seeds.</summary>
/// <param name="Change">Masterful − original.</param>
/// <param name="Table">Mean squares of what each image adds to the change at each seed, over the images that bear on the figure.</param>
/// <param name="Unit">What one image that turns from wrong to right adds.</param>
internal sealed record ClassDifference(double Change, CrossedSquares Table, double Unit)
{
    /// <summary>By class, in label order; null where the figure is undefined in an arm. Element i of both lists is a pair of one seed.</summary>
    /// <remarks>Recall is 1 − error among the images of the class, so its change is the mean of e0 − e1 over them.</remarks>
    internal static IReadOnlyList<ClassDifference?> OfRecall(PairedPredictions pairs)
    {
        var tables = Tables(pairs);
        pairs.ForEach((seed, image, original, masterful) =>
        {
            var label = pairs.Labels[image];
            tables[label].Add(seed, image, (original == label ? 0 : 1) - (masterful == label ? 0 : 1));
        });
        return [.. tables.Select((table, label) => pairs.Support[label] is > 0 and var images
            ? new ClassDifference(table.Sum / (pairs.Seeds * (double)images), table.Squares(images), 1)
            : null)];
    }

    /// <inheritdoc cref="OfRecall"/>
    /// <remarks>What each prediction adds to the change is its <see cref="PredictedClasses.Influence"/>.</remarks>
    internal static IReadOnlyList<ClassDifference?> OfPrecision(PairedPredictions pairs)
    {
        HashSet<int>[] involved = [.. Enumerable.Range(0, pairs.ClassCount).Select(_ => new HashSet<int>())];
        var (before, after) = (new PredictedClasses(pairs.ClassCount), new PredictedClasses(pairs.ClassCount));
        pairs.ForEach((_, image, original, masterful) =>
        {
            before.Count(original, pairs.Labels[image]);
            after.Count(masterful, pairs.Labels[image]);
            foreach (var predicted in (ReadOnlySpan<int>)[original, masterful])
            {
                if (predicted >= 0)
                {
                    involved[predicted].Add(image);
                }
            }
        });
        var tables = Tables(pairs);
        pairs.ForEach((seed, image, original, masterful) =>
        {
            void Add(PredictedClasses arm, int predicted, int sign)
            {
                if (predicted >= 0)
                {
                    var cells = pairs.Seeds * (double)involved[predicted].Count;
                    tables[predicted].Add(seed, image, sign * cells * arm.Influence(predicted, pairs.Labels[image]));
                }
            }

            Add(before, original, -1);
            Add(after, masterful, 1);
        });
        return [.. tables.Select((table, c) => before.Of(c) > 0 && after.Of(c) > 0
            ? new ClassDifference(
                after.Precision(c) - before.Precision(c),
                table.Squares(involved[c].Count),
                2.0 * pairs.Seeds * involved[c].Count / (before.Of(c) + after.Of(c)))
            : null)];
    }

    private static ChangeTable[] Tables(PairedPredictions pairs) => [.. Enumerable.Range(0, pairs.ClassCount).Select(_ => new ChangeTable(pairs.Seeds))];
}
