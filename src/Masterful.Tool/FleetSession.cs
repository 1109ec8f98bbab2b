using Masterful.Core.Models;
using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Core.Trials.Workers;
using Masterful.Fleet;
using TorchSharp;

namespace Masterful.Tool;

/// <summary>The fleet for the commands that use it; the others never load its libraries.</summary>
internal static class FleetSession
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(45);

    /// <summary>Connects to the database that the environment names.</summary>
    public static Task<FleetDatabase> OpenAsync(CommandCall call) =>
        FleetDatabase.OpenAsync(FleetSettings.Read(call.Host.Environment), call.Host.Clock, call.Log);

    /// <summary>The journal that a spec names; null where it is local and not there.</summary>
    public static async Task<(Journal? Journal, IDisposable? Owner)> OpenJournalAsync(CommandCall call, MasterfulSpec spec)
    {
        if (spec.Runtime.Journal == JournalKind.Postgres)
        {
            var database = await OpenAsync(call).ConfigureAwait(false);
            return (Journal(call, spec, database), database);
        }

        var path = TorchEnvironment.JournalPath(spec.Runtime.Cache);
        return (File.Exists(path) ? Core.Trials.Journal.Open(path, call.Host.Clock) : null, null);
    }

    /// <summary>The journal in the database.</summary>
    public static Journal Journal(CommandCall call, MasterfulSpec spec, FleetDatabase database) =>
        new(new PostgresJournalStore(database, spec.Runtime.Cache), call.Host.Clock);

    /// <summary>The environment of a run whose trials or whose journal are the fleet's.</summary>
    public static TorchEnvironment Environment(
        CommandCall call, MasterfulSpec spec, FleetDatabase database, torch.Device device, IProgress<TrialProgress> epochs) => new(
        device,
        call.Host.Clock,
        call.Log,
        epochs,
        WorkerProgram.Command(call.Options),
        spec.Runtime.Fleet ? new TrialFleet(database, spec.Runtime, call.Host.Clock, call.Log) : null,
        spec.Runtime.Journal == JournalKind.Postgres ? () => Journal(call, spec, database) : null);

    /// <summary>Makes this machine a worker of the fleet until it is cancelled.</summary>
    public static async Task WorkAsync(CommandCall call, MasterfulSpec spec, string name)
    {
        // First, so that a wrong password does not wait for libtorch and the data.
        using var database = await OpenAsync(call).ConfigureAwait(false);
        var device = await TorchSession.StartAsync(call, spec.Model.Assembly, spec.Runtime.Device).ConfigureAwait(false);
        using var data = await DataSession.LoadAsync(call, spec).ConfigureAwait(false);
        var (fingerprint, model) = (data.Fingerprint, ModelBuilder.Fingerprint(spec.Model));
        var place = device.type == DeviceType.CUDA ? $"cuda:{Math.Max(0, device.index)}" : "cpu";
        var plan = WorkerPlan.Of(spec.Runtime, place, System.Environment.ProcessorCount, device.type == DeviceType.CUDA ? torch.cuda.device_count() : 0);
        var worker = new FleetWorker(
            database,
            FleetCapability.Of(ComputeDevice.KindOf(device), plan.Threads, fingerprint, model),
            new FleetWorkerOptions(name, spec.Runtime.Cache, StopTimeout),
            call.Host.Clock,
            call.Log);
        using var pool = new WorkerPool(WorkerProgram.Command(call.Options), plan, fingerprint, model, new WorkerLimits(), call.Host.Clock, call.Log, worker);
        await worker.RunAsync(pool, call.Cancellation).ConfigureAwait(false);
    }
}
