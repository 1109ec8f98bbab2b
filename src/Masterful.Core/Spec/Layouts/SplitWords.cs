namespace Masterful.Core.Spec.Layouts;

/// <summary>What the name of a file or folder says about its split.</summary>
internal static class SplitWords
{
    /// <summary>Whole words of a name. What is called a test, in whatever way, is never trained on.</summary>
    private static readonly Dictionary<string, string> Words = new[]
    {
        ("train", "train training trn trainval"),
        ("test", "test tests testing tst t10k eval evaluation holdout heldout"),
        ("validation", "val valid validation validate dev devel"),
        ("unlabeled", "unlabeled unlabelled unlabel extra unsup unsupervised"),
        ("synthetic", "synth synthetic"),
    }.SelectMany(split => split.Item2.Split(' ').Select(word => (Word: word, Split: split.Item1))).ToDictionary(w => w.Word, w => w.Split);

    /// <summary>What is written together with such a word: <c>traindata</c>, <c>testset2</c>.</summary>
    private static readonly string[] Besides = ["pictures", "dataset", "photos", "folder", "images", "image", "files", "split", "data", "imgs", "pics", "set", "img", "dir"];

    /// <summary>Which of several words decides: what is not for training wins, but <c>train_val</c> trains.</summary>
    private static readonly string[] Order = ["unlabeled", "synthetic", "test", "train", "validation"];

    /// <summary>train, test, validation, unlabeled or synthetic; null when the name says none of them, or both train and test.</summary>
    public static string? SplitOf(string name)
    {
        var found = Parts(HoldOut(name)).Select(p => p.Split).OfType<string>().ToHashSet();
        return found.Contains("train") && found.Contains("test") && !found.Contains("unlabeled") ? null : Array.Find(Order, found.Contains);
    }

    /// <summary>The name with a star for each word that says a split: equal for the parts of one data set.</summary>
    public static string WithoutSplit(string name) => string.Join('_', Parts(name).Select(p => p.Split is null ? p.Word : "*"));

    /// <summary>Whether a name says a split and nothing else: <c>test tubes</c> may be a class.</summary>
    public static bool IsSplitAlone(string name) =>
        SplitOf(name) is not null && Parts(HoldOut(name)).All(p => p.Split is not null || Besides.Contains(p.Word) || p.Word.All(char.IsAsciiDigit));

    /// <summary>
    /// The splits that some names make, one name a split; null when none is train. Without a test name a fifth of train is test.
    /// </summary>
    public static (SplitsSpec Splits, ShareOrName Validation)? Assign(IEnumerable<string> names)
    {
        var bySplit = names.GroupBy(n => SplitOf(n) ?? "").ToDictionary(g => g.Key, g => g.First());
        if (!bySplit.TryGetValue("train", out var train))
        {
            return null;
        }

        return (
            new SplitsSpec
            {
                Train = [train],
                Test = Of("test"),
                TestShare = bySplit.ContainsKey("test") ? null : 0.2,
                Unlabeled = Of("unlabeled"),
                Synthetic = Of("synthetic"),
            },
            bySplit.TryGetValue("validation", out var validation) ? new ShareOrName(null, validation) : new ShareOrName(0.1, null));

        IReadOnlyList<string> Of(string split) => bySplit.TryGetValue(split, out var name) ? [name] : [];
    }

    private static string HoldOut(string name) => "-_ .".Aggregate(name, (n, c) =>
        n.Replace($"hold{c}out", "holdout", StringComparison.OrdinalIgnoreCase).Replace($"held{c}out", "heldout", StringComparison.OrdinalIgnoreCase));

    /// <summary>The words of a name in lower case: runs of letters and digits, parted where a capital follows a small letter.</summary>
    private static IEnumerable<(string Word, string? Split)> Parts(string name)
    {
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var ends = i == name.Length || !char.IsLetterOrDigit(name[i]);
            if (ends || (i > start && char.IsUpper(name[i]) && char.IsLower(name[i - 1])))
            {
                if (i > start)
                {
                    var word = name[start..i].ToLowerInvariant();
                    yield return (word, Meaning(word));
                }

                start = ends ? i + 1 : i;
            }
        }
    }

    private static string? Meaning(string word)
    {
        if (Words.TryGetValue(word, out var split))
        {
            return split;
        }

        var bare = word.TrimEnd("0123456789".ToCharArray());
        var stem = Array.Find(Besides, b => bare.EndsWith(b, StringComparison.Ordinal)) is { } after ? bare[..^after.Length] : bare;
        stem = Array.Find(Besides, b => stem.StartsWith(b, StringComparison.Ordinal)) is { } before ? stem[before.Length..] : stem;
        return Words.GetValueOrDefault(stem);
    }
}
