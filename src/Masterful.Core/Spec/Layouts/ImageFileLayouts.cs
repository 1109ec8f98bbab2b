namespace Masterful.Core.Spec.Layouts;

/// <summary>Layouts of image files: lists of them in CSV, and a folder a class.</summary>
internal static class ImageFileLayouts
{
    private const int ImagesPerFolder = 4;

    /// <summary>CSV files of <c>path,label</c> lines, paths relative to the folder.</summary>
    public static SpecProposal? Csv(DataFolder folder)
    {
        var lists = folder.Files
            .Where(f => f.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            .Select(f => (Name: f, Images: Listed(folder, f)))
            .Where(l => l.Images.Count > 0)
            .ToList();
        // A single list that is not named after a split is all there is.
        var found = SplitWords.Assign(lists.Select(l => l.Name)) ?? (lists is [var only] ? SplitWords.Assign(["train"]) is { } all
            ? (all.Splits with { Train = [only.Name] }, all.Validation) : null : null);
        return found is { } splits && ImageSample.Shape(lists.First(l => l.Name == splits.Splits.Train[0]).Images) is { } sample
            ? Proposal(DatasetFormat.Csv, folder, splits.Splits, splits.Validation, sample)
            : null;
    }

    /// <summary>A folder a class; or such folders in folders named after splits.</summary>
    public static SpecProposal? Classes(DataFolder folder)
    {
        var splits = folder.Folders.Where(f => SplitWords.SplitOf(f) is { } split && (split == "unlabeled" || ClassFolders(folder.Below(f)).Count > 1));
        if (SplitWords.Assign(splits) is { } found)
        {
            var train = folder.Below(found.Splits.Train[0]);
            return ImageSample.Shape(Images(train, ClassFolders(train))) is { } shape
                ? Proposal(DatasetFormat.Folder, folder, found.Splits, found.Validation, shape) with { HasDigits = AreDigits(ClassFolders(train)) }
                : null;
        }

        var classes = ClassFolders(folder);
        return classes.Count > 1 && ImageSample.Shape(Images(folder, classes)) is { } sample
            ? Proposal(
                DatasetFormat.Folder, folder, new SplitsSpec { Train = ["."], TestShare = 0.2 }, new ShareOrName(0.1, null), sample)
                with
            { HasDigits = AreDigits(classes) }
            : null;
    }

    private static SpecProposal Proposal(
        DatasetFormat format, DataFolder folder, SplitsSpec splits, ShareOrName validation, (ImageShape Shape, bool IsOnly) sample) => new()
        {
            Format = format,
            Root = folder.Path,
            Splits = splits,
            Validation = validation,
            InputShape = sample.Shape,
            HasOneShape = sample.IsOnly,
        };

    /// <summary>Full paths of the images in the first lines of a CSV; none when it lists no images.</summary>
    private static List<string> Listed(DataFolder folder, string csv)
    {
        try
        {
            return [.. File.ReadLines(folder.Full(csv)).Take(16)
                .SelectMany(line => line.Split(',').Take(8))
                .Select(cell => cell.Trim().Trim('"'))
                .Where(cell => ImageSample.IsImage(cell) && !Path.IsPathRooted(cell))
                .Select(folder.Full)
                .Where(File.Exists)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static List<string> ClassFolders(DataFolder folder) => [.. folder.Folders.Where(f => folder.Below(f).Images.Any())];

    private static IEnumerable<string> Images(DataFolder folder, IEnumerable<string> classes) =>
        classes.Select(folder.Below).SelectMany(c => c.Images.Take(ImagesPerFolder).Select(c.Full));

    private static bool AreDigits(IReadOnlyList<string> classes) => classes.All(c => c.Length == 1 && char.IsAsciiDigit(c[0]));
}
