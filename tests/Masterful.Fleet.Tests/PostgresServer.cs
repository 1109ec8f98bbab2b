using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Masterful.Fleet.Tests;

/// <summary>A PostgreSQL server of a test's own, with a password, on a port of its own. Where none is installed <see cref="Missing"/> says so.</summary>
public sealed class PostgresServer : IDisposable
{
    public const string Password = "p4ssw0rd-of-the-test";
    private const string User = "fleet";

    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-postgres-").FullName;
    private readonly string? _programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    private readonly NetworkNamespace? _network;

    public PostgresServer()
        : this(null)
    {
    }

    /// <summary>In a network of its own.</summary>
    internal PostgresServer(NetworkNamespace? network)
    {
        _network = network;
        if (_programs is null)
        {
            return;
        }

        var password = Path.Combine(_folder, "password");
        File.WriteAllText(password, Password);
        if (IsRoot)
        {
            // The server refuses to be root.
            Start("chown", "-R", "postgres", _folder);
        }

        Run("initdb", "--pgdata", Data, "--auth", "scram-sha-256", "--username", User, "--pwfile", password, "--encoding", "UTF8", "--no-locale");
        File.AppendAllText(Path.Combine(Data, "pg_hba.conf"), "host all all 198.18.0.0/15 scram-sha-256\n");
        Port = FreePort();
        Start();
    }

    /// <summary>Why there is none, or null.</summary>
    public string? Missing => _programs is null ? "PostgreSQL is not installed: eng/setup.sh --tests installs it." : null;

    public int Port { get; }

    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    /// <summary>A new database.</summary>
    /// <returns>How to reach it.</returns>
    public string CreateDatabase(int? port = null)
    {
        var name = $"fleet_{Guid.NewGuid():N}";
        Run("psql", Connection("postgres"), "--quiet", "--command", $"CREATE DATABASE {name}");
        return $"Host={_network?.Address ?? "127.0.0.1"};Port={port ?? Port};Database={name};Username={User};Password={Password}";
    }

    /// <summary>Runs a statement in the database that a connection string names.</summary>
    /// <returns>What it answers, without headings.</returns>
    public string Query(string connection, string statement) =>
        Run("psql", Connection(Part(connection, "Database")), "--quiet", "--tuples-only", "--no-align", "--command", statement).Trim();

    public void Start() => Run(
        "pg_ctl", "--pgdata", Data, "--log", Path.Combine(_folder, "log"), "--wait", "--options", $"-p {Port} -c listen_addresses={_network?.Address ?? "127.0.0.1"} -c unix_socket_directories={_folder} -c fsync=off -c max_connections=400", "start");

    /// <summary>As a crash: nothing is written down, connections break.</summary>
    public void Kill() => Run("pg_ctl", "--pgdata", Data, "--mode", "immediate", "--wait", "stop");

    public void Dispose()
    {
        if (_programs is not null)
        {
            Kill();
        }

        Directory.Delete(_folder, recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Part(string connection, string name) =>
        connection.Split(';').Select(p => p.Split('=', 2)).First(p => p[0] == name)[1];

    private string Connection(string database) => $"host={_folder} port={Port} user={User} password={Password} dbname={database}";

    private string Run(string program, params string[] arguments)
    {
        var path = Path.Combine(_programs!, program);
        string[] command = IsRoot ? ["runuser", "-u", "postgres", "--", path, .. arguments] : [path, .. arguments];
        return Start([.. _network?.Prefix ?? [], .. command]);
    }

    private string Start(params string[] command)
    {
        // Not the pipes of the test: the server would keep them open.
        var (output, error) = (Path.Combine(_folder, $"out-{Guid.NewGuid():N}"), Path.Combine(_folder, $"err-{Guid.NewGuid():N}"));
        var quoted = string.Join(' ', command.Select(a => $"'{a.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{quoted} >'{output}' 2>'{error}' </dev/null"]) { WorkingDirectory = "/" })!;
        if (!process.WaitForExit(TimeSpan.FromMinutes(1)) || process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {File.ReadAllText(error)}{File.ReadAllText(output)}");
        }

        return File.ReadAllText(output);
    }
}
