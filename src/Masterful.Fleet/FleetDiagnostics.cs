using Masterful.Core.Spec;

namespace Masterful.Fleet;

/// <summary>What can be wrong with a fleet.</summary>
public static class FleetDiagnostics
{
    /// <summary>MASTERFUL_FLEET is not set or not a connection string.</summary>
    public static readonly DiagnosticCode NotNamed = new(
        "MST0801", "the fleet's database is not named", "Set MASTERFUL_FLEET to a connection string of PostgreSQL, such as Host=db;Database=masterful;Username=fleet;Password=…");

    /// <summary>The database does not answer, or not to this user.</summary>
    public static readonly DiagnosticCode NotReached = new(
        "MST0802", "the fleet's database can't be used", "Check host, port, database, user and password in MASTERFUL_FLEET, and that the user may create schemas there.");

    /// <summary>The tables are of a later version of the tool.</summary>
    public static readonly DiagnosticCode Newer = new(
        "MST0803", "the fleet's tables were made by a newer version", "Update the tool on this machine; coordinator and workers should be of one version.");

    /// <summary>The database was away for too long.</summary>
    public static readonly DiagnosticCode Lost = new(
        "MST0804", "the fleet's database was lost", "Bring PostgreSQL back and run the same command again: what was trained is kept.");
}
