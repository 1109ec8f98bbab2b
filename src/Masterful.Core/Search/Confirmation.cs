using Masterful.Core.Evaluation;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Search;

/// <summary>A policy against no policy, in pairs of whole trainings on seeds that no choice was made by.</summary>
/// <param name="Pairs">Pairs of which both trainings completed.</param>
/// <param name="Gain">Mean fall of ln select loss; NaN without a pair.</param>
/// <param name="StandardError">Of the gain: the pairs' noise and the select split's sampling error.</param>
internal sealed record Confirmation(int Pairs, double Gain, double StandardError)
{
    /// <summary>The policy stays when its fresh gain is over this many standard errors.</summary>
    private const double Threshold = 1.15;

    /// <summary>Whether the policy's gain is there on fresh seeds too.</summary>
    public bool Holds => Gain > Threshold * StandardError;

    /// <summary>Compares.</summary>
    /// <param name="original">Trainings of no policy.</param>
    /// <param name="masterful">Trainings of the policy, paired by position.</param>
    /// <param name="pairedNoise">Standard deviation of ln loss between the two of a pair.</param>
    public static Confirmation Of(IReadOnlyList<TrialResult> original, IReadOnlyList<TrialResult> masterful, double pairedNoise)
    {
        var pairs = original.Zip(masterful).Where(p => IsWhole(p.First) && IsWhole(p.Second)).ToList();
        var gain = pairs.Count > 0 ? pairs.Average(p => Math.Log(p.First.SelectLoss / p.Second.SelectLoss)) : double.NaN;
        return new Confirmation(pairs.Count, gain, Math.Sqrt((pairedNoise * pairedNoise / pairs.Count) + SamplingVariance(pairs)));
    }

    /// <summary>In a sentence.</summary>
    public override string ToString() => Pairs == 0
        ? "No pair of whole trainings of what was found completed, so that no policy is used."
        : $"In whole trainings on {Pairs} fresh seed{(Pairs == 1 ? "" : "s")} the policy that was found changed validation loss by {Figures.SignedPercent(Math.Exp(-Gain) - 1)} ± {Figures.Percent(StandardError, 1)}: "
            + (Holds ? "it holds." : "it does not hold, so that no policy is used.");

    private static bool IsWhole(TrialResult result) => result.Status == TrialStatus.Completed && double.IsFinite(result.SelectLoss);

    /// <summary>
    /// Variance of the gain over other select images, to first order: of the mean over images of each image's loss, as a share of the
    /// arm's loss, original less masterful. Zero for trials without predictions.
    /// </summary>
    private static double SamplingVariance(List<(TrialResult Original, TrialResult Masterful)> pairs)
    {
        if (pairs.Count == 0 || pairs.Any(p => p.Original.Select is null || p.Masterful.Select is null))
        {
            return 0;
        }

        var shares = new double[pairs[0].Original.Select!.Count];
        foreach (var (original, masterful) in pairs)
        {
            var (before, after) = (TemperatureScaling.Losses(original.Select!), TemperatureScaling.Losses(masterful.Select!));
            for (var i = 0; i < shares.Length; i++)
            {
                shares[i] += ((before[i] / original.SelectLoss) - (after[i] / masterful.SelectLoss)) / pairs.Count;
            }
        }

        var mean = shares.Average();
        return shares.Sum(s => (s - mean) * (s - mean)) / Math.Max(1, shares.Length - 1) / shares.Length;
    }
}
