namespace Masterful.Core.Spec.Layouts;

/// <summary>A folder a class: which of the folders of classes train, which judge, and what a spec says of them.</summary>
internal static class ClassFolderLayout
{
    private const int ImagesPerFolder = 4;

    /// <summary>A proposal for each folder of classes that may train.</summary>
    /// <param name="roots">All folders of classes.</param>
    public static IEnumerable<LayoutCandidate> Candidates(IReadOnlyList<ClassRoot> roots)
    {
        foreach (var train in roots.Where(r => r.Split is null or "train"))
        {
            if (train.Pattern is { } pattern)
            {
                if (Proposal(train, train.Folder, Pattern(pattern)) is { } proposal)
                {
                    yield return new LayoutCandidate(proposal, train.Folder, IsNamed: true) { Uses = [train.Folder] };
                }

                continue;
            }

            var others = roots.Where(r => r != train && r.Pattern is null).ToList();
            var (test, validation, synthetic) = (Partner(train, others, "test"), Partner(train, others, "validation"), Partner(train, others, "synthetic"));
            ClassRoot[] used = [train, .. new[] { test, validation, synthetic }.OfType<ClassRoot>()];
            var root = used.Length == 1 && train.Split == "train" ? train.Folder.Parent ?? train.Folder : Common(used.Select(u => u.Folder));
            var unlabeled = root.All().FirstOrDefault(f => f.Split == "unlabeled" && f.HasImages && SplitWords.IsSplitAlone(f.Name) && !used.Any(u => f.Up().Contains(u.Folder) && u.Folder != root));
            var splits = new SplitsSpec
            {
                Train = [Below(root, train.Folder)],
                Test = test is null ? [] : [Below(root, test.Folder)],
                TestShare = test is null ? 0.2 : null,
                Synthetic = synthetic is null ? [] : [Below(root, synthetic.Folder)],
                Unlabeled = unlabeled is null ? [] : [Below(root, unlabeled)],
            };
            DataFolder[] uses = [.. used.Select(u => u.Folder), .. unlabeled is null ? [] : new[] { unlabeled }];
            if (Proposal(train, root, (splits, validation is null ? new ShareOrName(0.1, null) : new ShareOrName(null, Below(root, validation.Folder)))) is { } found)
            {
                // What is called a test and can't be one would else be a class among the others.
                var isMixed = train.Folder.Folders.Any(f => f.HasImages && !train.Classes.Contains(f) && !uses.Any(u => u.Up().Contains(f)));
                yield return new LayoutCandidate(isMixed ? found with { Classes = train.Names } : found, train.Folder, train.Split == "train") { Uses = uses };
            }
        }
    }

    private static SpecProposal? Proposal(ClassRoot train, DataFolder root, (SplitsSpec Splits, ShareOrName Validation) parts) =>
        ImageSample.Shape(train.Classes.SelectMany(c => c.All().SelectMany(f => f.Images.Select(f.Full)).Take(ImagesPerFolder))) is not { } sample ? null : new SpecProposal
        {
            Format = DatasetFormat.Folder,
            Root = root.Path,
            Splits = parts.Splits,
            Validation = parts.Validation,
            InputShape = sample.Shape,
            HasOneShape = sample.IsOnly,
            HasDigits = train.Names.All(n => n.Length == 1 && char.IsAsciiDigit(n[0])),
        };

    private static (SplitsSpec Splits, ShareOrName Validation) Pattern(IReadOnlyDictionary<string, string> names)
    {
        IReadOnlyList<string> Of(string split) => names.TryGetValue(split, out var name) ? [$"*/{name}"] : [];
        return (
            new SplitsSpec { Train = Of("train"), Test = Of("test"), TestShare = names.ContainsKey("test") ? null : 0.2, Synthetic = Of("synthetic") },
            names.ContainsKey("validation") ? new ShareOrName(null, Of("validation")[0]) : new ShareOrName(0.1, null));
    }

    /// <summary>The folder of a split that belongs to train: with the same classes, and by its path the likeliest.</summary>
    private static ClassRoot? Partner(ClassRoot train, List<ClassRoot> others, string split) => others
        .Where(o => o.Split == split && train.Overlap(o) >= 0.5)
        .OrderByDescending(o => o.Key == train.Key)
        .ThenByDescending(train.Overlap)
        .ThenByDescending(o => Common([o.Folder, train.Folder]).Up().Count())
        .ThenBy(o => o.Folder.Path, StringComparer.Ordinal)
        .FirstOrDefault();

    private static DataFolder Common(IEnumerable<DataFolder> folders) =>
        folders.Select(f => f.Up().Reverse()).Aggregate((a, b) => a.Zip(b).TakeWhile(p => p.First == p.Second).Select(p => p.First)).Last();

    private static string Below(DataFolder root, DataFolder folder) => FolderPath.Below(root.Path, folder.Path)!;
}
