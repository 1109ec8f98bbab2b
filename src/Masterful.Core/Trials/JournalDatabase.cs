using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Data.Sqlite;

namespace Masterful.Core.Trials;

/// <summary>The SQLite file behind the journal: opened, brought to the current layout, its faults told in a person's words.</summary>
internal static class JournalDatabase
{
    private const int Layout = 1;
    private const int ReadOnly = 8;
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

    /// <summary>
    /// Opens a journal for writing, or, where nothing can be written, a copy of it in memory together with a warning.
    /// </summary>
    /// <exception cref="DiagnosticException">The file is damaged or of a newer layout.</exception>
    public static (SqliteConnection Connection, Diagnostic? Warning) Open(string path, SqliteOpenMode mode)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
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
        catch (SqliteException e)
        {
            throw Explain(e, path);
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
        return fault.SqliteErrorCode is Damaged or NotADatabase
            ? new DiagnosticException(
                TrialDiagnostics.JournalDamaged,
                $"The journal {path} is damaged ({fault.Message.TrimEnd('.')}). Delete or rename it: its trials are run again as they are needed.",
                position)
            : new DiagnosticException(
                TrialDiagnostics.JournalNotWritable,
                $"The journal {path} can't be used ({fault.Message.TrimEnd('.')}). Is the disk full, or the file locked or read-only?",
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
        if (File.Exists(path))
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
            catch (SqliteException e) when (e.SqliteErrorCode is CannotOpen)
            {
                // Not even readable: the run goes on with an empty journal, and the warning says that it is in memory.
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
