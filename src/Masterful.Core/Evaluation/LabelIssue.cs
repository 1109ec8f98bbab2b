namespace Masterful.Core.Evaluation;

/// <summary>A label that is likely wrong.</summary>
/// <param name="Image">The image.</param>
/// <param name="Given">The label that it carries.</param>
/// <param name="Suggested">The label that it more likely should carry.</param>
/// <param name="GivenProbability">What a model that was not trained on it, nor on a copy, gives the label.</param>
/// <param name="SuggestedProbability">What that model gives the suggestion.</param>
public sealed record LabelIssue(int Image, int Given, int Suggested, double GivenProbability, double SuggestedProbability)
{
    /// <summary>Whether the models confidently see the suggestion; else it is a copy with another label that makes this an issue.</summary>
    public bool IsConfident { get; init; } = true;

    /// <summary>Exact copies of the image that carry other labels.</summary>
    public IReadOnlyList<int> Copies { get; init; } = [];

    /// <summary>
    /// How likely the label is wrong, 0..1: the margin by which the suggestion is more probable than the label (the paper's rank by
    /// normalized margin). It is preferred to the label's own improbability because that is also low for an image that a model can
    /// make nothing of, whose label need not be wrong. Of exact copies with different labels one must be wrong, so there the margin
    /// is relative to the two labels alone.
    /// </summary>
    public double Score
    {
        get
        {
            var margin = SuggestedProbability - GivenProbability;
            return Copies.Count == 0 || margin <= 0 ? Math.Max(0, margin) : margin / (SuggestedProbability + GivenProbability);
        }
    }

    /// <summary>An image with a suggestion.</summary>
    internal static LabelIssue Of(ClassProbabilities probabilities, int image, int suggested)
    {
        var given = probabilities.Labels[image];
        return new LabelIssue(image, given, suggested, probabilities[image][given], probabilities[image][suggested]);
    }
}

/// <summary>All that is to be looked at, the surest first.</summary>
public static class LabelRanking
{
    /// <summary>
    /// Joins the labels that confident learning doubts with exact copies that carry different labels: of those, the ones whose label
    /// is not the most probable of the labels that the copies carry.
    /// </summary>
    /// <param name="probabilities">Of each image by a model that was trained on none of its copies.</param>
    /// <param name="learning">What was learned from them.</param>
    /// <param name="conflicts">Groups of exact copies with different labels.</param>
    public static IReadOnlyList<LabelIssue> Of(
        ClassProbabilities probabilities, ConfidentLearning learning, IEnumerable<IReadOnlyList<int>> conflicts)
    {
        var issues = learning.Issues().ToDictionary(i => i.Image);
        foreach (var copies in conflicts)
        {
            var likely = copies.Select(c => probabilities.Labels[c]).Distinct().MaxBy(label => probabilities[copies[0]][label]);
            foreach (var image in copies)
            {
                var others = copies.Where(c => probabilities.Labels[c] != probabilities.Labels[image]).ToArray();
                if (issues.TryGetValue(image, out var doubted))
                {
                    issues[image] = doubted with { Copies = others };
                }
                else if (probabilities.Labels[image] != likely)
                {
                    issues[image] = LabelIssue.Of(probabilities, image, likely) with { IsConfident = false, Copies = others };
                }
            }
        }

        return [.. issues.Values.OrderByDescending(i => i.Score).ThenBy(i => i.GivenProbability).ThenBy(i => i.Image)];
    }
}
