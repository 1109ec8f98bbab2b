using Masterful.Core.Evaluation;

namespace Masterful.Core.Tests.Evaluation;

/// <summary>
/// Trainings whose truth is known: images differ in difficulty, most never wrong and some always; a training is lucky or unlucky with a whole
/// class, beyond its images, by as much as <paramref name="Luck"/> says on the scale of the log odds; the rest is chance.
/// </summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Images">Of each class.</param>
/// <param name="Seeds">Pairs.</param>
/// <param name="Luck">Standard deviation of a training's luck with a class.</param>
internal sealed record SimulatedTrainings(int Classes, int Images, int Seeds, double Luck)
{
    /// <summary>Whether luck differs: none in the even classes, twice as much in the others.</summary>
    public bool Uneven { get; init; }

    /// <summary>What is truly added to the log odds of an error of a class by the masterful model.</summary>
    public Func<int, double> Effect { get; init; } = _ => 0;

    /// <summary>How hard a class is: added to the log odds of every image of it.</summary>
    public Func<int, double> Hardness { get; init; } = c => -2 + (c % 7 / 2.0);

    /// <summary>Draws test images and trains both arms on every seed.</summary>
    public PairedPredictions Draw(int run)
    {
        var variates = new RandomVariates(Core.Runtime.Seeds.Derive(run, $"{this with { Effect = null!, Hardness = null! }}"));
        int[] labels = [.. Enumerable.Range(0, Classes * Images).Select(i => i % Classes)];
        double[] odds = [.. labels.Select(l => Hardness(l) + (2.5 * variates.Normal()))];
        int[] confused = [.. labels.Select(l => (l + 1 + (variates.Normal() > 0.5 ? 1 : 0)) % Classes)];
        int[] Train(bool masterful)
        {
            double[] luck = [.. Enumerable.Range(0, Classes).Select(c => (variates.Normal() * Luck * (Uneven ? 2 * (c % 2) : 1)) + (masterful ? Effect(c) : 0))];
            return [.. labels.Select((label, i) => variates.Uniform() < 1 / (1 + Math.Exp(-odds[i] - luck[label])) ? confused[i] : label)];
        }

        return new PairedPredictions(labels, Classes, [.. Enumerable.Range(0, Seeds).Select(_ => Train(false))], [.. Enumerable.Range(0, Seeds).Select(_ => Train(true))]);
    }
}
