namespace Masterful.Core.Spec.Layouts;

/// <summary>A folder that holds the folders of classes.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Classes">The folders of its classes.</param>
/// <param name="Pattern">Where each class holds folders of its splits: their names by split.</param>
internal sealed record ClassRoot(DataFolder Folder, IReadOnlyList<DataFolder> Classes, IReadOnlyDictionary<string, string>? Pattern = null)
{
    /// <summary>The split that the nearest name above says, its own first; null for none.</summary>
    public string? Split { get; } = Folder.Up().Select(f => f.Split).FirstOrDefault(s => s is not null);

    /// <summary>Its path with stars for the words of splits: equal for the parts of one data set.</summary>
    public string Key { get; } = string.Join('/', Folder.Up().Where(f => f.Parent is not null).Select(f => SplitWords.WithoutSplit(f.Name)).Reverse());

    /// <summary>How many folders above it, up to the one that was asked about.</summary>
    public int Depth { get; } = Folder.Up().Count() - 1;

    /// <summary>Names of its classes.</summary>
    public IReadOnlyList<string> Names { get; } = [.. Classes.Select(c => c.Name)];

    /// <summary>The share of another's classes that it has, too.</summary>
    public double Overlap(ClassRoot other) => (double)other.Names.Intersect(Names, StringComparer.Ordinal).Count() / Math.Max(1, other.Names.Count);

    /// <summary>All in a folder and below.</summary>
    public static IReadOnlyList<ClassRoot> Find(DataFolder folder)
    {
        var withImages = folder.Folders.Where(f => f.HasImages).ToList();
        if (ByPattern(folder, withImages) is { } pattern)
        {
            return [pattern];
        }

        // A folder called train among others may be a class of vehicles; two folders called after splits are splits.
        var classes = withImages.Where(f => f.Images.Count > 0 && !IsPart(f)).ToList();
        if (classes.Count > 1 || HasOneFolderEach(withImages))
        {
            var all = withImages.Where(f => !IsPart(f)).ToList();
            return [new ClassRoot(folder, all), .. withImages.Where(f => f.Split is not null && f.Images.Count == 0).SelectMany(Find)];
        }

        var below = withImages.ToDictionary(f => f, Find);
        var groups = withImages.Where(f => f.Split is null).ToList();
        // Groups of kinds, such as train/mammals/cat: all that a split's folder holds belongs to the split.
        return folder.Split is not null && groups.Count > 1 && groups.Count == withImages.Count && !groups.Exists(g => below[g].Any(r => r.Split != folder.Split))
            ? [new ClassRoot(folder, groups)]
            : [.. below.Values.SelectMany(r => r)];
    }

    /// <summary>Whether a folder is part of a data set and no class: called after a split, or after one among other words and without images of its own.</summary>
    private static bool IsPart(DataFolder folder) => folder.Images.Count > 0
        ? folder.Split is not (null or "train") && SplitWords.IsSplitAlone(folder.Name)
        : folder.Split is not null;

    /// <summary>Classes that each hold their images in one folder of the same name: train/cat/images/1.png.</summary>
    private static bool HasOneFolderEach(List<DataFolder> folders)
    {
        var inner = folders.Where(f => f.Split is null && f.Images.Count == 0).Select(f => f.Folders.Where(g => g.HasImages).ToList()).ToList();
        return inner.Count > 1 && inner.Count == folders.Count(f => f.Split is null)
            && inner.TrueForAll(i => i is [{ Split: null, Images.Count: > 0 } only] && only.Name == inner[0][0].Name);
    }

    /// <summary>Classes that each hold folders of their splits: cat/train/1.png beside cat/test/2.png.</summary>
    private static ClassRoot? ByPattern(DataFolder folder, List<DataFolder> folders)
    {
        var classes = folders.Where(f => f.Split is null && f.Folders.Any(g => g.Split == "train" && g.Images.Count > 0)).ToList();
        if (classes.Count < 2 || classes.Count != folders.Count(f => f.Split is null))
        {
            return null;
        }

        var names = classes.SelectMany(c => c.Folders).Where(g => g.Split is not null && g.Images.Count > 0)
            .GroupBy(g => g.Split!).ToDictionary(g => g.Key, g => g.GroupBy(f => f.Name).MaxBy(n => n.Count())!.Key);
        return new ClassRoot(folder, classes, names);
    }
}
