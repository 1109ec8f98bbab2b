using Masterful.Results;

namespace Masterful.Reporting.PullRequest;

/// <summary>
/// This run's result against the base branch's: what may be compared, what differs besides, and the change with an interval. The
/// files hold no predictions of single images, so the two runs count as independent; on the same test images that makes the interval
/// wider than need be, never narrower.
/// </summary>
internal sealed class BaseComparison
{
    public BaseComparison(RunResult result, RunResult baseline)
    {
        Baseline = baseline;
        SameTest = result.Dataset.Evaluated == baseline.Dataset.Evaluated && EvaluatedSplit.Images(result) == EvaluatedSplit.Images(baseline)
            && result.Dataset.Classes.SequenceEqual(baseline.Dataset.Classes)
            && TestClasses(result).SequenceEqual(TestClasses(baseline));
        Differences = [.. Differing(result, baseline)];
        Unchanged = Differences.Count == 0 && result.Original.ErrorRatePerSeed.SequenceEqual(baseline.Original.ErrorRatePerSeed)
            && result.Masterful.ErrorRatePerSeed.SequenceEqual(baseline.Masterful.ErrorRatePerSeed);
    }

    public RunResult Baseline { get; }

    /// <summary>Whether as many test images of each of the same classes were measured: without that no change is claimed.</summary>
    public bool SameTest { get; }

    /// <summary>What else differs, as sentences of ours without a full stop; data first.</summary>
    public IReadOnlyList<string> Differences { get; }

    /// <summary>Whether both results are the same, figure by figure.</summary>
    public bool Unchanged { get; }

    /// <summary>The change of a figure and half its interval's width.</summary>
    public static (double Change, double Half) Change((double Value, double Low, double High) now, (double Value, double Low, double High) then)
    {
        var (half, halfThen) = ((now.High - now.Low) / 2, (then.High - then.Low) / 2);
        return (now.Value - then.Value, Math.Sqrt((half * half) + (halfThen * halfThen)));
    }

    private static IEnumerable<string> Differing(RunResult now, RunResult then)
    {
        if (now.Dataset.Fingerprint != then.Dataset.Fingerprint)
        {
            yield return (Counts(now, "train"), Counts(then, "train")) is var (train, before) && train != before
                ? $"the data ({Figures.Count(before)} → {Figures.Count(train)} training images)"
                : "the data";
        }

        (string Name, string Now, string Then)[] parts =
        [
            ("model", now.Model.Name, then.Model.Name),
            ("epochs", $"{now.Recipe.Epochs}", $"{then.Recipe.Epochs}"),
            ("batch size", $"{now.Recipe.BatchSize}", $"{then.Recipe.BatchSize}"),
            ("learning rate", Figures.Short(now.Recipe.LearningRate, 6), Figures.Short(then.Recipe.LearningRate, 6)),
            ("weight decay", Figures.Short(now.Recipe.WeightDecay, 6), Figures.Short(then.Recipe.WeightDecay, 6)),
            ("optimizer", now.Recipe.Optimizer, then.Recipe.Optimizer),
            ("precision", now.Recipe.Precision, then.Recipe.Precision),
            ("seeds", $"{now.Recipe.Seeds}", $"{then.Recipe.Seeds}"),
            ("device", Device(now), Device(then)),
            ("engine", now.Run.EngineVersion, then.Run.EngineVersion),
        ];
        foreach (var (name, today, before) in parts.Where(p => p.Now != p.Then))
        {
            yield return $"{name} ({MarkdownText.Code(before)} → {MarkdownText.Code(today)})";
        }

        if (now.Model.Name == then.Model.Name && now.Model.Fingerprint != then.Model.Fingerprint)
        {
            yield return "the model's code, options or input shape";
        }
    }

    private static int Counts(RunResult result, string split) => result.Dataset.Counts.GetValueOrDefault(split);

    private static IEnumerable<int> TestClasses(RunResult result) => result.Dataset.ClassCounts.GetValueOrDefault("test") ?? [];

    private static string Device(RunResult result) => result.Run.Device.Split(':')[0];
}
