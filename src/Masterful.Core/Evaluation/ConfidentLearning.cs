namespace Masterful.Core.Evaluation;

/// <summary>
/// How many labels are wrong, and between which classes, as cross-validated predictions show it: Northcutt, Jiang and Chuang,
/// "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021). What is estimated includes the images that the
/// models themselves are confidently wrong about, so it is nearer to the truth the better they are.
/// </summary>
public sealed class ConfidentLearning
{
    private const int NoClass = -1;
    private readonly ClassProbabilities _probabilities;
    private readonly int[] _confident;

    private ConfidentLearning(ClassProbabilities probabilities)
    {
        _probabilities = probabilities;
        Thresholds = ThresholdsOf(probabilities);
        _confident = [.. Enumerable.Range(0, probabilities.Count).Select(ConfidentClass)];
        ConfidentJoint = Count();
        Joint = Calibrate();
    }

    /// <summary>
    /// For each class the mean probability that images labelled so are given of it (section 3.1): over it an image confidently belongs
    /// to the class. Infinite for a class that no image is labelled as.
    /// </summary>
    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>
    /// Images by given label (row) and the class that they confidently belong to (column): equation 1. Images that belong to none
    /// confidently are not counted.
    /// </summary>
    public IReadOnlyList<int[]> ConfidentJoint { get; }

    /// <summary>
    /// Estimated joint distribution of given (row) and true label (column): the confident joint with each row scaled to the number of
    /// images labelled so, over all images (equation 3). A class without a confident image is taken to be labelled right.
    /// </summary>
    public IReadOnlyList<double[]> Joint { get; }

    /// <summary>Estimated share of all labels that are wrong: what lies off the joint's diagonal.</summary>
    public double WrongShare => Joint.Select((row, given) => row.Sum() - row[given]).Sum();

    /// <summary>Share of the images to which the models give another class than the label the highest probability.</summary>
    public double ErrorRate => _probabilities.Count == 0
        ? double.NaN
        : Enumerable.Range(0, _probabilities.Count).Count(i => MostProbable(_probabilities[i]) != _probabilities.Labels[i]) / (double)_probabilities.Count;

    /// <summary>Estimates.</summary>
    /// <param name="probabilities">Of each image by a model that was not trained on it.</param>
    public static ConfidentLearning Of(ClassProbabilities probabilities) => new(probabilities);

    /// <summary>Estimated share of the labels of a class that are wrong; 0 for a class without images.</summary>
    public double WrongShareOf(int given) => Joint[given].Sum() is > 0 and var all ? (all - Joint[given][given]) / all : 0;

    /// <summary>The class that images of a label most often belong to instead, or null when none does.</summary>
    public int? MostOftenInstead(int given)
    {
        var others = Joint[given].Index().Where(j => j.Index != given && j.Item > 0).ToList();
        return others.Count == 0 ? null : others.MaxBy(j => j.Item).Index;
    }

    /// <summary>
    /// The images that confidently belong to another class than their label says (off the confident joint's diagonal), and that this
    /// class is more probable for than the label; in no order.
    /// </summary>
    public IEnumerable<LabelIssue> Issues() =>
        from image in Enumerable.Range(0, _probabilities.Count)
        let issue = LabelIssue.Of(_probabilities, image, _confident[image] == NoClass ? _probabilities.Labels[image] : _confident[image])
        where issue.Suggested != issue.Given && issue.SuggestedProbability > issue.GivenProbability
        select issue;

    private static double[] ThresholdsOf(ClassProbabilities probabilities)
    {
        var (sums, counts) = (new double[probabilities.ClassCount], new int[probabilities.ClassCount]);
        for (var i = 0; i < probabilities.Count; i++)
        {
            var label = probabilities.Labels[i];
            sums[label] += probabilities[i][label];
            counts[label]++;
        }

        return [.. sums.Zip(counts, (sum, count) => count == 0 ? double.PositiveInfinity : sum / count)];
    }

    /// <summary>The most probable of the classes over their thresholds, or none.</summary>
    private int ConfidentClass(int image)
    {
        var row = _probabilities[image];
        var best = NoClass;
        for (var c = 0; c < row.Length; c++)
        {
            if (row[c] >= Thresholds[c] && (best == NoClass || row[c] > row[best]))
            {
                best = c;
            }
        }

        return best;
    }

    private static int MostProbable(ReadOnlySpan<double> row)
    {
        var best = 0;
        for (var c = 1; c < row.Length; c++)
        {
            best = row[c] > row[best] ? c : best;
        }

        return best;
    }

    private int[][] Count()
    {
        var joint = Enumerable.Range(0, _probabilities.ClassCount).Select(_ => new int[_probabilities.ClassCount]).ToArray();
        foreach (var (label, confident) in _probabilities.Labels.Zip(_confident).Where(x => x.Second != NoClass))
        {
            joint[label][confident]++;
        }

        return joint;
    }

    private double[][] Calibrate()
    {
        var labelled = _probabilities.Labels.CountBy(l => l).ToDictionary();
        return [.. ConfidentJoint.Select((row, given) =>
        {
            var share = labelled.GetValueOrDefault(given) / (double)Math.Max(1, _probabilities.Count);
            var confident = row.Sum();
            return row.Select((count, truth) => share * (confident > 0 ? count / (double)confident : truth == given ? 1 : 0)).ToArray();
        })];
    }
}
