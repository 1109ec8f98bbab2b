using Masterful.Core.Runtime;

namespace Masterful.Core.Data;

/// <summary>Samples of a data set at a glance.</summary>
public static class ContactSheet
{
    private const int FewestSamples = 2;

    /// <summary>
    /// A picture with one row a class, in the order of the classes (unlabelled images are the last row), and up to
    /// <paramref name="perClass"/> samples in each, drawn from <paramref name="seed"/>; fewer, and smaller ones, where the classes are many.
    /// A class without images has an empty row.
    /// </summary>
    /// <param name="data">The images.</param>
    /// <param name="perClass">Samples of a class at most.</param>
    /// <param name="seed">Chooses them.</param>
    /// <param name="pixels">Of the picture, at most.</param>
    /// <exception cref="ArgumentException">The data set is empty.</exception>
    public static ImageGrid Draw(ImageDataset data, int perClass, long seed, long pixels = ImageGrid.MostPixels)
    {
        var salt = (ulong)Seeds.Derive(seed, "contact-sheet");
        var byClass = Enumerable.Range(0, data.Count).ToLookup(i => data.Labels[i]);
        int[] labels = [.. Enumerable.Range(0, data.Classes.Count), .. byClass.Contains(-1) ? [-1] : Array.Empty<int>()];
        var columns = Math.Min(perClass, labels.Max(label => byClass[label].Count()));
        if (columns == 0)
        {
            throw new ArgumentException("A contact sheet needs at least one image.", nameof(data));
        }

        var layout = GridLayout.For(labels.Length, columns, data.Shape, pixels);
        while (!layout.IsLegible && columns > FewestSamples)
        {
            layout = GridLayout.For(labels.Length, --columns, data.Shape, pixels);
        }

        var rows = labels.Select(label => (IReadOnlyList<int>)[.. byClass[label].OrderBy(i => Stratification.Rank((ulong)i, salt)).Take(columns).Order()]);
        return ImageGrid.Draw([.. rows], i => data.Image(i).ToArray(), data.Shape, layout);
    }
}
