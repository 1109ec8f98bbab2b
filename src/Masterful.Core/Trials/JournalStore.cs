using System.Data.Common;
using Masterful.Core.Spec;
using Microsoft.Data.Sqlite;

namespace Masterful.Core.Trials;

/// <summary>What a journal is kept in: a database with the journal's tables, and the folder that its weights lie below.</summary>
public abstract class JournalStore : IDisposable
{
    /// <summary>Full path of the folder that paths of weights are relative to.</summary>
    public abstract string Folder { get; }

    /// <summary>Does something with an open connection, one at a time; what can be done twice may be tried again.</summary>
    public abstract T Use<T>(Func<DbConnection, T> action);

    /// <summary>What a fault of the database means and what mends it.</summary>
    public abstract DiagnosticException Explain(DbException fault);

    /// <summary>Gives the space of what was deleted back.</summary>
    public abstract void Compact(DbConnection connection);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A journal's SQLite file, or its copy in memory.</summary>
/// <param name="connection">Open. Disposed.</param>
/// <param name="path">Of the file.</param>
internal sealed class SqliteJournalStore(SqliteConnection connection, string path) : JournalStore
{
    public override string Folder { get; } = Path.GetDirectoryName(Path.GetFullPath(path))!;

    public override T Use<T>(Func<DbConnection, T> action) => action(connection);

    public override DiagnosticException Explain(DbException fault) => JournalDatabase.Explain((SqliteException)fault, path);

    public override void Compact(DbConnection connection)
    {
        foreach (var text in new[] { "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)" })
        {
            using var command = connection.CreateCommand();
            command.CommandText = text;
            command.ExecuteNonQuery();
        }
    }

    public override void Dispose() => connection.Dispose();
}
