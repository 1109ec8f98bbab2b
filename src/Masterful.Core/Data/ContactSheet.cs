using Masterful.Core.Runtime;

namespace Masterful.Core.Data;

/// <summary>Samples of a data set at a glance.</summary>
public static class ContactSheet
{
    /// <summary>
    /// A PNG with one row a class, in the order of the classes (unlabelled images are the last row), and up to
    /// <paramref name="perClass"/> samples in each, drawn from <paramref name="seed"/>. A class without images has an empty row.
    /// </summary>
    /// <exception cref="ArgumentException">The data set is empty, or the sheet would be too large.</exception>
    public static byte[] Render(ImageDataset data, int perClass, long seed)
    {
        var salt = (ulong)Seeds.Derive(seed, "contact-sheet");
        var byClass = Enumerable.Range(0, data.Count).ToLookup(i => data.Labels[i]);
        var labels = Enumerable.Range(0, data.Classes.Count).Concat(byClass.Contains(-1) ? [-1] : []);
        var rows = labels
            .Select(label => byClass[label].OrderBy(i => Stratification.Rank((ulong)i, salt)).Take(perClass).Order())
            .Select(samples => (IReadOnlyList<byte[]>)[.. samples.Select(i => data.Image(i).ToArray())]);
        return ImageGrid.Png([.. rows], data.Shape);
    }
}
