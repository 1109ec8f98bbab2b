namespace Masterful.Core.Spec.Layouts;

/// <summary>Layouts of image files: a folder a class.</summary>
internal static class ImageFileLayouts
{
    private const int ImagesPerFolder = 4;

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

    private static List<string> ClassFolders(DataFolder folder) => [.. folder.Folders.Where(f => folder.Below(f).Images.Any())];

    private static IEnumerable<string> Images(DataFolder folder, IEnumerable<string> classes) =>
        classes.Select(folder.Below).SelectMany(c => c.Images.Take(ImagesPerFolder).Select(c.Full));

    private static bool AreDigits(IReadOnlyList<string> classes) => classes.All(c => c.Length == 1 && char.IsAsciiDigit(c[0]));
}
