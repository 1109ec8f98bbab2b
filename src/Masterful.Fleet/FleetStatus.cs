namespace Masterful.Fleet;

/// <summary>A machine of the fleet.</summary>
/// <param name="Id">The process.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Capability">What it is and has.</param>
/// <param name="Slots">Trials at once.</param>
/// <param name="MemoryClass">Of the memory that a trial has there: see <see cref="Fleet.MemoryClass"/>.</param>
/// <param name="AvailableMemory">Bytes that were free on it when it was last seen.</param>
/// <param name="Started">When.</param>
/// <param name="Seen">When it last told of itself.</param>
/// <param name="IsAlive">Whether that is not long ago.</param>
public sealed record FleetMachine(
    Guid Id, string Name, FleetCapability Capability, int Slots, int MemoryClass, long AvailableMemory, DateTimeOffset Started, DateTimeOffset Seen, bool IsAlive);

/// <summary>A request that is open, or ended without a result.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind">trial or probe.</param>
/// <param name="Policy">What its policy is called.</param>
/// <param name="Queue">The capability that it asks for.</param>
/// <param name="MemoryClass">The class of machines that it needs at least.</param>
/// <param name="State">waiting, running or failed.</param>
/// <param name="Worker">The machine that works on it, or null.</param>
/// <param name="Attempts">How often a machine took it on.</param>
/// <param name="Epoch">The last epoch that ended, or null.</param>
/// <param name="Epochs">Of all.</param>
/// <param name="Age">Since it was asked for, or taken on.</param>
/// <param name="Failure">What came of it, where it failed.</param>
public sealed record FleetTask(
    long Id, string Kind, string Policy, string Queue, int MemoryClass, string State, string? Worker, int Attempts, int? Epoch, int? Epochs, TimeSpan Age, string? Failure);

/// <summary>How the fleet stands, for people.</summary>
/// <param name="database">The fleet's.</param>
public sealed class FleetStatus(FleetDatabase database)
{
    /// <summary>Machines, the latest started first.</summary>
    public Task<List<FleetMachine>> WorkersAsync(CancellationToken cancellation) => database.QueryAsync(
        """
        SELECT id, name, device, threads, engine, libtorch, data, model, slots, memory_class, memory, started, seen, seen > now() - interval '30 seconds'
        FROM workers ORDER BY started DESC, id
        """,
        r => new FleetMachine(
            r.GetGuid(0),
            r.GetString(1),
            new FleetCapability(r.GetString(2), r.GetInt32(3), r.GetString(4), r.GetString(5), r.GetString(6), r.GetString(7)),
            r.GetInt32(8),
            r.GetInt32(9),
            r.GetInt64(10),
            r.GetFieldValue<DateTimeOffset>(11),
            r.GetFieldValue<DateTimeOffset>(12),
            r.GetBoolean(13)),
        cancellation);

    /// <summary>What waits, what runs, and what failed within a day.</summary>
    public Task<List<FleetTask>> TasksAsync(CancellationToken cancellation) => database.QueryAsync(
        """
        SELECT q.id, q.kind, q.policy, q.queue, q.memory, q.state, w.name, q.attempts, q.epoch, q.epochs, now() - CASE WHEN q.state = 'running' THEN q.started ELSE q.asked END,
            CASE WHEN q.state = 'failed' THEN q.result END
        FROM requests q LEFT JOIN workers w ON w.id = q.worker
        WHERE q.state IN ('waiting', 'running') OR (q.state = 'failed' AND q.finished > now() - interval '1 day')
        ORDER BY q.state, q.id
        """,
        r => new FleetTask(
            r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt32(4), r.GetString(5), r.IsDBNull(6) ? null : r.GetString(6), r.GetInt32(7),
            r.IsDBNull(8) ? null : r.GetInt32(8), r.IsDBNull(9) ? null : r.GetInt32(9), r.GetTimeSpan(10), r.IsDBNull(11) ? null : FleetAnswer.FailureOf(r.GetString(11))),
        cancellation);

    /// <summary>Results of the last day: how many, and the mean seconds from being asked for to being taken on.</summary>
    public async Task<(long Done, double QueueSeconds)> DoneAsync(CancellationToken cancellation) => (await database.QueryAsync(
        "SELECT count(*), coalesce(avg(extract(epoch FROM started - asked)), 0)::double precision FROM requests WHERE state = 'done' AND finished > now() - interval '1 day'",
        r => (r.GetInt64(0), r.GetDouble(1)),
        cancellation).ConfigureAwait(false))[0];
}
