using Masterful.Core.Spec;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>A database that can't be used is explained, without a secret.</summary>
public sealed class FleetDatabaseTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task A_wrong_password_a_host_that_is_not_there_and_a_newer_schema_are_told_without_the_password()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        var right = server.CreateDatabase();
        (await OpenAsync(right)).Dispose();
        server.Query(right, "UPDATE masterful.version SET version = 99");

        var newer = await Assert.ThrowsAsync<DiagnosticException>(() => OpenAsync(right));
        var password = await Assert.ThrowsAsync<DiagnosticException>(() => OpenAsync(right.Replace(PostgresServer.Password, "wr0ng-secret", StringComparison.Ordinal)));
        var host = await Assert.ThrowsAsync<DiagnosticException>(() => OpenAsync($"Host=nowhere.invalid;Username=u;Password={PostgresServer.Password}"));
        var port = await Assert.ThrowsAsync<DiagnosticException>(() => OpenAsync($"Host=127.0.0.1;Port={PostgresServer.FreePort()};Username=u;Password={PostgresServer.Password}"));

        Assert.Equal(FleetDiagnostics.Newer, newer.Diagnostics[0].Code);
        Assert.Contains("are of version 99; this tool knows them up to 4", newer.Message, StringComparison.Ordinal);
        Assert.All([password, host, port], e => Assert.Equal(FleetDiagnostics.NotReached, e.Diagnostics[0].Code));
        Assert.Contains("password authentication failed", password.Message, StringComparison.Ordinal);
        Assert.All([newer, password, host, port], e =>
        {
            Assert.DoesNotContain("wr0ng-secret", e.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(PostgresServer.Password, e.ToString(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(null, "MASTERFUL_FLEET is not set")]
    [InlineData("", "MASTERFUL_FLEET is not set")]
    [InlineData("s3cret", "is not a connection string")]
    [InlineData("Hots=db;Password=s3cret", "is not a connection string")]
    [InlineData("Host=db;Port=s3cret", "is not a connection string")]
    [InlineData("Database=db;Password=s3cret", "names no Host")]
    public void A_setting_that_is_no_connection_is_told_without_its_text(string? text, string reason)
    {
        var wrong = Assert.Throws<DiagnosticException>(() => FleetSettings.Read(name => name == FleetSettings.Variable ? text : null));

        Assert.Equal(FleetDiagnostics.NotNamed, wrong.Diagnostics[0].Code);
        Assert.Contains(reason, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_who_open_an_empty_database_at_once_make_its_tables_once()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        var connection = server.CreateDatabase();

        foreach (var database in await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync(connection))))
        {
            database.Dispose();
        }

        Assert.Equal("4", server.Query(connection, "SELECT string_agg(version::text, ',') FROM masterful.version"));
    }

    private static Task<FleetDatabase> OpenAsync(string connection) =>
        FleetDatabase.OpenAsync(FleetSettings.Read(name => name == FleetSettings.Variable ? connection : null), TimeProvider.System, NullLogger.Instance);
}
