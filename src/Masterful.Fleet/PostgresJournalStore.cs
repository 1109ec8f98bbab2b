using System.Data.Common;
using Masterful.Core.Spec;
using Masterful.Core.Trials;

namespace Masterful.Fleet;

/// <summary>The journal in the fleet's database, shared by all who use it. Weights stay in the cache folder of the machine.</summary>
/// <param name="database">The fleet's. Not disposed.</param>
/// <param name="cache">Full path of this machine's cache folder.</param>
public sealed class PostgresJournalStore(FleetDatabase database, string cache) : JournalStore
{
    /// <inheritdoc/>
    public override string Folder => cache;

    /// <inheritdoc/>
    public override T Use<T>(Func<DbConnection, T> action) =>
        database.WithConnectionAsync(c => Task.FromResult(action(c)), CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override DiagnosticException Explain(DbException fault) => new(
        FleetDiagnostics.NotReached, $"The journal in PostgreSQL at {database.Settings.Place} can't be used: {FleetDatabase.Reason(fault)}. {FleetDiagnostics.NotReached.Remedy}");

    /// <inheritdoc/>
    public override void Compact(DbConnection connection)
    {
        // PostgreSQL's own vacuum does it.
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The database is the process's.
    }
}
