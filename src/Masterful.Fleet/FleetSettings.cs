using System.Globalization;
using Masterful.Core.Spec;
using Npgsql;

namespace Masterful.Fleet;

/// <summary>How to reach the fleet's database, and how patient to be with it and with workers. Never shown: it holds a password.</summary>
public sealed class FleetSettings
{
    /// <summary>The variable with the connection string.</summary>
    public const string Variable = "MASTERFUL_FLEET";

    /// <summary>The variable with the seconds of <see cref="Patience"/>.</summary>
    public const string PatienceVariable = "MASTERFUL_FLEET_PATIENCE";

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(5);

    private FleetSettings(NpgsqlConnectionStringBuilder connection, TimeSpan patience) => (Connection, Patience) = (connection, patience);

    /// <summary>After so long without a sign of life a worker's trial is given to another.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Where the database is, for people: no user, no password.</summary>
    public string Place => $"{Connection.Host}:{Connection.Port}/{Connection.Database}";

    internal NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">Values of variables; null where one is not set.</param>
    /// <exception cref="DiagnosticException">The connection is missing or malformed.</exception>
    public static FleetSettings Read(Func<string, string?> environment)
    {
        if (environment(Variable) is not { Length: > 0 } text)
        {
            throw new DiagnosticException(FleetDiagnostics.NotNamed, $"{Variable} is not set. {FleetDiagnostics.NotNamed.Remedy}");
        }

        return new FleetSettings(Parse(text), ReadPatience(environment(PatienceVariable)));
    }

    private static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(text) { ApplicationName = "masterful", IncludeErrorDetail = false };
            if (!connection.ContainsKey("Maximum Pool Size"))
            {
                // A hundred machines share what the server allows, which is a hundred connections unless somebody raised it.
                connection.MaxPoolSize = 20;
            }

            return connection.Host is { Length: > 0 }
                ? connection
                : throw new DiagnosticException(FleetDiagnostics.NotNamed, $"{Variable} names no Host. {FleetDiagnostics.NotNamed.Remedy}");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The reason may repeat a part of the text, which may be the password.
            throw new DiagnosticException(FleetDiagnostics.NotNamed, $"{Variable} is not a connection string of PostgreSQL. {FleetDiagnostics.NotNamed.Remedy}");
        }
    }

    private static TimeSpan ReadPatience(string? text) => text is not { Length: > 0 }
        ? DefaultPatience
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 2 and <= 86400
            ? TimeSpan.FromSeconds(seconds)
            : throw new DiagnosticException(FleetDiagnostics.NotNamed, $"{PatienceVariable} must be seconds from 2 to 86400, not '{text}'.");
}
