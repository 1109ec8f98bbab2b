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

    /// <summary>MASTERFUL_FLEET_TOKEN is not set or can't be used.</summary>
    public static readonly DiagnosticCode TokenMissing = new(
        "MST0805", "the token of shared files is missing or too short", "Set MASTERFUL_FLEET_TOKEN to the same random text of at least 16 characters on the coordinator and on each worker.");

    /// <summary>A file that can't be part of a share.</summary>
    public static readonly DiagnosticCode NotShareable = new(
        "MST0806", "a file can't be shared", "Keep data, model and spec in folders and under names that every machine can have, or give the workers a shared folder instead.");

    /// <summary>The address is taken or not this machine's, or the certificate is not usable.</summary>
    public static readonly DiagnosticCode NotListening = new(
        "MST0807", "shared files can't be served there", "Name an address of this machine with --listen, a free port with --port, and a PKCS #12 file with its key with --certificate.");

    /// <summary>Plain HTTP on a network.</summary>
    public static readonly DiagnosticCode InTheClear = new(
        "MST0808", "shared files travel in the clear", "Use --certificate and https, or a reverse proxy or VPN that encrypts.");

    /// <summary>The coordinator's files can't be fetched.</summary>
    public static readonly DiagnosticCode ShareNotReached = new(
        "MST0809", "the coordinator's files can't be fetched", "Check the address in --from, the token and the network, and run the same command again: what was fetched is kept.");

    /// <summary>What was served breaks the rules, or is not what was announced.</summary>
    public static readonly DiagnosticCode ShareNotValid = new(
        "MST0810", "what the coordinator serves is not as it must be", "Start `dotnet masterful fleet serve` again there; if that does not help, make sure that the address is the coordinator's.");

    /// <summary>Two versions of the tool.</summary>
    public static readonly DiagnosticCode EngineDiffers = new(
        "MST0811", "the coordinator is of another version", "Install the same version of the tool on coordinator and workers.");

    /// <summary>A model that is code, without consent.</summary>
    public static readonly DiagnosticCode ModelNotTrusted = new(
        "MST0812", "the coordinator's model is code and not trusted", "Say --trust-model if you trust whoever runs the coordinator with this machine.");

    /// <summary>The cache can't take what is fetched.</summary>
    public static readonly DiagnosticCode ShareNotKept = new(
        "MST0813", "fetched files can't be kept", "Free space, or name another folder with MASTERFUL_CACHE, and run the same command again: what was fetched is kept.");

    /// <summary>A row of the database that no engine wrote.</summary>
    public static readonly DiagnosticCode NotValid = new(
        "MST0830", "the fleet's database holds something that no engine wrote", "See who can write to the database, then run the same command again; docs/fleet.md says what they can do.");
}
