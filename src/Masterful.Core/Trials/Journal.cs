using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Data.Sqlite;

namespace Masterful.Core.Trials;

/// <summary>
/// The memory of all runs: what came of each trial and probe, by key, and which run used which. It is a SQLite file, or tables of a
/// database that several machines share. A result is on disk when <see cref="Save"/> returns; a kill at any moment loses nothing that was
/// saved. Several threads and several processes may use one journal at once.
/// </summary>
public sealed class Journal : IDisposable
{
    private static readonly string[] TrialColumns =
    [
        "key", "policy", "spec", "finished", "status", "failure", "transient", "select_loss", "select_error", "raw_select_loss", "epoch_losses",
        "class_count", "select_logits", "select_labels", "test_logits", "test_labels", "weights_path", "image_passes", "seconds", "peak_memory",
    ];

    private static readonly string SaveTrial =
        $"INSERT INTO trials ({string.Join(", ", TrialColumns)}) VALUES ({string.Join(", ", TrialColumns.Select(c => $"@{c}"))}) "
        + $"ON CONFLICT (key) DO UPDATE SET {string.Join(", ", TrialColumns.Skip(1).Select(c => $"{c} = excluded.{c}"))}";

    private readonly JournalStore _store;
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly HashSet<string> _told = [];
    private (string Id, string SpecPath)? _run;

    /// <summary>A journal kept in a store.</summary>
    /// <param name="store">Its tables are there. Disposed with the journal.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="warning">Why it is in memory only.</param>
    public Journal(JournalStore store, TimeProvider clock, Diagnostic? warning = null) => (_store, _clock, Warning) = (store, clock, warning);

    /// <summary>Why this journal is in memory only, or new though there was one, to be shown; else null.</summary>
    public Diagnostic? Warning { get; }

    /// <summary>Told of entries that can't be: each is left out as if it were not there, so that its trial is run again.</summary>
    public Action<Diagnostic>? Damaged { get; init; }

    /// <summary>Opens a journal, made if it is not there. Where it can't be written the run's journal is in memory: see <see cref="Warning"/>.</summary>
    /// <param name="path">The file; a damaged one is set aside.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="damaged">Told of entries that can't be.</param>
    /// <exception cref="DiagnosticException">The file was written by a newer version.</exception>
    public static Journal Open(string path, TimeProvider clock, Action<Diagnostic>? damaged = null) =>
        Open(path, clock, SqliteOpenMode.ReadWriteCreate, damaged);

    /// <summary>Opens a journal to look at, also while a run writes it. Nothing can be saved through it.</summary>
    /// <exception cref="DiagnosticException">The file is not there, not readable, damaged or was written by a newer version.</exception>
    public static Journal OpenForReading(string path, TimeProvider clock) => new(new SqliteJournalStore(JournalDatabase.OpenForReading(path), path), clock);

    internal static Journal Open(string path, TimeProvider clock, SqliteOpenMode mode, Action<Diagnostic>? damaged = null)
    {
        var (connection, warning) = JournalDatabase.Open(path, mode);
        return new Journal(new SqliteJournalStore(connection, path, mayReplace: connection.DataSource == path), clock, warning) { Damaged = damaged };
    }

    /// <summary>The result of a trial, marked as reused, or null. Weights whose file is gone are left out.</summary>
    public TrialResult? Find(string key) => Read(
        "SELECT * FROM trials WHERE key = @key",
        row => Entries.Result(row) with { Reused = true },
        ("@key", key)).FirstOrDefault();

    /// <summary>Keeps a result; an earlier one of the same trial is replaced.</summary>
    /// <param name="result">What came of the trial.</param>
    /// <param name="trial">The trial.</param>
    /// <exception cref="DiagnosticException">The disk is full or the file not writable any more.</exception>
    public void Save(TrialResult result, TrialSpec trial) => Write(
        SaveTrial,
        ("@key", result.Key),
        ("@policy", trial.Policy.Name),
        ("@spec", TrialKey.Canonical(trial)),
        ("@finished", Now()),
        ("@status", result.Status.ToString()),
        ("@failure", result.Failure),
        ("@transient", result.RanOutOfMemory ? JournalEntryReader.MemoryShort : result.FailureIsTransient ? 1 : 0),
        ("@select_loss", Number(result.SelectLoss)),
        ("@select_error", Number(result.SelectError)),
        ("@raw_select_loss", Number(result.RawSelectLoss)),
        ("@epoch_losses", Bytes<double>([.. result.EpochLosses])),
        ("@class_count", result.Select?.ClassCount ?? result.Test?.ClassCount),
        ("@select_logits", Bytes<float>(result.Select?.Logits)),
        ("@select_labels", Bytes<int>(result.Select?.Labels)),
        ("@test_logits", Bytes<float>(result.Test?.Logits)),
        ("@test_labels", Bytes<int>(result.Test?.Labels)),
        ("@weights_path", Relative(result.WeightsPath)),
        ("@image_passes", result.ImagePasses),
        ("@seconds", result.Seconds),
        ("@peak_memory", result.PeakMemory));

    /// <summary>The result of a probe, or null.</summary>
    public DistanceProbeResult? FindProbe(string key) => Read(
        "SELECT result FROM probes WHERE key = @key",
        row => JournalEntryReader.Probe(row.GetString(0)),
        ("@key", key)).FirstOrDefault();

    /// <summary>Keeps the result of a probe.</summary>
    /// <exception cref="DiagnosticException">The disk is full or the file not writable any more.</exception>
    public void SaveProbe(string key, DistanceProbeResult result) => Write(
        "INSERT INTO probes (key, finished, result) VALUES (@key, @finished, @result) ON CONFLICT (key) DO UPDATE SET finished = excluded.finished, result = excluded.result",
        ("@key", key), ("@finished", Now()), ("@result", JsonSerializer.Serialize(result, JournalEntryReader.JsonOptions)));

    /// <summary>Notes that a run has begun.</summary>
    public void StartRun(string runId, string specPath)
    {
        _run = (runId, specPath);
        NoteRun(runId, specPath);
    }

    private void NoteRun(string runId, string specPath) => Write(
        "INSERT INTO runs (id, started, spec_path) VALUES (@id, @started, @spec) ON CONFLICT DO NOTHING",
        ("@id", runId), ("@started", Now()), ("@spec", specPath));

    /// <summary>Notes that a run has ended.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="status">How it ended, such as the gate's status, <c>cancelled</c> or <c>error</c>.</param>
    /// <param name="summary">A line or a JSON text on the result, or null.</param>
    public void FinishRun(string runId, string status, string? summary) => Write(
        "UPDATE runs SET finished = @finished, status = @status, summary = @summary WHERE id = @id",
        ("@id", runId), ("@finished", Now()), ("@status", status), ("@summary", summary));

    /// <summary>Notes that a run used a trial; the first note counts.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="key">The trial's key.</param>
    /// <param name="reused">Whether its result was in the journal already.</param>
    public void NoteUse(string runId, string key, bool reused) => Write(
        "INSERT INTO run_trials (run_id, key, reused) VALUES (@run, @key, @reused) ON CONFLICT DO NOTHING", ("@run", runId), ("@key", key), ("@reused", reused));

    /// <summary>
    /// Whether a run of the same spec that was stopped used a trial, and none has come to its end since: then this run goes on from it.
    /// </summary>
    /// <param name="runId">This run.</param>
    /// <param name="key">The trial's key.</param>
    public bool WasUsedByStoppedRun(string runId, string key) => Read(
        """
        SELECT 1 FROM runs now JOIN runs r ON r.spec_path = now.spec_path JOIN run_trials t ON t.run_id = r.id
        WHERE now.id = @run AND r.id <> @run AND t.key = @key AND (r.status IS NULL OR r.status = 'cancelled') AND NOT EXISTS (
            SELECT 1 FROM runs e
            WHERE e.spec_path = now.spec_path AND e.id <> @run AND e.status <> 'cancelled' AND e.started > r.started)
        """,
        _ => true,
        ("@run", runId), ("@key", key)).Count > 0;

    /// <summary>Runs, the latest first.</summary>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<JournalRun> Runs(int limit = 100) => RunsThat("ORDER BY started DESC, id LIMIT @limit", ("@limit", limit));

    /// <summary>The run of an id, or null.</summary>
    public JournalRun? FindRun(string runId) => RunsThat("WHERE id = @run", ("@run", runId)) is [var run] ? run : null;

    /// <summary>The trials that a run used, in the order in which they were trained.</summary>
    public IReadOnlyList<JournalTrial> TrialsOf(string runId) => Read(
        "SELECT t.*, u.reused AS reused FROM run_trials u JOIN trials t ON t.key = u.key WHERE u.run_id = @run ORDER BY t.finished, t.key",
        row => new JournalTrial(
            row.GetString(row.GetOrdinal("policy")),
            JournalEntryReader.Spec(row.GetString(row.GetOrdinal("spec"))),
            JournalEntryReader.Time(row.GetString(row.GetOrdinal("finished"))),
            Entries.Result(row) with { Reused = row.GetBoolean(row.GetOrdinal("reused")) }),
        ("@run", runId));

    /// <summary>The trials that a run used, in the order in which they were trained, without their predictions.</summary>
    public IReadOnlyList<JournalTrialSummary> SummariesOf(string runId) => Read(
        """
        SELECT t.key, t.policy, t.spec, t.finished, t.status, t.select_loss, t.select_error, t.image_passes, t.seconds, t.test_logits IS NOT NULL, u.reused
        FROM run_trials u JOIN trials t ON t.key = u.key WHERE u.run_id = @run ORDER BY t.finished, t.key
        """,
        row => new JournalTrialSummary(
            row.GetString(0), row.GetString(1), JournalEntryReader.Spec(row.GetString(2)), JournalEntryReader.Time(row.GetString(3)), JournalEntryReader.Status(row.GetString(4)),
            row.IsDBNull(5) ? double.NaN : row.GetDouble(5), row.IsDBNull(6) ? double.NaN : row.GetDouble(6),
            row.GetInt64(7), row.GetDouble(8), row.GetBoolean(9), row.GetBoolean(10)),
        ("@run", runId));

    /// <summary>Every trial with what it takes up.</summary>
    public IReadOnlyList<JournalHolding> Holdings() => Read(
        """
        SELECT t.key, t.spec, t.finished, (SELECT max(r.started) FROM run_trials u JOIN runs r ON r.id = u.run_id WHERE u.key = t.key),
            t.test_logits IS NOT NULL,
            coalesce(length(select_logits), 0) + coalesce(length(select_labels), 0) + coalesce(length(test_logits), 0) + coalesce(length(test_labels), 0) + length(spec)
        FROM trials t ORDER BY t.key
        """,
        row =>
        {
            var (trained, used) = (JournalEntryReader.Time(row.GetString(2)), row.IsDBNull(3) ? DateTimeOffset.MinValue : JournalEntryReader.Time(row.GetString(3)));
            return new JournalHolding(row.GetString(0), JournalEntryReader.Spec(row.GetString(1)), trained > used ? trained : used, row.GetBoolean(4), row.GetInt64(5));
        });

    /// <summary>Forgets trials and what noted their use, and gives their space back to the disk.</summary>
    /// <param name="keys">Of the trials.</param>
    /// <param name="runs">Ids of runs to forget too.</param>
    /// <param name="probesBefore">Probes that ended earlier are forgotten.</param>
    /// <exception cref="DiagnosticException">The disk is full or the file not writable.</exception>
    public void Forget(IReadOnlyCollection<string> keys, IReadOnlyCollection<string> runs, DateTimeOffset probesBefore)
    {
        lock (_gate)
        {
            Use(connection =>
            {
                using var transaction = connection.BeginTransaction();
                void Each(string text, IReadOnlyCollection<string> values)
                {
                    foreach (var value in values)
                    {
                        Execute(connection, transaction, text, ("@value", value));
                    }
                }

                Each("DELETE FROM trials WHERE key = @value", keys);
                Each("DELETE FROM run_trials WHERE key = @value", keys);
                Each("DELETE FROM run_trials WHERE run_id = @value", runs);
                Each("DELETE FROM runs WHERE id = @value", runs);
                Execute(connection, transaction, "DELETE FROM probes WHERE finished < @before", ("@before", probesBefore.ToString("O", CultureInfo.InvariantCulture)));
                transaction.Commit();
                _store.Compact(connection);
                return true;
            });
        }
    }

    /// <summary>Closes the store.</summary>
    public void Dispose() => _store.Dispose();

    /// <summary>NaN is stored as NULL: SQLite has none.</summary>
    private static double? Number(double value) => double.IsNaN(value) ? null : value;

    /// <summary>Numbers as the processor has them, little-endian wherever libtorch runs.</summary>
    private static byte[]? Bytes<T>(T[]? values)
        where T : unmanaged => values is null ? null : MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>Relative to the journal, so that a cache that is moved or restored elsewhere keeps its weights.</summary>
    private string? Relative(string? file) => file is null ? null : Path.GetRelativePath(_store.Folder, file);

    private List<JournalRun> RunsThat(string which, (string Name, object? Value) value) => Read(
        $"""
        SELECT id, started, finished, spec_path, status, summary,
            (SELECT count(*) FROM run_trials t WHERE t.run_id = r.id AND NOT reused),
            (SELECT count(*) FROM run_trials t WHERE t.run_id = r.id AND reused)
        FROM runs r {which}
        """,
        row => new JournalRun(
            row.GetString(0), JournalEntryReader.Time(row.GetString(1)), row.IsDBNull(2) ? null : JournalEntryReader.Time(row.GetString(2)), row.GetString(3),
            row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetInt32(6), row.GetInt32(7)),
        value);

    private JournalEntryReader Entries => new(_store.Folder);

    private string Now() => _clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);

    private void Write(string text, params (string Name, object? Value)[] values)
    {
        lock (_gate)
        {
            Use(connection =>
            {
                Execute(connection, null, text, values);
                return true;
            });
        }
    }

    private List<T> Read<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values)
    {
        lock (_gate)
        {
            return Use(connection =>
            {
                using var command = Command(connection, text, values);
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read())
                {
                    if (Sound(reader, read) is (true, var row))
                    {
                        rows.Add(row);
                    }
                }

                return rows;
            });
        }
    }

    /// <summary>An entry, unless it can't be what was written: the file lies on a disk, or in a database that others write to.</summary>
    private (bool IsSound, T Row) Sound<T>(DbDataReader row, Func<DbDataReader, T> read)
    {
        try
        {
            return (true, read(row));
        }
        catch (Exception e) when (e is not DbException)
        {
            // Whatever making sense of it ends in, the entry is at fault.
            var entry = row.FieldCount > 0 && row.GetValue(0) is string name ? name[..Math.Min(name.Length, 64)] : "without a name";
            if (_told.Add(entry))
            {
                Damaged?.Invoke(new Diagnostic(
                    TrialDiagnostics.EntryDamaged,
                    DiagnosticSeverity.Warning,
                    $"The journal's entry {new string([.. entry.Select(c => char.IsControl(c) ? '?' : c)])} can't be used ({Cause.Of(e).TrimEnd('.')}); it is taken as not there, and a trial is run again when it is needed.",
                    _store.Place));
            }

            return default;
        }
    }

    private T Use<T>(Func<DbConnection, T> action)
    {
        try
        {
            return _store.Use(action);
        }
        catch (DbException e) when (_store.TryReplace(e) is { } told)
        {
            Damaged?.Invoke(told);
            if (_run is var (id, specPath))
            {
                NoteRun(id, specPath);
            }

            return Use(action);
        }
        catch (DbException e)
        {
            throw _store.Explain(e);
        }
    }

    private static void Execute(DbConnection connection, DbTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(connection, text, values);
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    private static DbCommand Command(DbConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
