namespace Masterful.Core.Spec.Layouts;

/// <summary>What the name of a file or folder says about its split.</summary>
internal static class SplitWords
{
    private static readonly (string Word, string Split)[] Words =
    [
        ("unlabel", "unlabeled"), ("extra", "unlabeled"), ("synth", "synthetic"), ("train", "train"), ("test", "test"), ("t10k", "test"),
        ("valid", "validation"), ("val", "validation"), ("dev", "validation"),
    ];

    /// <summary>train, test, validation, unlabeled or synthetic; null when the name says none of them.</summary>
    public static string? SplitOf(string name) =>
        Words.FirstOrDefault(w => name.Contains(w.Word, StringComparison.OrdinalIgnoreCase)).Split;

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
}
