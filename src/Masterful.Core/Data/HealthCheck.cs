using Masterful.Core.Imaging;
using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>Looks at the splits as they are used, limits applied, before anything is trained on them.</summary>
/// <param name="dataset">The spec.</param>
/// <param name="classes">Names of the classes.</param>
/// <param name="positionOf">Where a key stands in the spec.</param>
internal sealed class HealthCheck(DatasetSpec dataset, IReadOnlyList<string> classes, Func<string, SourcePosition> positionOf)
{
    private const int WarnedRatio = 10;
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>Runs all checks; the result carries errors too, for the caller to throw.</summary>
    /// <param name="pools">The splits that exist, train first.</param>
    /// <param name="read">The splits as they were read.</param>
    /// <param name="earlier">What was found while reading.</param>
    public DatasetHealth Run(IReadOnlyList<ImagePool> pools, IReadOnlyList<DecodedSplit> read, IEnumerable<Diagnostic> earlier)
    {
        _diagnostics.AddRange(earlier);
        var byName = pools.ToDictionary(p => p.Name);
        var counts = pools.ToDictionary(p => p.Name, p => (IReadOnlyList<int>)Counts(p));
        CheckClasses(counts);
        CheckLabels(pools);
        var same = SameContent(pools);
        var duplicates = pools.Sum(p => Duplicates(p, same));
        var leaks = Leaks(byName, same);
        CheckOverlap(same);
        var conflicts = Conflicts(same);
        var (mean, deviation) = PixelStatistics.Of(byName["train"]);
        return new DatasetHealth
        {
            ClassCounts = counts,
            Duplicates = duplicates,
            Leaks = leaks,
            Copies = Places(same),
            Conflicts = conflicts,
            Mean = mean,
            StandardDeviation = deviation,
            Sizes = [.. read.SelectMany(r => r.Sizes).GroupBy(s => s.Key, s => s.Value).Select(g => (g.Key.ToString(), g.Sum())).OrderByDescending(s => s.Item2).ThenBy(s => s.Item1, StringComparer.Ordinal)],
            UnreadableFiles = [.. read.SelectMany(r => r.LeftOut.Select(f => new UnreadableFile(r.Listing.Request.Name, f.Name, f.Reason)))],
            Transparent = Having(ImageTraits.Transparent),
            Background = dataset.Background,
            Constant = Having(ImageTraits.Constant),
            WithoutEnd = Having(ImageTraits.WithoutEnd),
            Diagnostics = _diagnostics,
        };

        int Having(ImageTraits trait) => read.Sum(r => r.Traits.Count(t => (t & trait) != 0));
    }

    private int[] Counts(ImagePool pool)
    {
        var counts = new int[classes.Count];
        foreach (var label in pool.Labels.Where(l => l >= 0))
        {
            counts[label]++;
        }

        return counts;
    }

    private void CheckClasses(Dictionary<string, IReadOnlyList<int>> counts)
    {
        var train = counts["train"];
        if (train.Count(c => c > 0) < 2)
        {
            var found = train.Index().Where(c => c.Item > 0).Select(c => $"'{classes[c.Index]}'").FirstOrDefault("none");
            Error(DataDiagnostics.TooFewClasses, "dataset.splits.train", $"A classifier needs at least two classes, but train has {(found == "none" ? found : $"only {found}")}.");
        }
        else if (Absent(train) is { Length: > 0 } absent)
        {
            Error(DataDiagnostics.ClassAbsentFromTrain, "dataset.splits.train", $"Train has no image of {absent}.");
        }
        else if (train.Max() > WarnedRatio * train.Min())
        {
            var (small, large) = (train.Index().MinBy(c => c.Item), train.Index().MaxBy(c => c.Item));
            Warn(DataDiagnostics.Imbalance, "dataset.splits.train", $"Train has {large.Item:N0} images of '{classes[large.Index]}' and {small.Item:N0} of '{classes[small.Index]}'.");
        }

        foreach (var name in new[] { "select", "test" })
        {
            if (counts.TryGetValue(name, out var split) && split.Sum() > 0 && Absent(split) is { Length: > 0 } absent)
            {
                Warn(DataDiagnostics.ClassAbsentFromTest, KeyOf(name), $"Split '{name}' has no image of {absent}: nothing can be said about how well it is told.");
            }
        }
    }

    private string Absent(IReadOnlyList<int> counts)
    {
        var absent = counts.Index().Where(c => c.Item == 0).Select(c => $"'{classes[c.Index]}'").ToList();
        return string.Join(", ", absent.Take(10)) + (absent.Count > 10 ? $" and {absent.Count - 10} more" : "");
    }

    private void CheckLabels(IReadOnlyList<ImagePool> pools)
    {
        foreach (var pool in pools.Where(p => p.Name is "select" or "test" or "synthetic"))
        {
            var missing = pool.Labels.Index().Where(l => l.Item < 0).Select(l => l.Index).ToList();
            if (missing.Count > 0)
            {
                Error(DataDiagnostics.LabelMissing, KeyOf(pool.Name), $"{missing.Count:N0} images of split '{pool.Name}' have no label, such as {pool.Describe(missing[0])}.");
            }
        }
    }

    private int Duplicates(ImagePool pool, List<List<(ImagePool Pool, int Image)>> same)
    {
        var copies = same.Select(images => In(images, pool.Name)).Where(images => images.Count > 1).ToList();
        if (copies.Count > 0)
        {
            var first = copies.MinBy(images => images[1].Image)!;
            Warn(DataDiagnostics.Duplicates, KeyOf(pool.Name), $"{copies.Sum(c => c.Count - 1):N0} images of split '{pool.Name}' are exact copies of others, such as {Describe(first[1])} of {Describe(first[0])}.");
        }

        return copies.Sum(c => c.Count - 1);
    }

    private int Leaks(Dictionary<string, ImagePool> pools, List<List<(ImagePool Pool, int Image)>> same)
    {
        if (!pools.TryGetValue("test", out var test))
        {
            return 0;
        }

        var (leaked, such) = Shared(same, "test", "train", "select", "synthetic");
        if (leaked > 0)
        {
            var message = $"{leaked:N0} of {test.Count:N0} test images also stand in the training data, such as {such}.";
            _diagnostics.Add(new Diagnostic(
                DataDiagnostics.TestLeak,
                dataset.AllowLeaks ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error,
                dataset.AllowLeaks ? message : message + " Remove them, or set dataset.allow_leaks: true to go on.",
                positionOf("dataset.splits.test")));
        }

        var (unlabelled, example) = Shared(same, "test", "unlabeled");
        if (unlabelled > 0)
        {
            Warn(DataDiagnostics.TestLeak, "dataset.splits.unlabeled", $"{unlabelled:N0} test images also stand, without label, in split 'unlabeled', such as {example}.");
        }

        return leaked;
    }

    private void CheckOverlap(List<List<(ImagePool Pool, int Image)>> same)
    {
        var (count, such) = Shared(same, "select", "train");
        if (count > 0)
        {
            Warn(DataDiagnostics.SelectOverlap, "dataset.validation", $"{count:N0} validation images also stand in train, such as {such}.");
        }
    }

    /// <summary>How many images of a split have a copy in one of the others, and the first of them beside its copy.</summary>
    private static (int Count, string Such) Shared(List<List<(ImagePool Pool, int Image)>> same, string split, params string[] others)
    {
        var shared = same.Select(images => (Mine: In(images, split), Theirs: In(images, others))).Where(s => s.Mine.Count > 0 && s.Theirs.Count > 0).ToList();
        if (shared.Count == 0)
        {
            return (0, "");
        }

        var (mine, theirs) = shared.MinBy(s => s.Mine[0].Image);
        return (shared.Sum(s => s.Mine.Count), $"{Describe(mine[0])} = {Describe(theirs[0])}");
    }

    private static List<(ImagePool Pool, int Image)> In(List<(ImagePool Pool, int Image)> images, params string[] splits) =>
        [.. images.Where(x => splits.Contains(x.Pool.Name))];

    /// <summary>All images that share their pixels with another one, a list for each content, in the order of the splits.</summary>
    private static List<List<(ImagePool Pool, int Image)>> SameContent(IReadOnlyList<ImagePool> pools)
    {
        var firsts = ImageCopies.FirstOfEach(pools.SelectMany(p => p.Hashes), pools.Sum(p => p.Count));
        var same = new Dictionary<int, List<(ImagePool Pool, int Image)>>();
        for (var i = 0; i < firsts.Length; i++)
        {
            if (firsts[i] == i)
            {
                continue;
            }

            if (!same.TryGetValue(firsts[i], out var copies))
            {
                same.Add(firsts[i], copies = [Place(firsts[i])]);
            }

            copies.Add(Place(i));
        }

        return [.. same.Values];

        (ImagePool Pool, int Image) Place(int image)
        {
            var split = 0;
            for (; image >= pools[split].Count; split++)
            {
                image -= pools[split].Count;
            }

            return (pools[split], image);
        }
    }

    private IReadOnlyList<IReadOnlyList<SplitImage>> Conflicts(List<List<(ImagePool Pool, int Image)>> same)
    {
        var conflicts = same.Select(copies => copies.Where(x => x.Pool.Labels[x.Image] >= 0).ToList())
            .Where(labelled => labelled.DistinctBy(x => x.Pool.Labels[x.Image]).Skip(1).Any()).ToList();
        if (conflicts.Count == 0)
        {
            return [];
        }

        var labels = conflicts[0].Select(x => $"{x.Pool.Describe(x.Image)} is '{classes[x.Pool.Labels[x.Image]]}'").Take(3);
        Warn(DataDiagnostics.ConflictingLabels, "dataset.splits.train", $"{conflicts.Sum(c => c.Count):N0} images are exact copies with different labels, such as {string.Join(", ", labels)}.");
        return Places(conflicts);
    }

    private static IReadOnlyList<IReadOnlyList<SplitImage>> Places(List<List<(ImagePool Pool, int Image)>> groups) =>
        [.. groups.Select(group => (IReadOnlyList<SplitImage>)[.. group.Select(x => new SplitImage(x.Pool.Name, x.Image))])];

    private static string Describe((ImagePool Pool, int Image) image) => image.Pool.Describe(image.Image);

    private static string KeyOf(string split) => split == "select" ? "dataset.validation" : $"dataset.splits.{split}";

    private void Error(DiagnosticCode code, string key, string message) =>
        _diagnostics.Add(new Diagnostic(code, DiagnosticSeverity.Error, message, positionOf(key)));

    private void Warn(DiagnosticCode code, string key, string message) =>
        _diagnostics.Add(new Diagnostic(code, DiagnosticSeverity.Warning, message, positionOf(key)));
}
