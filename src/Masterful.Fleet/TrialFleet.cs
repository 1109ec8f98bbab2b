using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Core.Trials.Workers;
using Microsoft.Extensions.Logging;

namespace Masterful.Fleet;

/// <summary>The fleet as a run's trial runner.</summary>
/// <param name="database">The fleet's. Not disposed.</param>
/// <param name="runtime">Of the run's spec.</param>
/// <param name="clock">Measures pauses.</param>
/// <param name="logger">Told of workers that can't take part, and of those that were lost.</param>
public sealed class TrialFleet(FleetDatabase database, RuntimeSpec runtime, TimeProvider clock, ILogger logger) : ITrialFleet
{
    /// <inheritdoc/>
    public string DeviceKind { get; } = KindOf(runtime);

    /// <inheritdoc/>
    public ITrialRunner Open(string dataFingerprint, string modelFingerprint, IProgress<TrialProgress>? progress) => new FleetTrialRunner(
        database,
        FleetCapability.Of(DeviceKind, WorkerPlan.Of(runtime, DeviceKind, Environment.ProcessorCount, 1).Threads, dataFingerprint, modelFingerprint),
        runtime.Cache,
        clock,
        logger,
        progress);

    /// <summary>What a spec asks a fleet to compute with: cuda where it says so, else cpu; auto is for one machine, which can look.</summary>
    public static string KindOf(RuntimeSpec runtime) => runtime.Device.StartsWith("cuda", StringComparison.Ordinal) ? "cuda" : "cpu";
}
