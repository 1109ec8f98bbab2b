using Masterful.Core.Data;
using Masterful.Core.Evaluation;

namespace Masterful.Core.Trials;

/// <summary>
/// Which unlabeled images a student learns from, and as what: those that its teacher is sure of, in the proportions of the classes of
/// the labelled images (Xie, Luong, Hovy and Le, "Self-training with Noisy Student improves ImageNet classification", CVPR 2020).
/// </summary>
/// <param name="Positions">Positions of the images; an image of a class that the teacher finds seldom may stand several times.</param>
/// <param name="Classes">Class of each of them.</param>
public sealed record PseudoLabels(IReadOnlyList<int> Positions, IReadOnlyList<int> Classes)
{
    /// <summary>Least calibrated confidence of a teacher whose word is taken.</summary>
    public const double Confidence = 0.95;

    /// <summary>An image of a class that is short of images is shown this many times as often at most.</summary>
    private const int MostRepeats = 4;

    /// <summary>Chooses.</summary>
    /// <param name="teacher">The teacher's logits on unlabeled images, as they are, not augmented.</param>
    /// <param name="temperature">Which makes its confidence honest: fitted on the select split.</param>
    /// <param name="labelled">Labelled images of each class.</param>
    /// <param name="dose">Share of the unlabeled images that may be used, over 0 to 1; a larger share holds the smaller one's images.</param>
    /// <param name="seed">Of the choice of that share.</param>
    public static PseudoLabels Of(Predictions teacher, double temperature, IReadOnlyList<int> labelled, double dose, long seed)
    {
        var sure = new List<(int Position, double Confidence)>[teacher.ClassCount];
        for (var c = 0; c < sure.Length; c++)
        {
            sure[c] = [];
        }

        foreach (var position in Dose(teacher.Count, dose, seed))
        {
            var (best, confidence) = Say(teacher[position], temperature);
            if (confidence >= Confidence)
            {
                sure[best].Add((position, confidence));
            }
        }

        var (positions, classes) = (new List<int>(), new List<int>());
        var (kept, labels) = (sure.Sum(s => s.Count), Math.Max(1, labelled.Sum()));
        for (var c = 0; c < sure.Length; c++)
        {
            var quota = (int)Math.Round((double)kept * labelled[c] / labels, MidpointRounding.AwayFromZero);
            int[] ranked = [.. sure[c].OrderByDescending(s => s.Confidence).ThenBy(s => s.Position).Select(s => s.Position)];
            for (var i = 0; i < Math.Min(quota, MostRepeats * ranked.Length); i++)
            {
                positions.Add(ranked[i % ranked.Length]);
                classes.Add(c);
            }
        }

        return new PseudoLabels(positions, classes);
    }

    /// <summary>The likeliest class, and its probability after the logits are divided by the temperature.</summary>
    private static (int Class, double Confidence) Say(ReadOnlySpan<float> logits, double temperature)
    {
        var best = 0;
        for (var c = 1; c < logits.Length; c++)
        {
            best = logits[c] > logits[best] ? c : best;
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp((logit - logits[best]) / temperature);
        }

        return (best, 1 / sum);
    }

    private static IEnumerable<int> Dose(int count, double dose, long seed) => dose >= 1
        ? Enumerable.Range(0, count)
        : Enumerable.Range(0, count).OrderBy(i => Stratification.Rank((ulong)i, (ulong)seed)).Take((int)Math.Ceiling(dose * count));
}
