using Hangfire;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Masterful.Fleet;

/// <summary>
/// The fleet's PostgreSQL: our tables, Hangfire's queue beside them. What fails because the database is away is tried again until
/// <see cref="FleetSettings.Patience"/> is used up twice, so that a restart of it costs a pause and nothing else.
/// </summary>
public sealed class FleetDatabase : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private int _toldOfAbsence;

    private FleetDatabase(NpgsqlDataSource source, PostgreSqlStorage queue, FleetSettings settings, TimeProvider clock, ILogger logger) =>
        (_source, Queue, Settings, _clock, _logger) = (source, queue, settings, clock, logger);

    /// <summary>How it was reached.</summary>
    public FleetSettings Settings { get; }

    /// <summary>Hangfire's part of it.</summary>
    internal PostgreSqlStorage Queue { get; }

    /// <summary>Connects, and makes what tables are missing.</summary>
    /// <exception cref="DiagnosticException">It can't be reached or used, or was made by a newer version.</exception>
    public static async Task<FleetDatabase> OpenAsync(FleetSettings settings, TimeProvider clock, ILogger logger)
    {
        LogProvider.SetCurrentLogProvider(new HangfireLog(logger));
        new QueueGuard(logger).HoldHangfire();
        var builder = new NpgsqlDataSourceBuilder(settings.Connection.ConnectionString) { ConnectionStringBuilder = { SearchPath = FleetSchema.Name } };
        var source = builder.Build();
        try
        {
            PostgreSqlStorage? queue = null;
            var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                await FleetSchema.MigrateAsync(connection, settings.Place, () => queue = OpenQueue(settings)).ConfigureAwait(false);
            }

            return new FleetDatabase(source, queue!, settings, clock, logger);
        }
        catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or System.Security.Authentication.AuthenticationException)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw new DiagnosticException(FleetDiagnostics.NotReached, $"PostgreSQL at {settings.Place} can't be used: {Reason(e)}. {FleetDiagnostics.NotReached.Remedy}");
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>Changes rows.</summary>
    /// <returns>How many.</returns>
    internal Task<int> ExecuteAsync(string text, CancellationToken cancellation, params (string Name, object? Value)[] values) => WithConnectionAsync(
        async connection =>
        {
            var command = Command(connection, text, values);
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }
        },
        cancellation);

    /// <summary>Reads rows.</summary>
    internal Task<List<T>> QueryAsync<T>(string text, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params (string Name, object? Value)[] values) =>
        WithConnectionAsync(
            async connection =>
            {
                var command = Command(connection, text, values);
                await using (command.ConfigureAwait(false))
                {
                    var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        var rows = new List<T>();
                        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                        {
                            rows.Add(read(reader));
                        }

                        return rows;
                    }
                }
            },
            cancellation);

    /// <summary>Does something with a connection that may be done twice, again and again while the database is away.</summary>
    internal Task<T> WithConnectionAsync<T>(Func<NpgsqlConnection, Task<T>> action, CancellationToken cancellation) => PersistAsync(
        async () =>
        {
            var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await action(connection).ConfigureAwait(false);
            }
        },
        cancellation);

    /// <summary>Does something that may be done twice, again and again while the database is away.</summary>
    internal async Task<T> PersistAsync<T>(Func<Task<T>> action, CancellationToken cancellation)
    {
        var (start, pause) = (_clock.GetTimestamp(), FirstPause);
        while (true)
        {
            try
            {
                var result = await action().ConfigureAwait(false);
                Interlocked.Exchange(ref _toldOfAbsence, 0);
                return result;
            }
            catch (Exception e) when (IsAbsence(e) && !cancellation.IsCancellationRequested)
            {
                if (_clock.GetElapsedTime(start) > 2 * Settings.Patience)
                {
                    throw new DiagnosticException(FleetDiagnostics.Lost, $"PostgreSQL at {Settings.Place} did not come back: {Reason(e)}. {FleetDiagnostics.Lost.Remedy}");
                }

                if (Interlocked.Exchange(ref _toldOfAbsence, 1) == 0)
                {
                    _logger.LogWarning("PostgreSQL at {Place} does not answer ({Reason}); it is asked again and again.", Settings.Place, Reason(e));
                }
            }

            await Task.Delay(pause, _clock, cancellation).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
        }
    }

    /// <summary>A command with its values.</summary>
    internal static NpgsqlCommand Command(NpgsqlConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    /// <summary>What PostgreSQL says, which names the user at most.</summary>
    internal static string Reason(Exception e) => ((e as PostgresException)?.MessageText ?? Cause.Of(e)).TrimEnd('.');

    private static bool IsAbsence(Exception e) => (e is BackgroundJobClientException { InnerException: { } inner } && IsAbsence(inner))
        || e is NpgsqlException { IsTransient: true } or PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "53300" }
        || e is NpgsqlException { InnerException: IOException or System.Net.Sockets.SocketException or TimeoutException }
        || e is IOException or System.Net.Sockets.SocketException or TimeoutException or ObjectDisposedException { ObjectName: nameof(NpgsqlConnection) };

    private static PostgreSqlStorage OpenQueue(FleetSettings settings) => new(
        new NpgsqlConnectionFactory(settings.Connection.ConnectionString, new PostgreSqlStorageOptions()),
        new PostgreSqlStorageOptions
        {
            SchemaName = $"{FleetSchema.Name}_queue",
            InvisibilityTimeout = settings.Patience,
            UseSlidingInvisibilityTimeout = true,
            // Not by LISTEN: a listener of Hangfire.PostgreSql 1.21.1 that does not hear of its end holds what was fetched for ever.
            EnableLongPolling = false,
            QueuePollInterval = TimeSpan.FromSeconds(0.5),
            PrepareSchemaIfNecessary = true,
        });
}
