namespace Masterful.Core.Trials;

/// <summary>A run as the journal has it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Started">When it began.</param>
/// <param name="Finished">When it ended; null while it runs, or when it was killed.</param>
/// <param name="SpecPath">The spec that it ran.</param>
/// <param name="Status">What <see cref="Journal.FinishRun"/> was told, such as the gate's status; null before that.</param>
/// <param name="Summary">A line or a JSON text on the result, or null.</param>
/// <param name="TrialsRun">Trials that it trained.</param>
/// <param name="TrialsReused">Trials whose results it found in the journal.</param>
public sealed record JournalRun(
    string Id, DateTimeOffset Started, DateTimeOffset? Finished, string SpecPath, string? Status, string? Summary, int TrialsRun, int TrialsReused);

/// <summary>A trial that a run used.</summary>
/// <param name="PolicyName">What the policy was called when it was trained.</param>
/// <param name="Spec">The canonical JSON text of the trial: see <see cref="TrialKey.Canonical"/>.</param>
/// <param name="Finished">When its training ended.</param>
/// <param name="Result">Its result; <see cref="TrialResult.Reused"/> says whether the run found it in the journal.</param>
public sealed record JournalTrial(string PolicyName, string Spec, DateTimeOffset Finished, TrialResult Result);

/// <summary>What a trial takes up in the journal, and when it was last of use.</summary>
/// <param name="Key">The trial's key.</param>
/// <param name="Spec">The canonical JSON text of the trial: see <see cref="TrialKey.Canonical"/>.</param>
/// <param name="LastUsed">The start of the last run that used it, or the end of its training where that is later.</param>
/// <param name="IsFinal">Whether it carries predictions on the test split.</param>
/// <param name="Bytes">Of its predictions.</param>
public sealed record JournalHolding(string Key, string Spec, DateTimeOffset LastUsed, bool IsFinal, long Bytes);

/// <summary>A trial that a run used, without its predictions: cheap enough to be asked for each second.</summary>
/// <param name="Key">The trial's key.</param>
/// <param name="PolicyName">What the policy was called when it was trained.</param>
/// <param name="Spec">The canonical JSON text of the trial: see <see cref="TrialKey.Canonical"/>.</param>
/// <param name="Finished">When its training ended.</param>
/// <param name="Status">How it ended.</param>
/// <param name="SelectLoss">Nats; NaN when it failed.</param>
/// <param name="SelectError">0..1; NaN when it failed.</param>
/// <param name="ImagePasses">Work: 3 for each image trained on, 1 for each inferred.</param>
/// <param name="Seconds">Wall time that it took when it was trained.</param>
/// <param name="IsFinal">Whether it carries predictions on the test split.</param>
/// <param name="Reused">Whether the run found it in the journal.</param>
public sealed record JournalTrialSummary(
    string Key, string PolicyName, string Spec, DateTimeOffset Finished, TrialStatus Status,
    double SelectLoss, double SelectError, long ImagePasses, double Seconds, bool IsFinal, bool Reused);
