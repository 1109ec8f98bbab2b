using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Microsoft.Data.Sqlite;

namespace Masterful.Core.Trials;

/// <summary>
/// The memory of all runs: what came of each trial and probe, by key, and which run used which. It is a SQLite file, or tables of a
/// database that several machines share. A result is on disk when <see cref="Save"/> returns; a kill at any moment loses nothing that was
/// saved. Several threads and several processes may use one journal at once.
/// </summary>
public sealed class Journal : IDisposable
{
    /// <summary>In the column <c>transient</c>: 0 is a failure for good, 1 one that may not come again, this a lack of memory.</summary>
    private const int MemoryShort = 2;

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

    /// <summary>A journal kept in a store.</summary>
    /// <param name="store">Its tables are there. Disposed with the journal.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="warning">Why it is in memory only.</param>
    public Journal(JournalStore store, TimeProvider clock, Diagnostic? warning = null) => (_store, _clock, Warning) = (store, clock, warning);

    /// <summary>Why this journal is in memory only, to be shown; null when it is on disk.</summary>
    public Diagnostic? Warning { get; }

    /// <summary>Opens a journal, made if it is not there. Where it can't be written the run's journal is in memory: see <see cref="Warning"/>.</summary>
    /// <exception cref="DiagnosticException">The file is damaged or was written by a newer version.</exception>
    public static Journal Open(string path, TimeProvider clock) => Open(path, clock, SqliteOpenMode.ReadWriteCreate);

    /// <summary>Opens a journal to look at, also while a run writes it. Nothing can be saved through it.</summary>
    /// <exception cref="DiagnosticException">The file is not there, not readable, damaged or was written by a newer version.</exception>
    public static Journal OpenForReading(string path, TimeProvider clock) => new(new SqliteJournalStore(JournalDatabase.OpenForReading(path), path), clock);

    internal static Journal Open(string path, TimeProvider clock, SqliteOpenMode mode)
    {
        var (connection, warning) = JournalDatabase.Open(path, mode);
        return new Journal(new SqliteJournalStore(connection, path), clock, warning);
    }

    /// <summary>The result of a trial, marked as reused, or null. Weights whose file is gone are left out.</summary>
    public TrialResult? Find(string key) => Read(
        "SELECT * FROM trials WHERE key = @key",
        row => Result(row) with { Reused = true },
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
        ("@transient", result.RanOutOfMemory ? MemoryShort : result.FailureIsTransient ? 1 : 0),
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
        row => JsonSerializer.Deserialize<DistanceProbeResult>(row.GetString(0), JsonOptions)!,
        ("@key", key)).FirstOrDefault();

    /// <summary>Keeps the result of a probe.</summary>
    /// <exception cref="DiagnosticException">The disk is full or the file not writable any more.</exception>
    public void SaveProbe(string key, DistanceProbeResult result) => Write(
        "INSERT INTO probes (key, finished, result) VALUES (@key, @finished, @result) ON CONFLICT (key) DO UPDATE SET finished = excluded.finished, result = excluded.result",
        ("@key", key), ("@finished", Now()), ("@result", JsonSerializer.Serialize(result, JsonOptions)));

    /// <summary>Notes that a run has begun.</summary>
    public void StartRun(string runId, string specPath) => Write(
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
            row.GetString(row.GetOrdinal("spec")),
            Time(row.GetString(row.GetOrdinal("finished"))),
            Result(row) with { Reused = row.GetBoolean(row.GetOrdinal("reused")) }),
        ("@run", runId));

    /// <summary>The trials that a run used, in the order in which they were trained, without their predictions.</summary>
    public IReadOnlyList<JournalTrialSummary> SummariesOf(string runId) => Read(
        """
        SELECT t.key, t.policy, t.spec, t.finished, t.status, t.select_loss, t.select_error, t.image_passes, t.seconds, t.test_logits IS NOT NULL, u.reused
        FROM run_trials u JOIN trials t ON t.key = u.key WHERE u.run_id = @run ORDER BY t.finished, t.key
        """,
        row => new JournalTrialSummary(
            row.GetString(0), row.GetString(1), row.GetString(2), Time(row.GetString(3)), Enum.Parse<TrialStatus>(row.GetString(4)),
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
            var (trained, used) = (Time(row.GetString(2)), row.IsDBNull(3) ? DateTimeOffset.MinValue : Time(row.GetString(3)));
            return new JournalHolding(row.GetString(0), row.GetString(1), trained > used ? trained : used, row.GetBoolean(4), row.GetInt64(5));
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

    private static JsonSerializerOptions JsonOptions { get; } =
        new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private TrialResult Result(DbDataReader row)
    {
        var weights = Text(row, row.GetOrdinal("weights_path")) is { } relative ? Path.GetFullPath(relative, _store.Folder) : null;
        return new TrialResult
        {
            Key = row.GetString(row.GetOrdinal("key")),
            Status = Enum.Parse<TrialStatus>(row.GetString(row.GetOrdinal("status"))),
            Failure = Text(row, row.GetOrdinal("failure")),
            FailureIsTransient = row.GetInt32(row.GetOrdinal("transient")) > 0,
            RanOutOfMemory = row.GetInt32(row.GetOrdinal("transient")) == MemoryShort,
            SelectLoss = Number(row, "select_loss"),
            SelectError = Number(row, "select_error"),
            RawSelectLoss = Number(row, "raw_select_loss"),
            EpochLosses = Values<double>(row, "epoch_losses") ?? [],
            Select = PredictionsOf(row, "select_logits", "select_labels"),
            Test = PredictionsOf(row, "test_logits", "test_labels"),
            WeightsPath = File.Exists(weights) ? weights : null,
            ImagePasses = row.GetInt64(row.GetOrdinal("image_passes")),
            Seconds = row.GetDouble(row.GetOrdinal("seconds")),
            PeakMemory = row.GetInt64(row.GetOrdinal("peak_memory")),
        };
    }

    private static Predictions? PredictionsOf(DbDataReader row, string logits, string labels) =>
        Values<float>(row, logits) is { } values
            ? new Predictions(values, row.GetInt32(row.GetOrdinal("class_count")), Values<int>(row, labels)!)
            : null;

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>NaN is stored as NULL: SQLite has none.</summary>
    private static double? Number(double value) => double.IsNaN(value) ? null : value;

    private static double Number(DbDataReader row, string column) =>
        row.IsDBNull(row.GetOrdinal(column)) ? double.NaN : row.GetDouble(row.GetOrdinal(column));

    /// <summary>Numbers as the processor has them, little-endian wherever libtorch runs.</summary>
    private static byte[]? Bytes<T>(T[]? values)
        where T : unmanaged => values is null ? null : MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static T[]? Values<T>(DbDataReader row, string column)
        where T : unmanaged =>
        row.IsDBNull(row.GetOrdinal(column)) ? null : MemoryMarshal.Cast<byte, T>(row.GetFieldValue<byte[]>(row.GetOrdinal(column))).ToArray();

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
            row.GetString(0), Time(row.GetString(1)), row.IsDBNull(2) ? null : Time(row.GetString(2)), row.GetString(3),
            Text(row, 4), Text(row, 5), row.GetInt32(6), row.GetInt32(7)),
        value);

    private string Now() => _clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

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
                    rows.Add(read(reader));
                }

                return rows;
            });
        }
    }

    private T Use<T>(Func<DbConnection, T> action)
    {
        try
        {
            return _store.Use(action);
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
