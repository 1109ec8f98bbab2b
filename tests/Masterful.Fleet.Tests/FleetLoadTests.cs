using System.Diagnostics;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>What the fleet itself costs: time beside the trials', memory that must not grow with them.</summary>
public sealed class FleetLoadTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const int Workers = 8;
    private const int Trials = 1000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_trials_of_a_second_take_little_more_than_their_own_time()
    {
        await using var fleet = new FleetFixture(server, patience: 60);
        var runners = Enumerable.Range(0, Workers).Select(_ => new SleepingRunner(1, TimeSpan.FromSeconds(1))).ToList();
        foreach (var (runner, number) in runners.Select((r, i) => (r, i)))
        {
            await fleet.WorkerAsync(runner, $"worker-{number}");
        }

        var coordinator = await fleet.CoordinatorAsync();
        while (server.Query(fleet.Connection, "SELECT count(*) FROM masterful.workers") != $"{Workers}")
        {
            await Task.Delay(50, Stop);
        }

        var (watch, done, early) = (Stopwatch.StartNew(), 0, 0L);
        await Task.WhenAll(Enumerable.Range(0, Trials).Select(async seed =>
        {
            await coordinator.RunAsync(FleetFixture.Trial(seed), Stop);
            if (Interlocked.Increment(ref done) == Trials / 5)
            {
                early = GC.GetTotalMemory(forceFullCollection: true);
            }
        }));
        var ratio = watch.Elapsed / TimeSpan.FromSeconds((double)Trials / Workers);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - early;

        var between = server.Query(
            fleet.Connection,
            """
            SELECT round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY pause)::numeric, 1) FROM (
                SELECT extract(epoch FROM started - lag(finished) OVER (PARTITION BY worker ORDER BY started)) AS pause FROM masterful.requests) t
            """);
        TestContext.Current.TestOutputHelper!.WriteLine($"{ratio:0.000} of the trials' own time, {between} ms between two trials of a worker (median); memory of coordinator and workers {growth / 1e6:+0.0;-0.0} MB since a fifth of them");
        Assert.Equal(Enumerable.Range(0, Trials).Select(s => (long)s), runners.SelectMany(r => r.Begun).Order());
        Assert.InRange(ratio, 1, 1.25);
        Assert.InRange(growth, long.MinValue, 8_000_000);
    }
}
