using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Search;

/// <summary>
/// The workers of virtual time that the scaling of a fleet is measured on. Alone: other tests keep the thread pool busy, in which it is seen
/// that a program has no more to ask.
/// </summary>
[CollectionDefinition(nameof(VirtualFleetTests), DisableParallelization = true)]
[Collection(nameof(VirtualFleetTests))]
public sealed class VirtualFleetTests
{
    private static readonly SplitSizes Sizes = new(1000, 100, 100);

    private static readonly TrialSpec Template = new()
    {
        Policy = Policy.None,
        Recipe = new Recipe { Epochs = 10, BatchSize = 50, LearningRate = 0.1 },
        Seed = 7,
        DataFingerprint = "data",
        ModelFingerprint = "model",
        DeviceKind = "cpu",
        EngineVersion = "1.0.0",
    };

    private static double OneSecond => TrialCost.ImagePasses(Template, Sizes);

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 5)]
    [InlineData(3, 4)]
    [InlineData(10, 1)]
    [InlineData(1000, 1)]
    public async Task Ten_trials_of_a_second_take_as_long_as_the_workers_are_few(int workers, double seconds)
    {
        var fleet = new VirtualFleet(workers, OneSecond);

        await fleet.RunAsync((Answers(), runner => TrialBatch.RunAsync(runner, Trials(10), CancellationToken.None)));

        Assert.Equal(seconds, fleet.Now, 9);
        Assert.Equal(10, fleet.Busy, 9);
        Assert.Equal((10, Math.Min(workers, 10)), (fleet.Worked, fleet.Peak));
    }

    [Fact]
    public async Task A_trial_that_was_answered_once_takes_no_time()
    {
        var fleet = new VirtualFleet(2, OneSecond, overhead: 0.5);

        async Task AskTwiceAsync(ITrialRunner runner)
        {
            Assert.False((await runner.RunAsync(Template, CancellationToken.None)).Reused);
            Assert.True((await runner.RunAsync(Template, CancellationToken.None)).Reused);
        }

        await fleet.RunAsync((Answers(), AskTwiceAsync));

        Assert.Equal(1.5, fleet.Now, 9);
    }

    [Fact]
    public async Task Programs_share_the_workers()
    {
        var fleet = new VirtualFleet(2, OneSecond);

        await fleet.RunAsync(
            (Answers(), runner => TrialBatch.RunAsync(runner, Trials(3), CancellationToken.None)),
            (Answers(), runner => TrialBatch.RunAsync(runner, Trials(3), CancellationToken.None)));

        Assert.Equal((3.0, 6, 2), (fleet.Now, fleet.Worked, fleet.Peak));
    }

    [Fact]
    public async Task A_program_that_fails_ends_the_others_do_not()
    {
        var fleet = new VirtualFleet(2, OneSecond);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => fleet.RunAsync(
            (Answers(), _ => throw new InvalidOperationException("broken")),
            (Answers(), runner => TrialBatch.RunAsync(runner, Trials(3), CancellationToken.None))));

        Assert.Equal("broken", failure.Message);
        Assert.Equal(3, fleet.Worked);
    }

    [Fact]
    public async Task A_search_finds_the_same_on_eight_workers_as_on_one_and_sooner()
    {
        var (one, alone) = await SearchAsync(1);
        var (eight, together) = await SearchAsync(8);
        var (_, again) = await SearchAsync(8);

        Assert.Equal(one.Tested.Select(t => (string.Join(',', t.Policy.Values), t.ValidationLoss)), eight.Tested.Select(t => (string.Join(',', t.Policy.Values), t.ValidationLoss)));
        Assert.Equal(alone.Busy, together.Busy, 6);
        Assert.Equal(alone.Busy, alone.Now, 6);
        Assert.InRange(alone.Now / together.Now, 1.5, 3);
        Assert.Equal(together.Now, again.Now);
    }

    private static async Task<(SearchOutcome Outcome, VirtualFleet Fleet)> SearchAsync(int workers)
    {
        var fleet = new VirtualFleet(workers, OneSecond, noise: 0.1);
        SearchOutcome? outcome = null;
        var request = new SearchRequest
        {
            Template = Template,
            Techniques = [Technique.Rotate, Technique.Erase, Technique.Mixup],
            Budget = new BudgetSpec(Ratio: 1),
            FinalSeeds = 2,
            Sizes = Sizes,
        };
        await fleet.RunAsync((Answers(), async runner => outcome = await new PolicySearch(runner, TimeProvider.System, NullLogger.Instance)
            .SearchAsync(request, null, CancellationToken.None)));
        return (outcome!, fleet);
    }

    private static SimulatedTrialRunner Answers() => new(SimulatedTruth.Draw(3), Sizes);

    private static TrialSpec[] Trials(int count) => [.. Enumerable.Range(0, count).Select(i => Template with { Seed = Seeds.Derive(7, $"{i}") })];
}
