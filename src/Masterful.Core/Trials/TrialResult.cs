using Masterful.Core.Evaluation;

namespace Masterful.Core.Trials;

/// <summary>How a trial ended.</summary>
public enum TrialStatus
{
    /// <summary>Trained and evaluated.</summary>
    Completed,

    /// <summary>Diverged, ran out of memory or threw: see <see cref="TrialResult.Failure"/>. A failed trial never ends a search.</summary>
    Failed,
}

/// <summary>What came of a trial; what the journal keeps.</summary>
public sealed record TrialResult
{
    /// <summary>The trial's key.</summary>
    public required string Key { get; init; }

    /// <summary>How it ended.</summary>
    public required TrialStatus Status { get; init; }

    /// <summary>Why it failed, in a sentence; null when it completed.</summary>
    public string? Failure { get; init; }

    /// <summary>
    /// Whether the failure is the machine's (no memory left) or the model's own code's: a later run tries again instead of taking it from
    /// the journal.
    /// </summary>
    public bool FailureIsTransient { get; init; }

    /// <summary>Whether it failed because memory ran out, on the way of a batch through the model: smaller batches may fit.</summary>
    public bool RanOutOfMemory { get; init; }

    /// <summary>Mean cross-entropy in nats on the clean select split after one fitted temperature; NaN when failed.</summary>
    public double SelectLoss { get; init; } = double.NaN;

    /// <summary>Share of select images misclassified, 0..1; NaN when failed.</summary>
    public double SelectError { get; init; } = double.NaN;

    /// <summary>Mean cross-entropy in nats on the select split as the model gives it, without temperature.</summary>
    public double RawSelectLoss { get; init; } = double.NaN;

    /// <summary>Logits on the select split.</summary>
    public Predictions? Select { get; init; }

    /// <summary>Logits on the test split, when the trial asked for them.</summary>
    public Predictions? Test { get; init; }

    /// <summary>Full path of the trained weights (safetensors), when the trial asked to keep them.</summary>
    public string? WeightsPath { get; init; }

    /// <summary>Mean training loss of each epoch, in nats.</summary>
    public IReadOnlyList<double> EpochLosses { get; init; } = [];

    /// <summary>Work done: 3 for each image trained on, 1 for each inferred.</summary>
    public long ImagePasses { get; init; }

    /// <summary>Wall time of training and evaluation.</summary>
    public double Seconds { get; init; }

    /// <summary>Peak memory of the process (CPU) or of the device (CUDA), in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>Whether the result came from the journal instead of a training.</summary>
    public bool Reused { get; init; }
}
