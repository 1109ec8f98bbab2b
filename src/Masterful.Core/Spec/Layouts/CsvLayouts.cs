using Masterful.Core.Spec.ImageLists;

namespace Masterful.Core.Spec.Layouts;

/// <summary>CSVs that list images, with what a spec must say so that they load.</summary>
internal static class CsvLayouts
{
    private const int Sampled = 50;
    private const int MostLists = 20;
    private static readonly string[] Extensions = [".csv", ".tsv"];

    /// <summary>
    /// The lists of a folder, one a split. One without labels is <c>unlabeled</c>, unless it is called a test: what is called so never trains.
    /// </summary>
    public static SpecProposal? Of(DataFolder folder)
    {
        var lists = folder.Files
            .Where(f => Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase) && !f.Contains("submission", StringComparison.OrdinalIgnoreCase) && folder.HasFile(f))
            .Take(MostLists)
            .Select(f => Read(folder, f)).OfType<List>().ToList();
        var labelled = lists.Where(l => l.HasLabels).ToList();
        // A single list that is not named after a split is all there is.
        var train = labelled.FirstOrDefault(l => SplitWords.SplitOf(l.Name) == "train") ?? (labelled is [var only] && SplitWords.SplitOf(only.Name) is null ? only : null);
        if (train is null || ImageSample.Shape(train.Images) is not { } sample)
        {
            return null;
        }

        // One spec says which columns are which in all of its lists.
        var usable = lists.Where(l => l != train && Opened(folder, l.Name, train.Columns, l.HasLabels) is not null).ToList();
        var found = SplitWords.Assign([.. usable.Where(l => l.HasLabels).Select(l => l.Name), "train"])!.Value;
        return new SpecProposal
        {
            Format = DatasetFormat.Csv,
            Root = folder.Path,
            Splits = found.Splits with { Train = [train.Name], Unlabeled = [.. found.Splits.Unlabeled, .. usable.Where(l => !l.HasLabels && SplitWords.SplitOf(l.Name) != "test").Select(l => l.Name)] },
            Validation = found.Validation,
            Columns = train.Columns == new ColumnsSpec() ? null : train.Columns,
            InputShape = sample.Shape,
            HasOneShape = sample.IsOnly,
        };
    }

    /// <summary>A list as it loads without a word in the spec, or else with what the spec must say; null when it does not.</summary>
    private static List? Read(DataFolder folder, string name)
    {
        foreach (var labelled in new[] { true, false })
        {
            foreach (var columns in Guesses(folder, name, labelled))
            {
                if (Opened(folder, name, columns, labelled) is { } images)
                {
                    return new List(name, columns, labelled, images);
                }
            }
        }

        return null;
    }

    private static IEnumerable<ColumnsSpec> Guesses(DataFolder folder, string name, bool labelled)
    {
        yield return new ColumnsSpec();
        if (Try(() => ImageList.Guess(folder.Full(name), folder.Path, labelled)) is { } guess)
        {
            yield return guess;
        }
    }

    /// <summary>Full paths of the first images of a list, or null when it does not load so.</summary>
    private static List<string>? Opened(DataFolder folder, string name, ColumnsSpec columns, bool labelled) => Try(() =>
    {
        var images = ImageList.Open(folder.Full(name), folder.Path, columns, labelled).Images().Take(Sampled).ToList();
        var files = images.Select(i => i.Problem is null ? ListedFile.Find(folder.Path, i.Path, out _) : null).OfType<string>().ToList();
        return files.Count == images.Count && (!labelled || images.Exists(i => i.Label.Length > 0)) ? files : null;
    });

    private static T? Try<T>(Func<T?> look)
        where T : class
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is DiagnosticException or IOException or UnauthorizedAccessException)
        {
            // Looking only: what does not load is no list of images.
            return null;
        }
    }

    private sealed record List(string Name, ColumnsSpec Columns, bool HasLabels, IReadOnlyList<string> Images);
}
