using Masterful.Core.Data;
using Masterful.Core.Spec;

namespace Masterful.Core.Trials;

/// <summary>How many images each split has: what a trial's cost follows from.</summary>
/// <param name="Train">Labelled training images, the select share taken away.</param>
/// <param name="Select">Images that choose policies.</param>
/// <param name="Test">Images that the gate compares on.</param>
/// <param name="Synthetic">Synthetic images, 0 when the split is absent.</param>
/// <param name="Unlabeled">Unlabeled images, 0 when the split is absent.</param>
public sealed record SplitSizes(int Train, int Select, int Test, int Synthetic = 0, int Unlabeled = 0)
{
    /// <summary>Of a run's splits.</summary>
    public static SplitSizes Of(DatasetSplits data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new(data.Train.Count, data.Select.Count, data.Test.Count, data.Synthetic?.Count ?? 0, data.Unlabeled?.Count ?? 0);
    }
}

/// <summary>What a trial costs, known before it runs: image-passes, 3 for each image trained on and 1 for each inferred.</summary>
public static class TrialCost
{
    /// <summary>
    /// Image-passes of a trial: 3 × images × epochs at its fidelity, synthetic and unlabeled images in their ratios included, plus one
    /// for each select image (and each test image when it evaluates the test split) and for each unlabeled image that a teacher labels.
    /// The teacher's training is a trial of its own.
    /// </summary>
    public static long ImagePasses(TrialSpec trial, SplitSizes sizes)
    {
        var images = trial.Fidelity.Images(sizes.Train);
        var added = trial.Policy[Technique.Synthetic] + trial.Policy[Technique.Unlabeled];
        var epochImages = images + (long)Math.Round(images * added, MidpointRounding.AwayFromZero);
        return (3 * epochImages * trial.Fidelity.Epochs(trial.Recipe)) + sizes.Select + (trial.EvaluateTest ? sizes.Test : 0)
            + (trial.Policy[Technique.Unlabeled] > 0 ? sizes.Unlabeled : 0);
    }

    /// <summary>Image-passes of the final stage with a policy of no added images: original and masterful, every seed.</summary>
    public static long FinalStage(TrialSpec template, SplitSizes sizes, int seeds) =>
        2L * seeds * ImagePasses(template with { Fidelity = Training.Fidelity.Full, EvaluateTest = true }, sizes);
}
