using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>A database at the other end of a cable that is pulled for a minute.</summary>
public sealed class FleetNetworkTests
{
    private const int Slots = 2;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(300, 0)]
    [InlineData(40, Slots)]
    public async Task A_minute_without_a_network_duplicates_no_more_than_one_trial_a_worker(double patience, int duplicates)
    {
        using var network = new NetworkNamespace();
        Assert.SkipWhen(network.Missing is not null, network.Missing ?? "");
        using var server = new PostgresServer(network);
        await using var fleet = new FleetFixture(server, patience);
        // However late the second slot is taken: no trial ends before the cable is pulled.
        var pulled = new TaskCompletionSource();
        var worker = new SleepingRunner(Slots, TimeSpan.FromSeconds(3)) { Held = pulled.Task };
        await fleet.WorkerAsync(worker);
        var runner = await fleet.CoordinatorAsync();
        var asked = Enumerable.Range(0, 8).Select(seed => runner.RunAsync(FleetFixture.Trial(seed), Stop)).ToList();
        while (worker.Running < Slots)
        {
            await Task.Delay(50, Stop);
        }

        network.Pull();
        try
        {
            pulled.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(60), Stop);
            Assert.DoesNotContain(asked, a => a.IsCompleted);
        }
        finally
        {
            network.Plug();
        }

        var results = await Task.WhenAll(asked);

        Assert.Equal(Enumerable.Range(0, 8).Select(s => FleetRequests.Write(SleepingRunner.ResultOf(FleetFixture.Trial(s)))), results.Select(FleetRequests.Write));
        Assert.Equal("8", server.Query(fleet.Connection, "SELECT count(*) FROM masterful.requests WHERE state = 'done'"));
        Assert.InRange(worker.Begun.Count, 8, 8 + duplicates);
    }
}
