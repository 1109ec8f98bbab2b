using Masterful.Fleet.Tests;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>
/// A whole run over a fleet: a coordinator, workers and PostgreSQL, each a process that may be killed at any moment. Whatever happens, the
/// run comes to the figures of one on this machine alone, and counts each trial once.
/// </summary>
public sealed class FleetTests(FleetTests.LocalRun local) : IClassFixture<FleetTests.LocalRun>
{
    private const int Patience = 8;

    private readonly List<ToolProcess> _workers = [];

    [Fact]
    public void The_fleet_comes_to_the_same_policies_to_the_byte_and_the_second_run_trains_nothing()
    {
        using var project = Project();
        var environment = local.Environment();
        using var workers = StartWorkers(project, environment, 2);

        var run = ToolProcess.Run(project.Folder, environment, Fleet("run"));
        Assert.True(run.ExitCode == 0, run.ToString());
        AssertSame(project);
        Assert.Equal((local.Trials, 0), project.ReadTrials());

        // Another machine, which shares nothing but the database.
        var again = ToolProcess.Run(project.Folder, environment, Fleet("run", "--set", "runtime.cache=elsewhere", "--set", "policy.mode=search"));
        Assert.True(again.ExitCode == 0, again.ToString());
        var (trained, reused) = project.ReadTrials();
        Assert.Equal(local.Trials, trained + reused);
        Assert.Equal($"{local.Trials}", Count(environment, "state = 'done'"));

        AssertQueueIsShown(project, environment);
        var status = ToolProcess.Run(project.Folder, environment, "fleet", "status");
        Assert.Contains("worker-0", status.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing waits, nothing runs", status.Output, StringComparison.Ordinal);
        var runs = ToolProcess.Run(project.Folder, environment, "runs", "--set", "runtime.journal=postgres");
        Assert.Equal(2, runs.Output.Split("passed").Length - 1);
        Assert.All([run, again, status, runs], r => Assert.DoesNotContain(PostgresServer.Password, r.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Killed_workers_the_killed_coordinator_and_a_crashed_database_change_nothing()
    {
        using var project = Project();
        var environment = local.Environment();
        using var first = StartWorkers(project, environment, 2);
        using var coordinator = ToolProcess.StartProgram("dotnet", project.Folder, environment, [ToolProcess.Tool, .. Fleet("run")]);

        // A worker in the middle of a trial, whichever has one.
        var busy = "";
        Await(coordinator, () => (busy = Busy(environment)).Length > 0);
        _workers[busy[^1] - '0'].KillTree();
        using var second = StartWorkers(project, environment, 1);

        // Then the database.
        Await(coordinator, () => int.Parse(Count(environment, "state = 'done'"), System.Globalization.CultureInfo.InvariantCulture) >= 2);
        local.Server.Kill();
        Thread.Sleep(TimeSpan.FromSeconds(3));
        local.Server.Start();

        // Then all workers at once, and the coordinator.
        var before = int.Parse(Count(environment, "state = 'done'"), System.Globalization.CultureInfo.InvariantCulture);
        Await(coordinator, () => int.Parse(Count(environment, "state = 'done'"), System.Globalization.CultureInfo.InvariantCulture) > before);
        _workers.ForEach(w => w.KillTree());
        Assert.False(coordinator.HasExited);
        coordinator.KillTree();
        using var third = StartWorkers(project, environment, 2);

        var run = ToolProcess.Run(project.Folder, environment, Fleet("run"));

        Assert.True(run.ExitCode == 0, run.ToString());
        AssertSame(project);
        Assert.Equal($"{local.Trials}", Count(environment, "state = 'done'"));
        Assert.Equal("0", Count(environment, "state IN ('waiting', 'running', 'failed', 'lost')"));
        Assert.Equal("0", local.Server.Query(environment["MASTERFUL_FLEET"], "SELECT count(*) FROM (SELECT key, kind FROM masterful.requests WHERE state = 'done' GROUP BY key, kind, carries HAVING count(*) > 1) twice"));
    }

    [Fact]
    public void A_worker_and_a_run_without_a_database_end_with_3_and_without_the_password()
    {
        Assert.SkipWhen(local.Server.Missing is not null, local.Server.Missing ?? "");
        using var project = Project();
        var wrong = new Dictionary<string, string> { ["MASTERFUL_FLEET"] = $"Host=127.0.0.1;Port={PostgresServer.FreePort()};Username=u;Password=s3cret-s3cret" };

        foreach (var arguments in new[] { ["worker", "--fleet"], Fleet("run"), ["fleet", "status"] })
        {
            var result = ToolProcess.Run(project.Folder, wrong, arguments);
            Assert.True(result.ExitCode == 3, result.ToString());
            Assert.Contains("error MST0802", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", result.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_worker_that_is_told_to_end_does_so_in_seconds()
    {
        using var project = Project();
        var environment = local.Environment();
        using var workers = StartWorkers(project, environment, 1);
        Await(_workers[0], () => Count(environment, "true", "workers") == "1");

        _workers[0].Signal("TERM");

        var ended = _workers[0].Wait();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal("0", Count(environment, "true", "workers"));
    }

    [Fact]
    public void A_worker_that_has_nothing_but_an_address_gets_spec_data_and_model_and_comes_to_the_same_figures()
    {
        using var project = Project();
        using var bare = new TemporaryFolder();
        var environment = local.Environment();
        environment["MASTERFUL_FLEET_TOKEN"] = "0123456789-0123456789";
        using var server = ToolProcess.StartProgram("dotnet", project.Folder, environment, ToolProcess.Tool, "fleet", "serve", "--port", "0");
        var address = server.WaitForLine();
        Assert.True(address is not null, server.HasExited ? server.Wait().ToString() : "no address");
        string[] worker = ["worker", "--fleet", "--name", "bare", "--from", address];
        environment["MASTERFUL_CACHE"] = bare.Path;

        var untrusting = ToolProcess.Run(bare.Path, environment, worker);
        Assert.True(untrusting.ExitCode == 3, untrusting.ToString());
        Assert.Contains("error MST0812", untrusting.Error, StringComparison.Ordinal);
        var stranger = ToolProcess.Run(bare.Path, new(environment) { ["MASTERFUL_FLEET_TOKEN"] = "another-token-0123" }, [.. worker, "--trust-model"]);
        Assert.True(stranger.ExitCode == 3, stranger.ToString());

        using var trusting = ToolProcess.StartProgram("dotnet", bare.Path, environment, [ToolProcess.Tool, .. worker, "--trust-model"]);
        var run = ToolProcess.Run(project.Folder, environment, Fleet("run"));

        Assert.True(run.ExitCode == 0, run.ToString());
        AssertSame(project);
        Assert.Equal("bare", local.Server.Query(environment["MASTERFUL_FLEET"], "SELECT string_agg(name, ',') FROM masterful.workers"));
        trusting.Signal("TERM");
        server.Signal("INT");
        Assert.Equal((0, 0), (trusting.Wait().ExitCode, server.Wait().ExitCode));
        Assert.All([untrusting, stranger, run], r => Assert.DoesNotContain("0123456789-0123456789", r.ToString(), StringComparison.Ordinal));
    }

    private static SmallProject Project()
    {
        var project = new SmallProject(epochs: 4);
        project.UseModel("SlowFactory", "delay: 25");
        project.Edit("device: cpu", "device: cpu, workers: 1, threads: 1");
        return project;
    }

    private static string[] Fleet(params string[] arguments) => [.. arguments, "--set", "runtime.fleet=true", "--set", "runtime.journal=postgres"];

    private void AssertSame(SmallProject project)
    {
        Assert.Equal(local.Figures, project.ReadFigures());
        Assert.Equal(local.Policies, File.ReadAllText(Path.Combine(project.ReportFolder, "policies.json")));
    }

    /// <summary>In the front-end, to whom it told its address; to look at.</summary>
    private static void AssertQueueIsShown(SmallProject project, Dictionary<string, string> environment)
    {
        using var front = ToolProcess.StartProgram("dotnet", project.Folder, environment, ToolProcess.Tool, "ui", "--no-browser");
        var address = new Uri(front.WaitForLine() ?? throw new InvalidOperationException(front.Wait().ToString()));
        using var http = new HttpClient();
        string Get(string path) => http.GetStringAsync(new Uri(address, path)).GetAwaiter().GetResult();

        Assert.Contains("WORKER-0", Get("queue/servers"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("trial of &#39;none&#39;", Get("queue/jobs/succeeded?from=0&count=100"), StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, Get("queue/"), StringComparison.Ordinal);
        using var counts = http.PostAsync(new Uri(address, "queue/stats"), new FormUrlEncodedContent([new("metrics[]", "succeeded:count")])).GetAwaiter().GetResult();
        Assert.Contains("succeeded:count", counts.Content.ReadAsStringAsync().GetAwaiter().GetResult(), StringComparison.Ordinal);
        using var removal = http.PostAsync(new Uri(address, "queue/jobs/enqueued/delete"), null).GetAwaiter().GetResult();
        Assert.Equal(System.Net.HttpStatusCode.MethodNotAllowed, removal.StatusCode);
        front.Signal("INT");
        Assert.Equal(0, front.Wait().ExitCode);
    }

    private string Count(Dictionary<string, string> environment, string condition, string table = "requests") =>
        Ask(environment, $"SELECT count(*) FROM masterful.{table} WHERE {condition}", otherwise: "0");

    /// <summary>The name of a worker with a trial; empty while there is none.</summary>
    private string Busy(Dictionary<string, string> environment) =>
        Ask(environment, "SELECT min(name) FROM masterful.requests r JOIN masterful.workers w ON w.id = r.worker WHERE state = 'running'", otherwise: "");

    private string Ask(Dictionary<string, string> environment, string query, string otherwise)
    {
        try
        {
            return local.Server.Query(environment["MASTERFUL_FLEET"], query);
        }
        catch (InvalidOperationException)
        {
            // The tables are not there yet.
            return otherwise;
        }
    }

    private Stopping StartWorkers(SmallProject project, Dictionary<string, string> environment, int count)
    {
        var started = Enumerable.Range(_workers.Count, count).Select(i => ToolProcess.StartProgram(
            "dotnet", project.Folder, environment, ToolProcess.Tool, "worker", "--fleet", "--name", $"worker-{i}", "--set", $"runtime.cache=cache-{i}")).ToList();
        _workers.AddRange(started);
        return new Stopping(started);
    }

    private static void Await(ToolProcess process, Func<bool> condition)
    {
        var isMet = SpinWait.SpinUntil(() => process.HasExited || condition(), TimeSpan.FromMinutes(3));
        Assert.True(isMet && !process.HasExited, process.HasExited ? process.Wait().ToString() : "it did not come to that within three minutes");
    }

    private sealed class Stopping(List<ToolProcess> processes) : IDisposable
    {
        public void Dispose() => processes.ForEach(p => p.Dispose());
    }

    /// <summary>The same run on this machine alone.</summary>
    public sealed class LocalRun : IDisposable
    {
        public LocalRun()
        {
            if (Server.Missing is not null)
            {
                return;
            }

            using var project = Project();
            var run = ToolProcess.Run(project.Folder, "run");
            Assert.True(run.ExitCode == 0, run.ToString());
            (Figures, Policies) = (project.ReadFigures(), File.ReadAllText(Path.Combine(project.ReportFolder, "policies.json")));
            Trials = project.ReadTrials().Run;
        }

        public PostgresServer Server { get; } = new();

        public string Figures { get; } = "";

        public string Policies { get; } = "";

        public int Trials { get; }

        /// <summary>A database of a test's own.</summary>
        public Dictionary<string, string> Environment()
        {
            Assert.SkipWhen(Server.Missing is not null, Server.Missing ?? "");
            return new() { ["MASTERFUL_FLEET"] = Server.CreateDatabase(), ["MASTERFUL_FLEET_PATIENCE"] = $"{Patience}" };
        }

        public void Dispose() => Server.Dispose();
    }
}
