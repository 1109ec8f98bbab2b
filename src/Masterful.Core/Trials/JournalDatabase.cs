using System.Data.Common;
using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Data.Sqlite;

namespace Masterful.Core.Trials;

/// <summary>The SQLite file behind the journal: opened, brought to the current layout, its faults told in a person's words.</summary>
internal static class JournalDatabase
{
    private const int Layout = 1;
    private const int ReadOnly = 8;
    private const int NoSuchTable = 1;
    private const int Damaged = 11;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    private const string Tables = """
        CREATE TABLE trials (
            key TEXT PRIMARY KEY, policy TEXT NOT NULL, spec TEXT NOT NULL, finished TEXT NOT NULL,
            status TEXT NOT NULL, failure TEXT, transient INTEGER NOT NULL,
            select_loss REAL, select_error REAL, raw_select_loss REAL, epoch_losses BLOB NOT NULL,
            class_count INTEGER, select_logits BLOB, select_labels BLOB, test_logits BLOB, test_labels BLOB, weights_path TEXT,
            image_passes INTEGER NOT NULL, seconds REAL NOT NULL, peak_memory INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE probes (key TEXT PRIMARY KEY, finished TEXT NOT NULL, result TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE runs (
            id TEXT PRIMARY KEY, started TEXT NOT NULL, finished TEXT, spec_path TEXT NOT NULL, status TEXT, summary TEXT) WITHOUT ROWID;
        CREATE TABLE run_trials (
            run_id TEXT NOT NULL, key TEXT NOT NULL, reused INTEGER NOT NULL, PRIMARY KEY (run_id, key)) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """;

    /// <summary>Names in the tables that every reader counts on; a file of another make has none of them.</summary>
    private const string Probe = """
        SELECT key, policy, spec, finished, status, failure, transient, select_loss, select_error, raw_select_loss, epoch_losses, class_count,
            select_logits, select_labels, test_logits, test_labels, weights_path, image_passes, seconds, peak_memory FROM trials LIMIT 0;
        SELECT key, finished, result FROM probes LIMIT 0;
        SELECT id, started, finished, spec_path, status, summary FROM runs LIMIT 0;
        SELECT run_id, key, reused FROM run_trials LIMIT 0;
        """;

    /// <summary>
    /// Opens a journal for writing, or, where nothing can be written, a copy of it in memory together with a warning. A damaged file is set
    /// aside for a new one, with a warning too.
    /// </summary>
    /// <exception cref="DiagnosticException">The file is of a newer layout, or can't be used.</exception>
    public static (SqliteConnection Connection, Diagnostic? Warning) Open(string path, SqliteOpenMode mode)
    {
        try
        {
            return OpenFile(path, mode);
        }
        catch (SqliteException e) when ((IsDamage(e) || e.SqliteErrorCode == NoSuchTable) && SetAside(path, e) is { } told)
        {
            return (OpenFile(path, mode).Connection, told);
        }
        catch (SqliteException e)
        {
            throw Explain(e, path);
        }
    }

    /// <summary>Whether a fault is the file's content: not a database, or damaged pages.</summary>
    public static bool IsDamage(DbException fault) => fault is SqliteException { SqliteErrorCode: Damaged or NotADatabase };

    /// <summary>Gives a damaged file another name.</summary>
    /// <returns>What to tell; null where it can't be renamed.</returns>
    public static Diagnostic? SetAside(string path, SqliteException fault)
    {
        var aside = $"{path}.damaged";
        try
        {
            foreach (var ending in new[] { "", "-wal", "-shm" })
            {
                if (File.Exists(path + ending))
                {
                    File.Move(path + ending, aside + ending, overwrite: true);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return new Diagnostic(
            TrialDiagnostics.JournalDamaged,
            DiagnosticSeverity.Warning,
            $"The journal {path} is damaged ({Cause.Of(fault).TrimEnd('.')}). It is kept as {aside}, and a new one is begun: its trials are run again as they are needed.",
            new SourcePosition(path));
    }

    private static (SqliteConnection Connection, Diagnostic? Warning) OpenFile(string path, SqliteOpenMode mode)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            RefuseLinks(path);
            return (Connect(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode }, path), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException { SqliteErrorCode: ReadOnly or CannotOpen })
        {
            var warning = new Diagnostic(
                TrialDiagnostics.JournalNotWritable,
                DiagnosticSeverity.Warning,
                $"The journal {path} can't be written ({Cause.Of(e).TrimEnd('.')}): this run's trials are kept in memory only and lost when it ends.",
                new SourcePosition(path));
            return (CopyToMemory(path), warning);
        }
    }

    /// <summary>Opens a journal that others may be writing, for reading alone.</summary>
    /// <exception cref="DiagnosticException">The file is not there, not readable, damaged or of a newer layout.</exception>
    public static SqliteConnection OpenForReading(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            RefuseNewer(LayoutOf(connection), path);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Explain(e, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What a fault of SQLite means and what mends it.</summary>
    public static DiagnosticException Explain(SqliteException fault, string path)
    {
        var position = new SourcePosition(path);
        return IsDamage(fault)
            ? new DiagnosticException(
                TrialDiagnostics.JournalDamaged,
                $"The journal {path} is damaged ({Cause.Of(fault).TrimEnd('.')}). Delete or rename it: its trials are run again as they are needed.",
                position)
            : new DiagnosticException(
                TrialDiagnostics.JournalNotWritable,
                $"The journal {path} can't be used ({Cause.Of(fault).TrimEnd('.')}). Is the disk full, or the file locked or read-only?",
                position);
    }

    private static SqliteConnection Connect(SqliteConnectionStringBuilder settings, string path)
    {
        settings.Pooling = false;

        // Another process's write is waited for; each is a row, done in milliseconds.
        settings.DefaultTimeout = 60;
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            if (SQLitePCL.raw.sqlite3_db_readonly(connection.Handle, "main") != 0)
            {
                throw new UnauthorizedAccessException("the file is read-only");
            }

            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            BringToLayout(connection, path);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>SQLite would follow a link, and write to a file outside the cache.</summary>
    private static void RefuseLinks(string path)
    {
        foreach (var file in new[] { path, $"{path}-wal", $"{path}-shm", $"{path}-journal" })
        {
            if (FileFacts.Of(file) is { Kind: FileKind.Link })
            {
                throw new IOException($"{file} is a link");
            }
        }
    }

    private static void BringToLayout(SqliteConnection connection, string path)
    {
        // Immediate, so that of two processes that make the file at once one waits.
        using var transaction = connection.BeginTransaction(deferred: false);
        var layout = LayoutOf(connection);
        RefuseNewer(layout, path);
        if (layout == 0)
        {
            Execute(connection, Tables);
        }

        Execute(connection, Probe);
        transaction.Commit();
    }

    private static void RefuseNewer(long layout, string path)
    {
        if (layout > Layout)
        {
            throw new DiagnosticException(
                TrialDiagnostics.JournalNewer,
                $"The journal {path} has layout {layout}; this version reads up to {Layout}. Update the tool or name another runtime.cache.",
                new SourcePosition(path));
        }
    }

    private static long LayoutOf(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return (long)command.ExecuteScalar()!;
    }

    private static SqliteConnection CopyToMemory(string path)
    {
        var memory = new SqliteConnection("Data Source=:memory:");
        memory.Open();
        if (FileFacts.Of(path) is { Kind: FileKind.File })
        {
            // Immutable: read without a lock file, which could not be made either.
            var uri = new Uri(Path.GetFullPath(path)).AbsoluteUri;
            using var source = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = $"{uri}?immutable=1", Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            try
            {
                source.Open();
                source.BackupDatabase(memory);
            }
            catch (SqliteException e) when (e.SqliteErrorCode is CannotOpen || IsDamage(e))
            {
                // Not even readable: the run goes on with an empty journal, and the warning says that it is in memory.
                memory.Dispose();
                memory = new SqliteConnection("Data Source=:memory:");
                memory.Open();
            }
        }

        BringToLayout(memory, path);
        return memory;
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
