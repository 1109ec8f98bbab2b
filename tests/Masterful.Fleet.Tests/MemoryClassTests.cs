using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>What runs out of memory on one machine of a fleet is given to one that has more.</summary>
public sealed class MemoryClassTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_runs_out_of_memory_is_given_to_a_machine_that_has_more_and_what_is_like_it_goes_there_at_once()
    {
        await using var fleet = new FleetFixture(server);
        static TrialSpec Of(long seed, int batch) => FleetFixture.Trial(seed) with { Recipe = FleetFixture.Trial(seed).Recipe with { BatchSize = batch } };
        using var others = new ManualResetEventSlim();
        var small = new SleepingRunner(2, TimeSpan.Zero)
        {
            IsTooLarge = t =>
            {
                // One that waits here fails when there are others that it can be given to.
                if (t.Recipe.BatchSize == 256)
                {
                    others.Wait(Stop);
                }

                return t.Recipe.BatchSize > 64;
            },
        };
        var middle = new SleepingRunner(1, TimeSpan.Zero) { IsTooLarge = t => t.Recipe.BatchSize > 128 };
        var large = new SleepingRunner(1, TimeSpan.Zero) { IsTooLarge = t => t.Recipe.BatchSize > 256 };
        var runner = await fleet.CoordinatorAsync();
        await fleet.WorkerAsync(small, "small", memoryClass: 3);
        await FleetFixture.EventuallyAsync(() => runner.Parallelism == 2);
        var alone = await runner.RunAsync(Of(1, 128), Stop);
        var moving = runner.RunAsync(Of(1, 256), Stop);
        await FleetFixture.EventuallyAsync(() => small.Begun.Count == 2);
        await fleet.WorkerAsync(middle, "middle", memoryClass: 4);
        await fleet.WorkerAsync(large, "large", memoryClass: 6);
        await FleetFixture.EventuallyAsync(() => runner.Parallelism == 4);
        others.Set();

        // Whichever of the two others is given it, it ends where there is memory for it.
        var moved = await moving;
        var alike = await Task.WhenAll(Enumerable.Range(2, 6).Select(s => runner.RunAsync(Of(s, 256), Stop)));
        var tooLarge = await runner.RunAsync(Of(9, 512), Stop);

        Assert.True(alone.RanOutOfMemory);
        Assert.Equal(TrialStatus.Completed, moved.Status);
        Assert.All(alike, r => Assert.Equal(TrialStatus.Completed, r.Status));
        Assert.Equal(2, small.Begun.Count);
        Assert.True(tooLarge.RanOutOfMemory);
    }

    [Fact]
    public async Task What_only_a_machine_that_left_had_the_memory_for_ends_as_out_of_memory()
    {
        await using var fleet = new FleetFixture(server);
        var small = new SleepingRunner(1, TimeSpan.Zero) { IsTooLarge = t => t.Seed == 1 };
        var large = new SleepingRunner(1, TimeSpan.FromMinutes(10));
        await fleet.WorkerAsync(small, "small");
        var runner = await fleet.CoordinatorAsync();
        await FleetFixture.EventuallyAsync(() => server.Query(fleet.Connection, "SELECT count(*) FROM masterful.workers") == "1");
        await runner.RunAsync(FleetFixture.Trial(7), Stop);
        await fleet.WorkerAsync(large, "large", memoryClass: 5);
        await FleetFixture.EventuallyAsync(() => runner.Parallelism == 2);
        // Until the small machine has had it first.
        var asked = runner.RunAsync(FleetFixture.Trial(1), Stop);
        await FleetFixture.EventuallyAsync(() => large.Running == 1);

        await fleet.StopLastWorkerAsync();

        Assert.True((await asked).RanOutOfMemory);
        Assert.Contains(1, small.Begun);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1L << 30, 0)]
    [InlineData((2L << 30) - 1, 0)]
    [InlineData(2L << 30, 1)]
    [InlineData(15360L << 20, 3)]
    [InlineData(24564L << 20, 4)]
    [InlineData(81559L << 20, 6)]
    [InlineData(143771L << 20, 7)]
    public void A_memory_class_has_twice_that_of_the_one_before(long bytes, int expected) => Assert.Equal(expected, MemoryClass.Of(bytes));
}
