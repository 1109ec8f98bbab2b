using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;

namespace Masterful.Core.Trials;

/// <summary>
/// Everything that determines a trial's result: a trial is a pure function of this record, whose hash, its key,
/// is its name in the journal.
/// </summary>
public sealed record TrialSpec
{
    /// <summary>What the model is trained with.</summary>
    public required Policy Policy { get; init; }

    /// <summary>How it is trained.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>How much of a full training it is.</summary>
    public Fidelity Fidelity { get; init; } = Fidelity.Full;

    /// <summary>
    /// Origin of the trial's random streams: initialisation, batch order, augmentation, dropout. Trials that differ in policy alone
    /// and share a seed are paired: they share initialisation, order and the draws of the techniques that both use.
    /// </summary>
    public required long Seed { get; init; }

    /// <summary>Fingerprint of the splits, a fold's where there is one.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Which fold of the run's splits are the splits of this trial, or null: the run's own. Follows from the fingerprint, so that it is not in the key.</summary>
    public DataFold? Fold { get; init; }

    /// <summary>Fingerprint of architecture, options, input shape and, for a custom model, the assembly's content.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>cpu or cuda: results are only reproducible within a kind.</summary>
    public required string DeviceKind { get; init; }

    /// <summary>Version of the engine, whose major and minor parts count.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>
    /// Share of the unlabeled images that are there to be used, over 0 to 1: the dose. Counts only where the policy has unlabeled images.
    /// </summary>
    public double UnlabeledShare { get; init; } = 1;

    /// <summary>Whether the result carries predictions on the test split. Only the final trainings ask for it.</summary>
    public bool EvaluateTest { get; init; }

    /// <summary>Whether the trained weights are kept in the cache, for the output and for later probes.</summary>
    public bool KeepWeights { get; init; }

    /// <summary>
    /// The trial whose model labels the unlabeled images of this one, or null where the policy has none: the same without them, which is
    /// also what the unlabeled images are measured against in the waterfall, so that it is trained once. It has all epochs even where
    /// its student has not: a teacher that learned in haste is sure of few images and wrong about more of them.
    /// </summary>
    public TrialSpec? Teacher => Policy[Technique.Unlabeled] == 0 ? null : this with
    {
        Policy = Policy with { Values = [.. Policy.Values.Where(v => v.Technique != Technique.Unlabeled)] },
        Fidelity = Fidelity with { EpochShare = 1 },
        UnlabeledShare = 1,
        EvaluateTest = false,
        KeepWeights = true,
    };
}
