using Hangfire;

namespace Masterful.Fleet;

/// <summary>What Hangfire delivers to a worker. Trying again is ours to decide, not Hangfire's.</summary>
/// <param name="worker">This process.</param>
[AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
public sealed class FleetJob(FleetWorker worker)
{
    /// <summary>Works on a request.</summary>
    /// <param name="request">Its number.</param>
    /// <param name="stop">Told when this process is to end.</param>
    public Task RunAsync(long request, CancellationToken stop) => worker.WorkAsync(request, stop);
}
