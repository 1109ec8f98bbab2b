using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Core.Trials.Workers;
using Masterful.Fleet;
using Masterful.Fleet.Sharing;
using Masterful.Tool.Output;
using TorchSharp;

namespace Masterful.Tool;

/// <summary>The fleet for the commands that use it; the others never load its libraries.</summary>
internal static class FleetSession
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(45);

    /// <summary>Connects to the database that the environment names.</summary>
    public static Task<FleetDatabase> OpenAsync(CommandCall call) =>
        FleetDatabase.OpenAsync(FleetSettings.Read(call.Host.Environment), call.Host.Clock, call.Log);

    /// <summary>Connects where the environment names a database; null, and a warning, where that can't be used.</summary>
    public static async Task<FleetDatabase?> TryOpenAsync(CommandCall call)
    {
        if (string.IsNullOrEmpty(call.Host.Environment(FleetSettings.Variable)))
        {
            return null;
        }

        try
        {
            return await OpenAsync(call).ConfigureAwait(false);
        }
        catch (DiagnosticException e)
        {
            foreach (var wrong in e.Diagnostics)
            {
                call.Log.Diagnostic(wrong with { Severity = DiagnosticSeverity.Warning });
            }

            return null;
        }
    }

    /// <summary>The journal that a spec names; null where it is local and not there.</summary>
    public static async Task<(Journal? Journal, IDisposable? Owner)> OpenJournalAsync(CommandCall call, MasterfulSpec spec)
    {
        if (spec.Runtime.Journal == JournalKind.Postgres)
        {
            var database = await OpenAsync(call).ConfigureAwait(false);
            return (Journal(call, spec, database), database);
        }

        var path = TorchEnvironment.JournalPath(spec.Runtime.Cache);
        return (File.Exists(path) ? Core.Trials.Journal.Open(path, call.Host.Clock, call.Log.Diagnostic) : null, null);
    }

    /// <summary>The journal in the database.</summary>
    public static Journal Journal(CommandCall call, MasterfulSpec spec, FleetDatabase database) =>
        new(new PostgresJournalStore(database, spec.Runtime.Cache), call.Host.Clock) { Damaged = call.Log.Diagnostic };

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

    /// <summary>Makes this machine a worker of the fleet, with what a coordinator shares, until it is cancelled.</summary>
    /// <param name="call">The command.</param>
    /// <param name="machine">This one.</param>
    /// <param name="from">The coordinator's address.</param>
    /// <param name="trustModel">Whether its model may be code.</param>
    public static async Task WorkAsync(CommandCall call, Machine machine, string from, bool trustModel)
    {
        var (source, token) = (ShareAddress.ReadSource(from), ShareToken.Read(call.Host.Environment));
        // Before gigabytes are fetched for a database that can't be used.
        using var database = await OpenAsync(call).ConfigureAwait(false);
        if (ShareAddress.WarningOf(source) is { } warning)
        {
            call.Log.Diagnostic(warning);
        }

        var workspace = await FetchAsync(call, source, token, trustModel).ConfigureAwait(false);
        var shared = call with { Options = call.Options with { SpecPath = workspace.SpecPath, Set = [.. workspace.Overrides, .. call.Options.Set] } };
        var spec = shared.Options.LoadSpec(call.Host, call.Log);
        ShareWorkspace.CheckTrust(spec, trustModel);
        await WorkAsync(shared, spec, machine, database).ConfigureAwait(false);
    }

    /// <summary>Makes this machine a worker of the fleet until it is cancelled.</summary>
    public static async Task WorkAsync(CommandCall call, MasterfulSpec spec, Machine machine)
    {
        // First, so that a wrong password does not wait for libtorch and the data.
        using var database = await OpenAsync(call).ConfigureAwait(false);
        await WorkAsync(call, spec, machine, database).ConfigureAwait(false);
    }

    private static async Task WorkAsync(CommandCall call, MasterfulSpec spec, Machine machine, FleetDatabase database)
    {
        using var telemetry = TelemetryExport.Start(call);
        var device = await TorchSession.StartAsync(call, spec.Model.Assembly, spec.Runtime.Device).ConfigureAwait(false);
        using var data = await DataSession.LoadAsync(call, spec).ConfigureAwait(false);
        var (fingerprint, model) = (data.Fingerprint, ModelBuilder.Fingerprint(spec.Model));
        var place = device.type == DeviceType.CUDA ? $"cuda:{Math.Max(0, device.index)}" : "cpu";
        var plan = WorkerPlan.Of(spec.Runtime, place, System.Environment.ProcessorCount, device.type == DeviceType.CUDA ? torch.cuda.device_count() : 0);
        var worker = new FleetWorker(
            database,
            FleetCapability.Of(ComputeDevice.KindOf(device), plan.Threads, fingerprint, model),
            new FleetWorkerOptions(machine.Name, spec.Runtime.Cache, StopTimeout, MemoryClass.Of(await TrialMemoryAsync(call, machine, plan).ConfigureAwait(false))),
            call.Host.Clock,
            call.Log);
        using var pool = new WorkerPool(WorkerProgram.Command(call.Options), plan, fingerprint, model, new WorkerLimits(), call.Host.Clock, call.Log, worker);
        await worker.RunAsync(pool, call.Cancellation).ConfigureAwait(false);
    }

    /// <summary>Bytes that a trial has: what was said, or its share of the smallest GPU or of the machine.</summary>
    private static async Task<long> TrialMemoryAsync(CommandCall call, Machine machine, WorkerPlan plan)
    {
        if (machine.Memory is { } said)
        {
            return (long)(said * (1L << 30));
        }

        if (plan.Devices[0] == "cpu")
        {
            return MachineMemory.Total() / plan.Count;
        }

        if (await GraphicsMemory.SmallestAsync(call.Cancellation).ConfigureAwait(false) is { } each)
        {
            return each / ((plan.Count + plan.Devices.Count - 1) / plan.Devices.Count);
        }

        call.Log.Info("nvidia-smi does not tell how much memory the GPUs have: this machine gets trials that any has the memory for. --memory GIB says it.");
        return 0;
    }

    private static async Task<ShareWorkspace> FetchAsync(CommandCall call, Uri source, ShareToken token, bool trustModel)
    {
        using var progress = new ProgressLine(call.Host, call.Log);
        var folders = MachineFolders.FromEnvironment();
        folders.RequireCache();
        var cache = new ContentCache(Path.Combine(folders.Cache, "fleet"));
        using var client = new ShareClient(source, token, cache, call.Host.Clock);
        var workspace = await client
            .FetchAsync(trustModel, new RelayProgress<DataProgress>(p => progress.Tell(p.ToString(), p)), call.Cancellation)
            .ConfigureAwait(false);
        call.Log.Info($"{workspace.Fetched:N0} of {workspace.Count:N0} files were fetched from {source}, the others were here.");
        return workspace;
    }

    /// <summary>A machine that becomes a worker.</summary>
    /// <param name="Name">What people call it.</param>
    /// <param name="Memory">GiB that a trial has there; null asks the machine.</param>
    internal sealed record Machine(string Name, double? Memory);
}
