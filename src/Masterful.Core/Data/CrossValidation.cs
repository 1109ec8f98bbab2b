using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Data.Readers;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>One of the folds of <see cref="CrossValidation"/>, which whoever has the same splits can cut for themselves.</summary>
/// <param name="Index">Which, from 0.</param>
/// <param name="Count">Of how many.</param>
/// <param name="Seed">What they were cut with.</param>
public sealed record DataFold(int Index, int Count, long Seed);

/// <summary>
/// The images of train and select, cut into folds: each fold's images are predicted by a model that was trained on all the others.
/// Every fold has its share of each class. Exact copies lie in one fold, since a model that was trained on a copy knows its label.
/// </summary>
public sealed class CrossValidation
{
    private CrossValidation(ImageDataset images, IReadOnlyList<int[]> members, IReadOnlyList<DatasetSplits> folds, long seed) =>
        (Images, Members, Folds, Seed) = (images, members, folds, seed);

    /// <summary>Decided which images.</summary>
    public long Seed { get; }

    /// <summary>The images of train, then those of select.</summary>
    public ImageDataset Images { get; }

    /// <summary>For each fold the positions of its images in <see cref="Images"/>, ascending: the order of its select split.</summary>
    public IReadOnlyList<int[]> Members { get; }

    /// <summary>
    /// For each fold the splits that its model works on: the other folds train, its own images are the select split, test is empty.
    /// They share the stores of the splits that they were made from, and must not be disposed.
    /// </summary>
    public IReadOnlyList<DatasetSplits> Folds { get; }

    /// <summary>Cuts; by content, so that it does not depend on the order of files.</summary>
    /// <param name="splits">The data.</param>
    /// <param name="folds">At least 2.</param>
    /// <param name="seed">Decides which images.</param>
    /// <exception cref="DiagnosticException">A class has fewer different images than there are folds.</exception>
    public static CrossValidation Of(DatasetSplits splits, int folds, long seed)
    {
        var images = Join(splits.Train, splits.Select);
        var members = Cut(images, folds, seed);
        return new CrossValidation(images, members, [.. members.Select(m => Fold(splits, images, m))], seed);
    }

    private static ImageDataset Join(ImageDataset train, ImageDataset select)
    {
        var same = ReferenceEquals(train.Store, select.Store);
        var offset = same ? 0 : train.Store.Count;
        return train with
        {
            Store = same ? train.Store : new JoinedImageStore(train.Store, select.Store),
            Indices = [.. train.Indices, .. select.Indices.Select(i => offset + i)],
            Labels = [.. train.Labels, .. select.Labels],
            Fingerprint = Hash($"{train.Fingerprint}\n{select.Fingerprint}"),
            NameOf = same ? train.NameOf : i => i < offset ? train.NameOf(i) : select.NameOf(i - offset),
        };
    }

    /// <summary>Deals the contents of each class round the folds, each class going on where the one before it ended.</summary>
    private static int[][] Cut(ImageDataset images, int folds, long seed)
    {
        var salt = (ulong)Seeds.Derive(seed, "folds");
        var contents = Enumerable.Range(0, images.Count)
            .GroupBy(i => ImageSink.ContentHash(images.Image(i)))
            .Select(g => (Hash: g.Key, Images: g.ToArray(), Class: g.Min(i => images.Labels[i])))
            .ToLookup(c => c.Class);
        CheckEnough(images, [.. Enumerable.Range(0, images.Classes.Count).Select(c => contents[c].Count())], folds);

        var members = Enumerable.Range(0, folds).Select(_ => new List<int>()).ToArray();
        var next = 0;
        foreach (var stratum in contents.OrderBy(c => c.Key))
        {
            foreach (var content in stratum.OrderBy(c => Stratification.Rank((ulong)c.Hash, salt)).ThenBy(c => c.Hash))
            {
                members[next++ % folds].AddRange(content.Images);
            }
        }

        return [.. members.Select(m => m.Order().ToArray())];
    }

    private static void CheckEnough(ImageDataset images, int[] counts, int folds)
    {
        var few = counts.Index().Where(c => c.Item < folds).ToList();
        if (few.Count == 0)
        {
            return;
        }

        var named = string.Join(", ", few.Take(5).Select(c => $"'{images.Classes[c.Index]}' ({c.Item:N0})"));
        var least = few.Min(c => c.Item);
        throw new DiagnosticException(
            DataDiagnostics.TooFewForFolds,
            $"{folds} folds need at least {folds} different images of every class, and there are fewer of {named}{(few.Count > 5 ? $" and {few.Count - 5} more classes" : "")}. "
            + (least >= 2 ? $"Use --folds {least}, or add images." : "Add images of them, or leave those classes out."));
    }

    private static DatasetSplits Fold(DatasetSplits splits, ImageDataset images, int[] members)
    {
        var held = members.ToHashSet();
        var train = images.Subset([.. Enumerable.Range(0, images.Count).Where(i => !held.Contains(i))]);
        var select = images.Subset(members);
        return splits with
        {
            Train = train,
            Select = select,
            Test = images.Subset([]),
            Fingerprint = Hash($"{train.Fingerprint}\n{select.Fingerprint}\n{splits.Synthetic?.Fingerprint}\n{splits.Unlabeled?.Fingerprint}"),
            Owned = [],
        };
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
