using System.Diagnostics;
using System.Text.Json;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Masterful.Core.Trials;

namespace Masterful.Fleet;

/// <summary>A request as those who wait for it see it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="State">waiting, running, done, failed, lost or cancelled.</param>
/// <param name="Answer">Once it is done or failed.</param>
/// <param name="Epoch">The last epoch that ended, where one did.</param>
/// <param name="Worker">Who works on it.</param>
internal sealed record FleetProgress(long Id, string State, string? Answer, EpochReport? Epoch, Guid? Worker);

/// <summary>An epoch that ended on some machine.</summary>
internal sealed record EpochReport(int Epoch, int Epochs, double Loss, double ImagesPerSecond);

/// <summary>A piece of work as a worker gets it.</summary>
/// <param name="Id">The request's number.</param>
/// <param name="Attempt">Which attempt at it this is: only its result counts from now on.</param>
/// <param name="Key">The trial's or the probe's key.</param>
/// <param name="Kind">trial or probe.</param>
/// <param name="Body">The trial or the probe.</param>
/// <param name="Attempts">How many there were, this one included.</param>
/// <param name="Trace">Traceparent of who first asked; null where they trace nothing.</param>
/// <param name="Waited">How long it was in the queue.</param>
internal sealed record FleetClaim(long Id, Guid Attempt, string Key, string Kind, string Body, int Attempts, string? Trace, TimeSpan Waited);

/// <summary>
/// What is asked of the fleet, a row each. A request is there once however often it is asked for while it is open or done, and is counted
/// once however often Hangfire delivers it: a worker claims it under a new attempt, and only the latest attempt can finish it.
/// </summary>
/// <param name="database">Where the rows are.</param>
internal sealed class FleetRequests(FleetDatabase database)
{
    public const string Trial = "trial";
    public const string Probe = "probe";

    /// <summary>Workers that may be lost over a request.</summary>
    public const int MostAttempts = 5;

    private const string Waiting = "waiting";
    private const string Running = "running";

    private static readonly SemaphoreSlim Asking = new(1);
    private static readonly JsonSerializerOptions Json = TrialJson.Options();

    private readonly BackgroundJobClient _jobs = new(database.Queue, new JobFilterProviderCollection());

    /// <summary>Whether a state is an end.</summary>
    public static bool IsEnded(string state) => state is not (Waiting or Running);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Json);

    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Json)!;

    /// <summary>Asks machines of a memory class or more, or joins those who ask for the same.</summary>
    /// <returns>The request's number.</returns>
    public async Task<long> AskAsync(
        string queue, int memory, string key, string kind, string carries, string policy, string body, Guid coordinator, CancellationToken cancellation)
    {
        // One at a time: Hangfire's client blocks a thread while it writes, and of hundreds of trials that a search asks for at once the
        // first should be in the queue before the last is in the table.
        await Asking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Again, should the request that was met end badly between the two statements.
            for (var attempt = 0; attempt < 4; attempt++)
            {
                if (await JoinAsync(queue, memory, key, kind, carries, policy, body, coordinator, cancellation).ConfigureAwait(false) is [var there])
                {
                    if (there.State == Waiting)
                    {
                        // Also where it waited already: whoever asked first may have died before the queue had it, and twice does no harm.
                        await EnqueueAsync(there.Id, queue, there.Memory, cancellation).ConfigureAwait(false);
                    }

                    return there.Id;
                }
            }

            throw new InvalidOperationException("The request could neither be made nor found.");
        }
        finally
        {
            Asking.Release();
        }
    }

    /// <summary>How requests stand.</summary>
    public Task<List<FleetProgress>> LookAsync(long[] ids, CancellationToken cancellation) => database.QueryAsync(
        """
        SELECT id, state, CASE WHEN state IN ('done', 'failed') THEN result END, epoch, epochs, loss, speed, worker FROM requests WHERE id = ANY(@ids)
        """,
        r => new FleetProgress(
            r.GetInt64(0),
            r.GetString(1),
            r.IsDBNull(2) ? null : r.GetString(2),
            r.IsDBNull(3) ? null : new EpochReport(r.GetInt32(3), r.GetInt32(4), r.GetDouble(5), r.GetDouble(6)),
            r.IsDBNull(7) ? null : r.GetGuid(7)),
        cancellation,
        ("ids", ids));

    /// <summary>Whether an attempt is still the one whose result would count.</summary>
    public async Task<bool> IsLatestAsync(FleetClaim claim, CancellationToken cancellation) => (await database.QueryAsync(
        "SELECT 1 FROM requests WHERE id = @id AND attempt = @attempt AND state = 'running'", _ => true, cancellation, ("id", claim.Id), ("attempt", claim.Attempt))
        .ConfigureAwait(false)).Count == 1;

    /// <summary>Gives work of which nobody has heard for too long to another; what cost too many workers ends as lost.</summary>
    /// <returns>The requests that this happened to.</returns>
    public async Task<IReadOnlyList<long>> RescueAsync(long[] ids, CancellationToken cancellation)
    {
        var lost = await database.QueryAsync(
            """
            UPDATE requests SET worker = NULL, state = CASE WHEN attempts < @most THEN 'waiting' ELSE 'lost' END
            WHERE id = ANY(@ids) AND state = 'running' AND beat < now() - @patience
            RETURNING id, queue, memory, state
            """,
            r => (Id: r.GetInt64(0), Queue: r.GetString(1), Memory: r.GetInt32(2), State: r.GetString(3)),
            cancellation,
            ("ids", ids), ("patience", database.Settings.Patience), ("most", MostAttempts)).ConfigureAwait(false);
        foreach (var (id, queue, memory, _) in lost.Where(l => l.State == Waiting))
        {
            await EnqueueAsync(id, queue, memory, cancellation).ConfigureAwait(false);
        }

        return [.. lost.Select(l => l.Id)];
    }

    /// <summary>
    /// Puts what the queue has lost into it once more: what waits although workers are there and nothing runs, or although later requests
    /// were begun, for longer than patience.
    /// </summary>
    /// <returns>The requests that this happened to.</returns>
    public async Task<IReadOnlyList<long>> RequeueAsync(long[] ids, CancellationToken cancellation)
    {
        var lost = await database.QueryAsync(
            """
            SELECT r.id, r.queue, r.memory FROM requests r
            WHERE r.id = ANY(@ids) AND r.state = 'waiting' AND coalesce(r.queued, r.asked) < now() - @patience
                AND EXISTS (SELECT 1 FROM workers w WHERE w.queue = r.queue AND w.memory_class >= r.memory AND w.seen > now() - interval '30 seconds')
                AND (NOT EXISTS (SELECT 1 FROM requests o JOIN workers w ON w.id = o.worker WHERE o.queue = r.queue AND o.state = 'running' AND w.memory_class >= r.memory)
                    OR EXISTS (SELECT 1 FROM requests o WHERE o.queue = r.queue AND o.memory = r.memory AND o.id > r.id AND o.started BETWEEN coalesce(r.queued, r.asked) AND now() - @patience))
            """,
            r => (Id: r.GetInt64(0), Queue: r.GetString(1), Memory: r.GetInt32(2)),
            cancellation,
            ("ids", ids), ("patience", database.Settings.Patience)).ConfigureAwait(false);
        foreach (var (id, queue, memory) in lost)
        {
            await EnqueueAsync(id, queue, memory, cancellation).ConfigureAwait(false);
        }

        return [.. lost.Select(l => l.Id)];
    }

    /// <summary>A coordinator does not wait for it any more; work that nobody waits for stops.</summary>
    public Task LeaveAsync(long id, Guid coordinator, CancellationToken cancellation) => database.ExecuteAsync(
        """
        DELETE FROM watchers WHERE request = @id AND coordinator = @coordinator;
        UPDATE requests SET state = 'cancelled', finished = now()
        WHERE id = @id AND state = 'waiting' AND NOT EXISTS (SELECT 1 FROM watchers WHERE request = @id)
        """,
        cancellation,
        ("id", id), ("coordinator", coordinator));

    /// <summary>Takes a request on; null where another has it, or it has ended.</summary>
    public async Task<FleetClaim?> ClaimAsync(long id, Guid worker, CancellationToken cancellation)
    {
        var attempt = Guid.NewGuid();
        var claimed = await database.QueryAsync(
            """
            UPDATE requests SET state = 'running', attempt = @attempt, worker = @worker, started = now(), beat = now(), attempts = attempts + 1
            WHERE id = @id AND (state = 'waiting' OR (state = 'running' AND beat < now() - @patience))
            RETURNING key, kind, body, attempts, trace, now() - coalesce(queued, asked)
            """,
            r => new FleetClaim(id, attempt, r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt32(3), r.IsDBNull(4) ? null : r.GetString(4), r.GetTimeSpan(5)),
            cancellation,
            ("id", id), ("attempt", attempt), ("worker", worker), ("patience", database.Settings.Patience)).ConfigureAwait(false);
        return claimed is [var claim] ? claim : null;
    }

    /// <summary>A sign of life.</summary>
    /// <returns>Whether the work is still wanted, from this attempt.</returns>
    public async Task<bool> BeatAsync(FleetClaim claim, EpochReport? epoch, CancellationToken cancellation)
    {
        var watched = await database.QueryAsync(
            """
            UPDATE requests SET beat = now(), epoch = coalesce(@epoch::integer, epoch), epochs = coalesce(@epochs::integer, epochs), loss = coalesce(@loss::double precision, loss),
                speed = coalesce(@speed::double precision, speed)
            WHERE id = @id AND attempt = @attempt AND state = 'running'
            RETURNING EXISTS (SELECT 1 FROM watchers WHERE request = @id)
            """,
            r => r.GetBoolean(0),
            cancellation,
            ("id", claim.Id), ("attempt", claim.Attempt), ("epoch", epoch?.Epoch), ("epochs", epoch?.Epochs),
            ("loss", epoch?.Loss), ("speed", epoch?.ImagesPerSecond)).ConfigureAwait(false);
        return watched is [true];
    }

    /// <summary>Ends a request with its answer.</summary>
    /// <param name="claim">The attempt; where it is not the latest any more nothing happens.</param>
    /// <param name="answer">What came of it.</param>
    /// <param name="isFinal">Whether who asks for the same later gets this answer too; else it is worked on anew.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether the answer counts.</returns>
    public async Task<bool> FinishAsync(FleetClaim claim, FleetAnswer answer, bool isFinal, CancellationToken cancellation) => await database.ExecuteAsync(
        "UPDATE requests SET state = @state, result = @result, finished = now() WHERE id = @id AND attempt = @attempt AND key = @key AND state = 'running'",
        cancellation,
        ("state", isFinal ? "done" : "failed"), ("result", Write(answer)), ("id", claim.Id), ("attempt", claim.Attempt), ("key", claim.Key)).ConfigureAwait(false) == 1;

    /// <summary>Hands work back undone: to another worker, or to nobody where nobody waits for it.</summary>
    public async Task GiveUpAsync(FleetClaim claim, CancellationToken cancellation)
    {
        var back = await database.QueryAsync(
            """
            UPDATE requests SET worker = NULL, state = CASE WHEN EXISTS (SELECT 1 FROM watchers WHERE request = @id) THEN 'waiting' ELSE 'cancelled' END
            WHERE id = @id AND attempt = @attempt AND state = 'running' RETURNING state, queue, memory
            """,
            r => (State: r.GetString(0), Queue: r.GetString(1), Memory: r.GetInt32(2)),
            cancellation,
            ("id", claim.Id), ("attempt", claim.Attempt)).ConfigureAwait(false);
        if (back is [(Waiting, var queue, var memory)])
        {
            await EnqueueAsync(claim.Id, queue, memory, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets what ended long ago, and files that nobody will ask for.</summary>
    public Task PruneAsync(TimeSpan age, CancellationToken cancellation) => database.ExecuteAsync(
        """
        DELETE FROM requests WHERE state NOT IN ('waiting', 'running') AND finished < now() - @age;
        DELETE FROM files WHERE written < now() - @age;
        DELETE FROM workers WHERE seen < now() - @age;
        """,
        cancellation,
        ("age", age));

    private Task<List<(long Id, string State, int Memory)>> JoinAsync(
        string queue, int memory, string key, string kind, string carries, string policy, string body, Guid coordinator, CancellationToken cancellation) => database.QueryAsync(
        """
        WITH made AS (
            INSERT INTO requests (queue, memory, key, kind, carries, policy, body, trace) VALUES (@queue, @memory, @key, @kind, @carries, @policy, @body, @trace)
            ON CONFLICT (queue, key, kind, carries) WHERE state IN ('waiting', 'running', 'done') DO NOTHING RETURNING id, state, memory),
        there AS (
            SELECT id, state, memory FROM made UNION ALL
            SELECT id, state, memory FROM requests
            WHERE queue = @queue AND key = @key AND kind = @kind AND carries = @carries AND state IN ('waiting', 'running', 'done') LIMIT 1),
        watched AS (INSERT INTO watchers SELECT id, @coordinator FROM there ON CONFLICT DO NOTHING)
        SELECT id, state, memory FROM there
        """,
        r => (r.GetInt64(0), r.GetString(1), r.GetInt32(2)),
        cancellation,
        ("queue", queue), ("memory", memory), ("key", key), ("kind", kind), ("carries", carries), ("policy", policy), ("body", body), ("coordinator", coordinator),
        ("trace", Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null));

    /// <summary>Hangfire delivers the number, nothing else.</summary>
    private async Task EnqueueAsync(long id, string capability, int memory, CancellationToken cancellation)
    {
        var queue = MemoryClass.QueueOf(capability, memory);
        await database.PersistAsync(
            () => Task.FromResult(_jobs.Create(Job.FromExpression<FleetJob>(j => j.RunAsync(id, CancellationToken.None), queue), new EnqueuedState(queue))),
            cancellation).ConfigureAwait(false);
        await database.ExecuteAsync("UPDATE requests SET queued = now() WHERE id = @id", cancellation, ("id", id)).ConfigureAwait(false);
    }
}
