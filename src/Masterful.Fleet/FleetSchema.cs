using Masterful.Core.Spec;
using Npgsql;

namespace Masterful.Fleet;

/// <summary>The tables of the fleet and of the journal, brought from any earlier version to this one.</summary>
internal static class FleetSchema
{
    /// <summary>The schema that everything is in.</summary>
    public const string Name = "masterful";

    /// <summary>Any number, the same for all who would change the tables.</summary>
    private const long Lock = 0x6d61737466756c;

    /// <summary>Each brings the tables one version on; none is ever changed once it is out.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE requests (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL, kind text NOT NULL, carries text NOT NULL, queue text NOT NULL,
            policy text NOT NULL, body text NOT NULL, state text NOT NULL DEFAULT 'waiting',
            asked timestamptz NOT NULL DEFAULT now(), queued timestamptz, started timestamptz, finished timestamptz,
            attempt uuid, worker uuid, attempts integer NOT NULL DEFAULT 0, epoch integer, epochs integer, loss double precision, speed double precision,
            beat timestamptz, result text);
        CREATE UNIQUE INDEX requests_once ON requests (queue, key, kind, carries) WHERE state IN ('waiting', 'running', 'done');
        CREATE INDEX requests_open ON requests (state) WHERE state IN ('waiting', 'running');
        CREATE TABLE watchers (
            request bigint NOT NULL REFERENCES requests ON DELETE CASCADE, coordinator uuid NOT NULL, PRIMARY KEY (request, coordinator));
        CREATE TABLE workers (
            id uuid PRIMARY KEY, name text NOT NULL, queue text NOT NULL, slots integer NOT NULL, engine text NOT NULL, libtorch text NOT NULL,
            device text NOT NULL, threads integer NOT NULL, data text NOT NULL, model text NOT NULL, memory bigint NOT NULL,
            started timestamptz NOT NULL DEFAULT now(), seen timestamptz NOT NULL DEFAULT now());
        CREATE TABLE files (name text PRIMARY KEY, writer uuid NOT NULL, length bigint NOT NULL, written timestamptz NOT NULL DEFAULT now());
        CREATE TABLE file_parts (name text NOT NULL REFERENCES files ON DELETE CASCADE, part integer NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (name, part));
        """,
        """
        CREATE TABLE trials (
            key text PRIMARY KEY, policy text NOT NULL, spec text NOT NULL, finished text NOT NULL,
            status text NOT NULL, failure text, transient integer NOT NULL,
            select_loss double precision, select_error double precision, raw_select_loss double precision, epoch_losses bytea NOT NULL,
            class_count integer, select_logits bytea, select_labels bytea, test_logits bytea, test_labels bytea, weights_path text,
            image_passes bigint NOT NULL, seconds double precision NOT NULL, peak_memory bigint NOT NULL);
        CREATE TABLE probes (key text PRIMARY KEY, finished text NOT NULL, result text NOT NULL);
        CREATE TABLE runs (id text PRIMARY KEY, started text NOT NULL, finished text, spec_path text NOT NULL, status text, summary text);
        CREATE TABLE run_trials (run_id text NOT NULL, key text NOT NULL, reused boolean NOT NULL, PRIMARY KEY (run_id, key));
        """,
        """
        ALTER TABLE requests ADD COLUMN trace text;
        """,
        """
        ALTER TABLE requests ADD COLUMN memory integer NOT NULL DEFAULT 0;
        ALTER TABLE workers ADD COLUMN memory_class integer NOT NULL DEFAULT 0;
        """,
    ];

    /// <summary>The newest version.</summary>
    public static int Version => Migrations.Length;

    /// <summary>Brings the tables up to date; of several who do so at once, one waits for the other.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="place">Where the database is, for people.</param>
    /// <param name="alongside">Done under the same lock, once the tables are there.</param>
    /// <exception cref="DiagnosticException">They are of a newer version.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, string place, Action alongside)
    {
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({Lock})").ConfigureAwait(false);
        try
        {
            await ExecuteAsync(
                connection, $"CREATE SCHEMA IF NOT EXISTS {Name}; CREATE TABLE IF NOT EXISTS {Name}.version (version integer NOT NULL)").ConfigureAwait(false);
            var version = await VersionAsync(connection).ConfigureAwait(false);
            if (version > Version)
            {
                throw new DiagnosticException(
                    FleetDiagnostics.Newer,
                    $"The tables in {place} are of version {version}; this tool knows them up to {Version}. {FleetDiagnostics.Newer.Remedy}");
            }

            for (; version < Version; version++)
            {
                var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    await ExecuteAsync(
                        connection,
                        $"SET LOCAL search_path TO {Name}; {Migrations[version]} DELETE FROM version; INSERT INTO version VALUES ({version + 1})").ConfigureAwait(false);
                    await transaction.CommitAsync().ConfigureAwait(false);
                }
            }

            alongside();
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({Lock})").ConfigureAwait(false);
        }
    }

    private static async Task<int> VersionAsync(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand($"SELECT coalesce(max(version), 0) FROM {Name}.version", connection);
        await using (command.ConfigureAwait(false))
        {
            return (int)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text)
    {
        var command = new NpgsqlCommand(text, connection);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }
}
