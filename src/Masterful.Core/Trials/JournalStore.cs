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

    /// <summary>Where it is, for messages; null where it is no file.</summary>
    public virtual SourcePosition? Place => null;

    /// <summary>What a fault of the database means and what mends it.</summary>
    public abstract DiagnosticException Explain(DbException fault);

    /// <summary>Sets a damaged database aside and begins a new one; null where that is not what the fault is, or can't be done.</summary>
    /// <returns>What to tell.</returns>
    public virtual Diagnostic? TryReplace(DbException fault) => null;

    /// <summary>Gives the space of what was deleted back.</summary>
    public abstract void Compact(DbConnection connection);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A journal's SQLite file, or its copy in memory.</summary>
/// <param name="connection">Open. Disposed.</param>
/// <param name="path">Of the file.</param>
/// <param name="mayReplace">Whether the file is set aside for a new one where it turns out to be damaged.</param>
internal sealed class SqliteJournalStore(SqliteConnection connection, string path, bool mayReplace = false) : JournalStore
{
    private SqliteConnection _connection = connection;

    public override SourcePosition? Place => new SourcePosition(path);

    public override string Folder { get; } = Path.GetDirectoryName(Path.GetFullPath(path))!;

    public override T Use<T>(Func<DbConnection, T> action) => action(_connection);

    public override DiagnosticException Explain(DbException fault) => JournalDatabase.Explain((SqliteException)fault, path);

    public override Diagnostic? TryReplace(DbException fault)
    {
        if (!mayReplace || !JournalDatabase.IsDamage(fault))
        {
            return null;
        }

        _connection.Dispose();
        var told = JournalDatabase.SetAside(path, (SqliteException)fault);
        (_connection, _) = JournalDatabase.Open(path, SqliteOpenMode.ReadWriteCreate);
        return told;
    }

    public override void Compact(DbConnection connection)
    {
        foreach (var text in new[] { "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)" })
        {
            using var command = connection.CreateCommand();
            command.CommandText = text;
            command.ExecuteNonQuery();
        }
    }

    public override void Dispose() => _connection.Dispose();
}
