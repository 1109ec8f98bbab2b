using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Search;

public sealed class RecipeSearchTests
{
    private static readonly SplitSizes Sizes = new(6000, 667, 10_000);

    /// <summary>Loss is a parabola in ln learning rate around 0.05, plus a rise with batch size; over 0.3 training diverges.</summary>
    private sealed class ParabolaRunner : ITrialRunner
    {
        public int Parallelism => 2;

        public int LargestBatch { get; init; } = int.MaxValue;

        public List<TrialSpec> Asked { get; } = [];

        public Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
        {
            lock (Asked)
            {
                Asked.Add(trial);
            }

            var (rate, size) = (trial.Recipe.LearningRate, trial.Recipe.BatchSize);
            if (size > LargestBatch)
            {
                return Task.FromResult(new TrialResult { Key = "", Status = TrialStatus.Failed, Failure = "No memory.", RanOutOfMemory = true, ImagePasses = 1 });
            }

            return Task.FromResult(rate > 0.3
                ? new TrialResult { Key = "", Status = TrialStatus.Failed, Failure = "The loss became NaN.", ImagePasses = 10 }
                : new TrialResult
                {
                    Key = "",
                    Status = TrialStatus.Completed,
                    SelectLoss = 0.5 + (0.1 * Math.Pow(Math.Log(rate / 0.05), 2)) + Math.Abs(Math.Log2(size / 128.0)),
                    ImagePasses = 10,
                    Seconds = 1,
                });
        }

        public Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation) => throw new NotSupportedException();
    }

    [Fact]
    public async Task Where_a_batch_of_the_size_asked_for_does_not_fit_half_of_it_is_settled_once()
    {
        var settled = await SettleAsync(new ParabolaRunner { LargestBatch = 32 }, rate: true, size: false);
        Assert.Equal((32, true), (settled.Recipe.BatchSize, settled.Halved));
        Assert.Equal(0.05, settled.Recipe.LearningRate, 0.002);
        Assert.Contains("ran out of memory", Assert.Single(settled.Notes));
        var none = await SettleAsync(new ParabolaRunner { LargestBatch = 16 }, rate: true, size: false);
        Assert.Equal((32, 12), (none.Recipe.BatchSize, none.Ledger.Trials));
    }

    private static Task<SettledRecipe> SettleAsync(ITrialRunner runner, bool rate, bool size) =>
        SettleAsync(runner, new RecipeSearchRequest { Template = PolicySearchTests.Template(7), LearningRate = rate, BatchSize = size, Sizes = Sizes });

    private static Task<SettledRecipe> SettleAsync(ITrialRunner runner, RecipeSearchRequest request) =>
        new RecipeSearch(runner, TimeProvider.System, NullLogger.Instance).SettleAsync(request, TestContext.Current.CancellationToken);

    /// <summary>Settling, then searching with what is left, as a run does.</summary>
    [Theory]
    [InlineData(0.0005, 1)]
    [InlineData(0.02, 1)]
    [InlineData(0.1, 1)]
    [InlineData(0.5, 1)]
    [InlineData(1.5, 1)]
    [InlineData(0.1, 3)]
    [InlineData(1.5, 3)]
    public async Task Settling_takes_at_most_half_of_the_budget_in_shorter_runs_where_it_must(double ratio, int seeds)
    {
        var template = PolicySearchTests.Template(7);
        var runner = new SimulatedTrialRunner(SimulatedTruth.Draw(1), Sizes);

        var settled = await SettleAsync(
            runner,
            new RecipeSearchRequest { Template = template, LearningRate = true, BatchSize = true, Sizes = Sizes, Budget = new BudgetSpec(Ratio: ratio), FinalSeeds = seeds });

        var cap = ratio * TrialCost.FinalStage(template, Sizes, seeds);
        Assert.Equal(runner.ImagePasses, settled.Ledger.ImagePasses);
        Assert.True(settled.Ledger.ImagePasses <= cap / 2, $"{settled.Ledger.ImagePasses} of {cap}");
        Assert.True(settled.Recipe is { LearningRate: > 0, BatchSize: > 0 });
        Assert.Equal(ratio < 0.05 ? 0 : 9, settled.Ledger.Trials);
        var whole = runner.Asked.Count > 0 && runner.Asked.All(t => t.Fidelity == new Fidelity(0.15, 1));
        Assert.Equal(ratio == 1.5, whole);
        Assert.Equal(whole, !settled.Notes.Any(n => n.Contains("policy.budget", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Of_a_cap_on_trials_it_takes_half_the_middle_of_the_grid_first()
    {
        var runner = new ParabolaRunner();

        var settled = await SettleAsync(
            runner, new RecipeSearchRequest { Template = PolicySearchTests.Template(7), LearningRate = true, BatchSize = false, Sizes = Sizes, Budget = new BudgetSpec(Trials: 8) });

        Assert.Equal(4, settled.Ledger.Trials);
        Assert.Equal(RecipeSearch.Grid(OptimizerKind.Sgd).Skip(1).Take(4), runner.Asked.Select(t => t.Recipe.LearningRate).Order());
        Assert.Equal(0.05, settled.Recipe.LearningRate, 0.002);
    }

    [Fact]
    public async Task A_cap_on_time_ends_it_too()
    {
        var clock = new SimulatedClock();
        var runner = new SimulatedTrialRunner(SimulatedTruth.Draw(1), Sizes) { Before = _ => clock.Advance(40) };

        var settled = await new RecipeSearch(runner, clock, NullLogger.Instance).SettleAsync(
            new RecipeSearchRequest { Template = PolicySearchTests.Template(7), LearningRate = true, BatchSize = true, Sizes = Sizes, Budget = new BudgetSpec(Time: TimeSpan.FromSeconds(100)) },
            TestContext.Current.CancellationToken);

        Assert.InRange(runner.Asked.Count, 1, 3);
        Assert.True(settled.Recipe.LearningRate > 0);
    }

    [Fact]
    public async Task Repeating_it_in_smaller_batches_stays_within_its_half()
    {
        var template = PolicySearchTests.Template(7) with { Recipe = PolicySearchTests.Template(7).Recipe with { BatchSize = 64 } };
        var runner = new ParabolaRunner { LargestBatch = 32 };

        var settled = await SettleAsync(
            runner, new RecipeSearchRequest { Template = template, LearningRate = true, BatchSize = false, Sizes = Sizes, Budget = new BudgetSpec(Ratio: 0.3), FinalSeeds = 1 });

        Assert.True(settled.Halved);
        Assert.InRange(settled.Ledger.ImagePasses, 1, (long)(0.15 * TrialCost.FinalStage(template, Sizes, 1)));
    }

    [Fact]
    public async Task Finds_the_minimum_between_the_grids_rates_and_counts_what_it_spent()
    {
        var settled = await SettleAsync(new ParabolaRunner(), rate: true, size: false);
        Assert.Equal(0.05, settled.Recipe.LearningRate, 0.002);
        Assert.Equal(64, settled.Recipe.BatchSize);
        Assert.Equal(("baseline", 6, 60L), (settled.Ledger.Stage, settled.Ledger.Trials, settled.Ledger.ImagePasses));
    }

    [Fact]
    public async Task Finds_the_batch_size()
    {
        var settled = await SettleAsync(new ParabolaRunner(), rate: true, size: true);
        Assert.Equal(128, settled.Recipe.BatchSize);
        Assert.Equal(0.05, settled.Recipe.LearningRate, 0.002);
    }

    [Fact]
    public async Task Asks_for_nothing_where_nothing_is_auto()
    {
        var runner = new ParabolaRunner();
        Assert.Equal(PolicySearchTests.Template(7).Recipe, (await SettleAsync(runner, false, false)).Recipe);
        Assert.Empty(runner.Asked);
    }

    [Fact]
    public async Task Its_seed_is_its_own()
    {
        var runner = new ParabolaRunner();
        await SettleAsync(runner, true, false);
        Assert.Equal(Seeds.Derive(7, "recipe"), Assert.Single(runner.Asked.Select(t => t.Seed).Distinct()));
    }

    [Fact]
    public void A_best_beside_a_diverged_neighbour_stays_on_the_grid()
    {
        Assert.Equal(0.1, RecipeSearch.ParabolaMinimum([0.01, 0.1, 1], [2, 1, double.PositiveInfinity]));
        Assert.Equal(0.01, RecipeSearch.ParabolaMinimum([0.01, 0.1, 1], [1, 2, 3]));
        Assert.Equal(0.1, RecipeSearch.ParabolaMinimum([0.01, 0.1, 1], [2, 1, 2]), 10);
    }

    [Fact]
    public void Every_update_rule_has_a_rising_grid() =>
        Assert.All(Enum.GetValues<OptimizerKind>(), o => Assert.Equal(RecipeSearch.Grid(o).Order(), RecipeSearch.Grid(o)));
}
