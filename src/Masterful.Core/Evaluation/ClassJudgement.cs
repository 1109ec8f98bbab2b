using Masterful.Results;

namespace Masterful.Core.Evaluation;

/// <summary>A change of a class's figure, judged among those of all classes.</summary>
/// <param name="Change">Masterful − original; NaN where undefined.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end of its interval.</param>
/// <param name="P">Two-sided, corrected; null where undefined.</param>
/// <param name="Verdict">One of <see cref="Results.Verdict"/>.</param>
internal sealed record JudgedChange(double Change, double Low, double High, double? P, string? Verdict)
{
    /// <summary>Where there is no figure in an arm.</summary>
    internal static JudgedChange Undefined { get; } = new(double.NaN, double.NaN, double.NaN, null, Results.Verdict.Undefined);

    /// <summary>Where both arms are one and the same model.</summary>
    internal static JudgedChange Same { get; } = new(0, 0, 0, null, Results.Verdict.Same);
}

/// <summary>
/// Which classes got better or worse beyond noise: a test of each class's change over images and seeds, corrected for the number of classes
/// (Holm 1979), so that of classes that did not change none is named in all but one of twenty reports at 95% confidence.
/// </summary>
/// <remarks>
/// <para>
/// Three seeds can't tell how much a class depends on the luck of a training: their spread alone has two degrees of freedom, and corrected
/// for a hundred classes nothing would ever exceed it. What seeds do to a class beyond single images is therefore estimated as a share of
/// what they do to single images, over all classes together, and each class's own spread is drawn towards that (moderated, as
/// Smyth 2004, "Linear models and empirical Bayes methods", does for thousands of genes with three samples).
/// </para>
/// <para>
/// Half an image of each of the two opposite changes is added (Jeffreys' prior), so that a handful of images that all agree does not give an
/// interval of no width.
/// </para>
/// </remarks>
internal static class ClassJudgement
{
    /// <summary>Degrees of freedom with which the classes' common spread stands beside a class's own. More name more, and more wrongly where classes differ.</summary>
    private const double CommonDegrees = 20;

    /// <summary>
    /// What a training's luck is taken to do to all images of a class, as a share of what it does to single ones. An assumption, not a
    /// measurement: the simulated trainings hold with it, and its few degrees of freedom are soon outweighed by any data.
    /// </summary>
    private const double UsualLuck = 0.004;

    private const double UsualDegrees = 6;

    /// <summary>Judges the changes of one figure.</summary>
    /// <param name="differences">One a class; null where undefined.</param>
    /// <param name="confidence">That no class is named wrongly.</param>
    internal static IReadOnlyList<JudgedChange> Of(IReadOnlyList<ClassDifference?> differences, double confidence)
    {
        var defined = differences.OfType<ClassDifference>().ToList();
        var luck = Luck([.. defined.Select(d => d.Table)]);
        var estimates = defined.ConvertAll(d => Estimate.Of(d, luck, defined.Count));
        var p = estimates.ConvertAll(e => e.P);
        var (adjusted, levels) = (Holm.Adjust(p), Holm.Levels(p, 1 - confidence));
        var judged = new Queue<JudgedChange>(estimates.Select((e, i) => e.Judged(adjusted[i], levels[i])));
        return [.. differences.Select(d => d is null ? JudgedChange.Undefined : judged.Dequeue())];
    }

    /// <summary>Variance between seeds that all images of a class share, over that of single images, from all classes.</summary>
    private static double Luck(IReadOnlyList<CrossedSquares> tables)
    {
        var weight = tables.Sum(t => t.Images * Rest(t));
        if (weight == 0)
        {
            return UsualLuck;
        }

        var degrees = tables[0].Seeds - 1;
        var (usual, seen) = (UsualDegrees * weight / tables.Count, tables.Sum(t => t.OfSeeds - t.OfRest));
        return Math.Max(0, ((degrees * seen) + (usual * UsualLuck)) / ((degrees * weight) + usual));
    }

    /// <summary>With one seed, what it does to single images can't be told from how images differ: at most all of it.</summary>
    private static double Rest(CrossedSquares table) => table.Seeds > 1 ? table.OfRest : table.OfImages;

    private sealed record Estimate(double Change, double Error, double Degrees)
    {
        internal double P { get; } = Change == 0 ? 1 : StudentDistribution.TwoSided(Change / Error, Degrees);

        internal static Estimate Of(ClassDifference difference, double luck, int classes)
        {
            var table = difference.Table;
            var images = ((table.OfImages * (table.Images - 1)) + (table.Seeds * difference.Unit * difference.Unit)) / table.Images;
            var rest = Rest(table);
            var own = table.Seeds - 1;
            var common = Math.Min(CommonDegrees, UsualDegrees + ((classes - 1) * own));
            var seeds = ((own * table.OfSeeds) + (common * rest * (1 + (table.Images * luck)))) / (own + common);
            var shared = Math.Max(0, seeds - rest);
            var total = images + shared;
            // What single images vary by is estimated from them; of one seed only what is assumed beyond that is uncertain.
            var uncertain = own == 0 ? shared : seeds;
            var degrees = total * total / ((images * images / table.Images) + (uncertain * uncertain / (own + common)));
            return new Estimate(difference.Change, Math.Sqrt(total / table.Cells), Math.Max(1, degrees));
        }

        internal JudgedChange Judged(double adjusted, double level)
        {
            var half = StudentDistribution.Quantile(1 - (level / 2), Degrees) * Error;
            var (low, high) = (Math.Max(-1, Change - half), Math.Min(1, Change + half));
            return new JudgedChange(Change, low, high, adjusted, Verdict.Of(Change, low, high));
        }
    }
}
