namespace Masterful.Core.Trials;

/// <summary>
/// Runs trials, or knows their results already. Whoever asks does not learn whether a trial ran in this process, in a worker or on
/// another machine. Calls may overlap; results do not depend on how many run at once or in which order.
/// </summary>
public interface ITrialRunner
{
    /// <summary>How many trials it is worth asking for at once.</summary>
    int Parallelism { get; }

    /// <summary>The result of a trial. A trial that diverges or runs out of memory is a result with status failed, not an exception.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was trained is checkpointed.</exception>
    Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation);

    /// <summary>How far each operation at each strength moves a trained model.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation);
}

/// <summary>Other machines that run trials.</summary>
public interface ITrialFleet
{
    /// <summary>What they compute with: cpu or cuda.</summary>
    string DeviceKind { get; }

    /// <summary>A runner for one run; disposed when the run ends where it is disposable.</summary>
    /// <param name="dataFingerprint">Of the splits that a machine must have.</param>
    /// <param name="modelFingerprint">Of the model that it must have.</param>
    /// <param name="progress">Told of epochs, or null.</param>
    ITrialRunner Open(string dataFingerprint, string modelFingerprint, IProgress<TrialProgress>? progress);
}

/// <summary>
/// Asks how far operations move a model: the model of a trial (trained first if need be), the same at most
/// <paramref name="MaximumImages"/> select images and the same draws for every operation and strength.
/// </summary>
/// <param name="Trial">The trial whose model is probed.</param>
/// <param name="Operations">Names of the operations.</param>
/// <param name="Strengths">Strengths, 0..1 of each operation's range, rising; the first is usually 0.</param>
/// <param name="MaximumImages">At most this many select images.</param>
public sealed record DistanceProbe(
    TrialSpec Trial, IReadOnlyList<string> Operations, IReadOnlyList<double> Strengths, int MaximumImages = 2000);

/// <summary>What a probe measured.</summary>
/// <param name="CleanLoss">Mean cross-entropy of the unchanged images.</param>
/// <param name="CleanError">Error rate on the unchanged images.</param>
/// <param name="Operations">For each operation, mean cross-entropy and error rate at each strength.</param>
/// <param name="ImagePasses">Work done, the trial's own apart.</param>
/// <param name="Seconds">Wall time, the trial's own apart.</param>
public sealed record DistanceProbeResult(
    double CleanLoss, double CleanError, IReadOnlyList<OperationDistance> Operations, long ImagePasses, double Seconds);

/// <summary>One operation's curve.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Losses">Mean cross-entropy at each strength, in nats.</param>
/// <param name="Errors">Error rate at each strength, 0..1.</param>
public sealed record OperationDistance(string Operation, IReadOnlyList<double> Losses, IReadOnlyList<double> Errors);
