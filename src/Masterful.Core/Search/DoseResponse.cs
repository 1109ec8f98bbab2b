using Masterful.Core.Spec;

namespace Masterful.Core.Search;

/// <summary>What an amount of added images does.</summary>
/// <param name="Share">Share of the added images that were used; 0 is the control, which has their compute and none of them.</param>
/// <param name="ValidationLoss">Mean select loss over the seeds, nats; NaN when a trial failed.</param>
/// <param name="ErrorRate">Mean select error over the seeds, 0..1; NaN when a trial failed.</param>
/// <param name="Gain">Mean fall of ln select loss against the control; null for the control, and where nothing could be compared.</param>
/// <param name="StandardError">Of the gain: the pairs' noise and the select split's sampling error.</param>
public sealed record DosePoint(double Share, double ValidationLoss, double ErrorRate, double? Gain, double? StandardError);

/// <summary>Whether synthetic or unlabeled images help a policy beyond the compute that they take, and how it depends on their amount.</summary>
/// <param name="Technique">Synthetic or unlabeled.</param>
/// <param name="Ratio">Added images for each labelled one at the full dose.</param>
/// <param name="EpochShare">Share of a whole training's epochs that the trials had; the control had more, to make up for the images.</param>
/// <param name="Seeds">Trials a dose.</param>
/// <param name="Points">The control first, then by rising dose; empty when the budget did not reach it.</param>
/// <param name="Accepted">The ratio that the policy uses; 0 when the images are not used.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record DoseResponse(
    Technique Technique, double Ratio, double EpochShare, int Seeds, IReadOnlyList<DosePoint> Points, double Accepted, string Reason);
