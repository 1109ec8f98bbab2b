using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>The images that the final trainings got wrong, and a picture of some of them.</summary>
internal static class MisclassifiedImages
{
    /// <summary>A picture of so many images stays well under a megabyte at the sizes that classifiers of small images have.</summary>
    private const int MostShown = 1024;

    /// <summary>Pixels of the picture at most; larger images are shown in smaller number.</summary>
    private const int MostPixels = 1 << 20;

    private const int MostColumns = 32;

    /// <summary>Finds the images; null without a single pair of trainings.</summary>
    /// <param name="finals">The final trainings.</param>
    /// <param name="split">Name of the evaluation split.</param>
    /// <param name="images">Its images.</param>
    internal static (MisclassifiedFile File, byte[]? Sheet)? Find(FinalTrials finals, string split, ImageDataset images)
    {
        if (finals.Original.Count == 0)
        {
            return null;
        }

        var labels = finals.OriginalPredictions[0].Labels;
        var (original, masterful) = (Taken(finals.OriginalPredictions), Taken(finals.MasterfulPredictions));
        int[] wrong = [.. Enumerable.Range(0, labels.Length).Where(i => original.Concat(masterful).Any(seed => seed[i] != labels[i]))];
        var file = new MisclassifiedFile
        {
            Split = split,
            Images = labels.Length,
            Index = wrong,
            Label = [.. wrong.Select(i => labels[i])],
            Original = [.. original.Select(seed => (int[])[.. wrong.Select(i => seed[i])])],
            Masterful = [.. masterful.Select(seed => (int[])[.. wrong.Select(i => seed[i])])],
        };
        return images.Count == labels.Length && wrong.Length > 0 ? Draw(file, images) : (file, null);
    }

    private static int[][] Taken(IReadOnlyList<Predictions> arm) =>
        [.. arm.Select(p => (int[])[.. Enumerable.Range(0, p.Count).Select(i => ClassificationMetrics.Predicted(p[i]))])];

    private static (MisclassifiedFile File, byte[]? Sheet) Draw(MisclassifiedFile file, ImageDataset images)
    {
        var shape = images.Shape;
        var columns = Math.Clamp(ImageSheet.Largest / shape.Width, 1, MostColumns);
        var most = (int)Math.Min(Math.Min(MostShown, MostPixels / ((long)shape.Height * shape.Width)), (long)columns * (ImageSheet.Largest / shape.Height));
        var shown = Spread(file, most);
        if (shown.Length == 0 || shape.Channels is not (1 or 3))
        {
            return (file, null);
        }

        var sheet = ImageSheet.Png([.. shown.Select(entry => images.Image(file.Index[entry]).ToArray())], shape, columns);
        return (file with { Sheet = new MisclassifiedSheet(columns, shape.Width, shape.Height, shown) }, sheet);
    }

    /// <summary>Some of each confusion before more of any: entries in turn over the pairs of true class and class that they were taken for.</summary>
    private static int[] Spread(MisclassifiedFile file, int most) =>
    [
        .. Enumerable.Range(0, file.Index.Count)
            .GroupBy(entry => (file.Label[entry], file.Masterful[0][entry], file.Original[0][entry]))
            .SelectMany(alike => alike.Select((entry, round) => (entry, round)))
            .OrderBy(e => e.round).ThenBy(e => e.entry).Take(most).Select(e => e.entry).Order(),
    ];
}
