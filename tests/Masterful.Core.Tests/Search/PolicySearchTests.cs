using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Search;

public sealed class PolicySearchTests(ITestOutputHelper output)
{
    private static readonly SplitSizes Sizes = new(6000, 667, 10_000);

    internal static SearchRequest Request(long seed, BudgetSpec budget) => new()
    {
        Template = Template(seed),
        Techniques = Enum.GetValues<Technique>(),
        Budget = budget,
        FinalSeeds = 3,
        Sizes = Sizes,
    };

    internal static TrialSpec Template(long seed) => new()
    {
        Policy = Policy.None,
        Recipe = new Recipe { Epochs = 12, BatchSize = 64, LearningRate = 0.1 },
        Seed = seed,
        DataFingerprint = "data",
        ModelFingerprint = "model",
        DeviceKind = "cpu",
        EngineVersion = "0.1",
    };

    private static Task<SearchOutcome> SearchAsync(ITrialRunner runner, SearchRequest request) =>
        new PolicySearch(runner, TimeProvider.System, NullLogger.Instance).SearchAsync(request, null, TestContext.Current.CancellationToken);

    /// <summary>What a pipeline would use: what the search finds, where whole trainings on fresh seeds confirm it.</summary>
    private static async Task<SearchOutcome> SearchAndConfirmAsync(SimulatedTruth truth, SimulatedTrialRunner runner, SearchRequest request)
    {
        var found = await SearchAsync(runner, request);
        var fresh = new SimulatedTrialRunner(truth, Sizes);
        async Task<TrialResult[]> FinalAsync(Policy policy) => await Task.WhenAll(Enumerable.Range(0, request.FinalSeeds).Select(i =>
            fresh.RunAsync(request.Template with { Policy = policy, Seed = Seeds.Derive(request.Template.Seed, $"final/{i}") }, TestContext.Current.CancellationToken)));
        return found.Confirm(await FinalAsync(Policy.None), await FinalAsync(found.Policy));
    }

    private async Task<(double Captured, double None)> ManyAsync(int count, double ratio, Func<int, SimulatedTruth> truth)
    {
        var (captured, none, trials) = (new double[count], new bool[count], new int[count]);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (i, _) =>
        {
            var problem = truth(i);
            var runner = new SimulatedTrialRunner(problem, Sizes);
            var request = Request(i, new BudgetSpec(Ratio: ratio));
            var found = await SearchAndConfirmAsync(problem, runner, request);
            Assert.True(runner.ImagePasses <= ratio * TrialCost.FinalStage(request.Template, Sizes, 3));
            Assert.Equal(runner.ImagePasses, found.Ledger.Sum(l => l.ImagePasses));
            (captured[i], none[i], trials[i]) = (problem.BestGain > 0 ? -problem.Change(found.Policy) / problem.BestGain : double.NaN, found.Policy.IsNone, runner.Asked.Count);
        });
        var real = captured.Where(c => !double.IsNaN(c)).Order().ToList();
        var mean = real.Count > 0 ? real.Average() : 0;
        output.WriteLine($"ratio {ratio}: captured {mean:0.000}, median {real.ElementAtOrDefault(real.Count / 2):0.000}, none {none.Count(n => n) / (double)count:0.000}, trials {trials.Average():0.0}");
        return (mean, none.Count(n => n) / (double)count);
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(1, 0.65)]
    [InlineData(1.5, 0.7)]
    [InlineData(3, 0.8)]
    [Trait("Speed", "Slow")]
    public async Task Captures_most_of_the_best_policys_gain_and_never_exceeds_its_cap(double ratio, double least)
    {
        Assert.True((await ManyAsync(500, ratio, SimulatedTruth.Draw)).Captured >= least);
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(3)]
    [Trait("Speed", "Slow")]
    public async Task Keeps_no_policy_where_nothing_has_an_effect(double ratio)
    {
        var (_, none) = await ManyAsync(500, ratio, i => SimulatedTruth.Nothing(0.015 + (0.00002 * i)));
        Assert.True(none >= 0.9);
    }

    private static string Describe(SearchOutcome outcome) => string.Join('\n', [
        outcome.Policy.Name,
        outcome.Source,
        string.Join(',', outcome.Policy.Values),
        .. outcome.Tested.Select(t => $"{string.Join(',', t.Policy.Values)} {t.ValidationLoss} {t.Stage} {t.Seeds} {t.Selected}"),
        .. outcome.Groups.Select(g => $"{g.Name} {g.Accepted} {g.Level} {g.Reason} {g.LossDelta}"),
        .. outcome.Ledger.Select(l => l.ToString()),
        .. outcome.Notes,
        outcome.CutShort ?? ""]);

    [Fact]
    public async Task Finds_a_large_effect_and_says_why()
    {
        var truth = new SimulatedTruth(new Dictionary<Technique, (double, double)> { [Technique.Erase] = (0.25, 0.6) }, 0.02);
        var found = await SearchAsync(new SimulatedTrialRunner(truth, Sizes), Request(1, new BudgetSpec(Ratio: 1.5)));
        Assert.InRange(found.Policy[Technique.Erase], 40, 80);
        Assert.Equal(PolicySource.Search, found.Source);
        var verdict = Assert.Single(found.Groups, g => g.Name == "erase");
        Assert.True(verdict is { Accepted: true, Level: >= 2, LossDelta: < 0, StandardError: > 0 });
        Assert.Contains("kept", verdict.Reason);
        Assert.Contains(found.Tested, t => t.Selected);
        Assert.Equal(["baseline", "search"], found.Ledger.Select(l => l.Stage));
    }

    [Fact]
    public async Task TrivialAugment_is_the_policy_where_it_is_best()
    {
        var truth = new SimulatedTruth(new Dictionary<Technique, (double, double)> { [Technique.TrivialAugment] = (0.3, 1) }, 0.03);
        var found = await SearchAsync(new SimulatedTrialRunner(truth, Sizes), Request(1, new BudgetSpec(Ratio: 1.5)));
        Assert.Equal(1, found.Policy[Technique.TrivialAugment]);
        Assert.Equal(PolicySource.Of(found.Policy), found.Source);
    }

    [Theory]
    [InlineData(PolicySource.None)]
    [InlineData(PolicySource.TrivialAugment, Technique.TrivialAugment)]
    [InlineData(PolicySource.RandAugment, Technique.RandAugment)]
    [InlineData(PolicySource.Search, Technique.RandAugment, Technique.LabelSmoothing)]
    [InlineData(PolicySource.Search, Technique.Mixup)]
    public void A_fixed_recipe_is_named_only_where_nothing_is_on_beside_it(string source, params Technique[] on) =>
        Assert.Equal(source, PolicySource.Of(on.Aggregate(Policy.None, (policy, technique) => policy.With(technique, 1))));

    [Fact]
    public async Task RandAugment_with_more_on_top_is_what_the_search_found()
    {
        var truth = new SimulatedTruth(
            new Dictionary<Technique, (double, double)> { [Technique.RandAugment] = (0.3, 0.6), [Technique.Mixup] = (0.3, 0.6) }, 0.02);
        var found = await SearchAsync(new SimulatedTrialRunner(truth, Sizes), Request(1, new BudgetSpec(Ratio: 1.5)));
        Assert.True(found.Policy[Technique.RandAugment] > 0 && found.Policy[Technique.Mixup] > 0);
        Assert.Equal(PolicySource.Search, found.Source);
    }

    [Fact]
    public async Task The_outcome_is_the_same_again_and_with_other_numbers_of_workers()
    {
        var request = Request(3, new BudgetSpec(Ratio: 1.5));
        var once = Describe(await SearchAsync(new SimulatedTrialRunner(SimulatedTruth.Draw(3), Sizes), request));
        Assert.Equal(once, Describe(await SearchAsync(new SimulatedTrialRunner(SimulatedTruth.Draw(3), Sizes), request)));
        Assert.Equal(once, Describe(await SearchAsync(new SimulatedTrialRunner(SimulatedTruth.Draw(3), Sizes, 4), request)));
    }

    [Fact]
    public async Task A_search_stopped_anywhere_and_begun_again_over_its_journal_ends_the_same()
    {
        var request = Request(4, new BudgetSpec(Ratio: 1.5));
        var undisturbed = Describe(await SearchAsync(new SimulatedTrialRunner(SimulatedTruth.Draw(4), Sizes), request));
        for (var kill = 1; kill < 24; kill += 5)
        {
            var asked = 0;
            var journal = new SimulatedTrialRunner(SimulatedTruth.Draw(4), Sizes)
            {
                Before = _ => CancelIf(++asked == kill),
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SearchAsync(journal, request));
            Assert.Equal(undisturbed, Describe(await SearchAsync(journal, request)));
        }
    }

    private static void CancelIf(bool now)
    {
        if (now)
        {
            throw new OperationCanceledException();
        }
    }

    [Fact]
    public async Task Failed_trials_are_noted_and_never_chosen_and_do_not_end_the_search()
    {
        var truth = new SimulatedTruth(
            new Dictionary<Technique, (double, double)> { [Technique.Erase] = (0.25, 0.6), [Technique.HorizontalMirror] = (0.2, 0.5) }, 0.015);
        var runner = new SimulatedTrialRunner(truth, Sizes) { Fails = t => t.Policy[Technique.Erase] > 0 };
        var found = await SearchAsync(runner, Request(5, new BudgetSpec(Ratio: 1.5)));
        Assert.Equal(0, found.Policy[Technique.Erase]);
        Assert.Equal(0.5, found.Policy[Technique.HorizontalMirror]);
        Assert.Contains(found.Notes, n => n.Contains("The loss became NaN.", StringComparison.Ordinal));
        Assert.Equal("Every candidate failed.", Assert.Single(found.Groups, g => g.Name == "erase").Reason);
    }

    [Fact]
    public async Task A_seed_that_diverges_without_a_policy_does_not_end_the_search()
    {
        var truth = new SimulatedTruth(new Dictionary<Technique, (double, double)> { [Technique.Erase] = (0.25, 0.6) }, 0.015);
        var runner = new SimulatedTrialRunner(truth, Sizes) { Fails = t => t.Policy.IsNone && t.Seed == Seeds.Derive(5, "search/0") };
        var found = await SearchAsync(runner, Request(5, new BudgetSpec(Ratio: 1.5)));
        Assert.InRange(found.Policy[Technique.Erase], 40, 80);
        Assert.Null(found.CutShort);
        Assert.Contains(found.Notes, n => n.Contains("was left out", StringComparison.Ordinal));
        Assert.All(found.Groups.Where(g => g.LossDelta is not null), g => Assert.True(double.IsFinite(g.LossDelta!.Value)));
    }

    [Fact]
    public async Task A_baseline_that_fails_ends_in_no_policy()
    {
        var found = await SearchAsync(new SimulatedTrialRunner(SimulatedTruth.Draw(1), Sizes) { Fails = _ => true }, Request(1, new BudgetSpec(Ratio: 1.5)));
        Assert.True(found.Policy.IsNone);
        Assert.Contains("baseline failed", found.CutShort);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.1)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public async Task A_small_budget_is_never_exceeded(double ratio)
    {
        var runner = new SimulatedTrialRunner(SimulatedTruth.Draw(2), Sizes);
        var request = Request(2, new BudgetSpec(Ratio: ratio));
        var found = await SearchAsync(runner, request);
        Assert.True(runner.ImagePasses <= ratio * TrialCost.FinalStage(request.Template, Sizes, 3));
        if (ratio < 0.1)
        {
            Assert.True(found.Policy.IsNone);
            Assert.Contains("too small", found.CutShort);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(25)]
    public async Task The_cap_on_trials_is_never_exceeded(int trials)
    {
        var runner = new SimulatedTrialRunner(SimulatedTruth.Draw(2), Sizes);
        await SearchAsync(runner, Request(2, new BudgetSpec(Ratio: 10, Trials: trials)));
        Assert.InRange(runner.Asked.Count, 0, trials);
    }

    [Fact]
    public async Task The_cap_on_time_is_kept_within_one_trial()
    {
        var runner = new SimulatedTrialRunner(SimulatedTruth.Draw(2), Sizes);
        var found = await SearchAsync(runner, Request(2, new BudgetSpec(Ratio: 3, Time: TimeSpan.FromSeconds(60))));
        Assert.InRange(found.Ledger.Sum(l => l.Seconds), 20, 63);
    }

    /// <summary>Trials of a policy with more techniques take longer, by up to a third; and none takes as long as another.</summary>
    private static (SimulatedTrialRunner Runner, SimulatedClock Clock) OnAClock(int seed)
    {
        var (clock, random) = (new SimulatedClock(), new Random(seed));
        var runner = new SimulatedTrialRunner(SimulatedTruth.Draw(seed), Sizes)
        {
            Before = t => clock.Advance(TrialCost.ImagePasses(t, Sizes) / 8_000.0 * (1 + (0.08 * Math.Min(4, t.Policy.Values.Count))) * (0.95 + (0.1 * random.NextDouble()))),
        };
        return (runner, clock);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(90)]
    [InlineData(200)]
    public async Task The_cap_on_time_is_obeyed_by_the_clock(double seconds)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var (runner, clock) = OnAClock(seed);
            var longest = 0.0;
            var last = 0.0;
            await new PolicySearch(runner, clock, NullLogger.Instance).SearchAsync(
                Request(seed, new BudgetSpec(Ratio: 4, Time: TimeSpan.FromSeconds(seconds))),
                new Direct(p => (longest, last) = (Math.Max(longest, p.Seconds - last), p.Seconds)),
                TestContext.Current.CancellationToken);
            Assert.True(clock.Seconds <= seconds + Math.Max(0.05 * seconds, longest), $"{clock.Seconds} s of {seconds} s");
        }
    }

    [Fact]
    public async Task From_half_way_on_the_time_left_is_known_to_within_a_quarter_or_one_trial()
    {
        var early = 0;
        for (var seed = 0; seed < 12; seed++)
        {
            var (runner, clock) = OnAClock(seed);
            var reports = new List<(SearchProgress Progress, double At)>();
            await new PolicySearch(runner, clock, NullLogger.Instance).SearchAsync(
                Request(seed, new BudgetSpec(Ratio: 1.5)), new Direct(p => reports.Add((p, clock.Seconds))), TestContext.Current.CancellationToken);
            var trial = 1.32 * clock.Seconds / runner.Asked.Count;
            var late = reports.Where(r => r.Progress.ImagePasses >= runner.ImagePasses / 2)
                .Select(r => (Left: clock.Seconds - r.At, Said: r.Progress.SecondsLeft!.Value)).ToList();
            Assert.NotEmpty(late);
            output.WriteLine($"{seed}: worst {late.Where(l => l.Left > trial).Max(l => Math.Max(l.Said / l.Left, l.Left / l.Said)):0.00}");
            // Or to within one trial: whether the last one still fits is settled by the one before it. A search that has nothing left to learn
            // ends before its plan does, which nothing foretells.
            var endedEarly = runner.Asked.Count < reports[0].Progress.TrialsPlanned - 2;
            early += endedEarly ? 1 : 0;
            Assert.All(late, l => Assert.InRange(
                l.Said, Math.Min(0.75 * l.Left, l.Left - trial), endedEarly ? double.PositiveInfinity : Math.Max(1.25 * l.Left, l.Left + trial)));
        }

        Assert.InRange(early, 0, 2);
    }

    [Fact]
    public async Task Another_seed_gives_the_same_verdict_where_effects_are_clear()
    {
        var clear = new SimulatedTruth(
            new Dictionary<Technique, (double, double)> { [Technique.HorizontalMirror] = (0.2, 0.5), [Technique.Erase] = (0.2, 0.6) }, 0.015);
        for (var seed = 0; seed < 8; seed++)
        {
            var found = await SearchAndConfirmAsync(clear, new SimulatedTrialRunner(clear, Sizes), Request(seed, new BudgetSpec(Ratio: 1.5)));
            Assert.Equal((true, true), (found.Policy[Technique.HorizontalMirror] > 0, found.Policy[Technique.Erase] > 0));
        }

        for (var seed = 0; seed < 8; seed++)
        {
            var nothing = SimulatedTruth.Nothing(0.015);
            var found = await SearchAndConfirmAsync(nothing, new SimulatedTrialRunner(nothing, Sizes), Request(seed, new BudgetSpec(Ratio: 1.5)));
            Assert.True(found.Policy.IsNone);
            Assert.DoesNotContain(found.Groups, g => g.Accepted);
        }
    }

    [Fact]
    public async Task Groups_without_their_images_say_so()
    {
        var found = await SearchAsync(new SimulatedTrialRunner(SimulatedTruth.Draw(2), Sizes), Request(2, new BudgetSpec(Ratio: 1.5)));
        Assert.Equal("There are no synthetic images.", Assert.Single(found.Groups, g => g.Name == "synthetic").Reason);
        Assert.Equal("There are no unlabeled images.", Assert.Single(found.Groups, g => g.Name == "unlabeled").Reason);
        Assert.Empty(found.Doses);
    }

    [Fact]
    public async Task What_does_not_hold_in_whole_trainings_is_not_used()
    {
        var truth = new SimulatedTruth(new Dictionary<Technique, (double, double)> { [Technique.Erase] = (0.25, 0.6) }, 0.02);
        var found = await SearchAsync(new SimulatedTrialRunner(truth, Sizes), Request(2, new BudgetSpec(Ratio: 1.5)));
        Assert.False(found.Policy.IsNone);
        static TrialResult Result(double loss) => new() { Key = "key", Status = TrialStatus.Completed, SelectLoss = loss };
        var held = found.Confirm([Result(0.4), Result(0.41)], [Result(0.35), Result(0.36)]);
        Assert.Same(found.Policy, held.Policy);
        Assert.Contains("it holds", held.Notes[^1]);
        var not = found.Confirm([Result(0.4), Result(0.41)], [Result(0.4), Result(0.41)]);
        Assert.True(not.Policy.IsNone);
        Assert.Equal(PolicySource.None, not.Source);
        Assert.DoesNotContain(not.Groups, g => g.Accepted);
        Assert.All(not.Tested, t => Assert.Equal(t.Policy.IsNone, t.Selected));
        Assert.Contains("does not hold", not.Notes[^1]);
        Assert.True(found.Confirm([], []).Policy.IsNone);
    }

    [Fact]
    public void Few_select_images_make_a_gain_uncertain()
    {
        static TrialResult Result(int images, float right) => new()
        {
            Key = "key",
            Status = TrialStatus.Completed,
            SelectLoss = 0.5 - (right / 100),
            Select = new Predictions([.. Enumerable.Range(0, images * 2).Select(i => i % 2 == 0 ? right + (i % 7) : 1f)], 2, [.. Enumerable.Range(0, images).Select(i => i % 3 == 0 ? 1 : 0)]),
        };
        double Error(int images) => Confirmation.Of([Result(images, 1)], [Result(images, 3)], 0.001).StandardError;
        Assert.Equal(2, Error(84) / Error(336), 1);
    }

    [Fact]
    public async Task Progress_ends_at_what_was_spent()
    {
        var last = default(SearchProgress);
        var runner = new SimulatedTrialRunner(SimulatedTruth.Draw(2), Sizes);
        await new PolicySearch(runner, TimeProvider.System, NullLogger.Instance).SearchAsync(
            Request(2, new BudgetSpec(Ratio: 1.5)), new Direct(p => last = p), TestContext.Current.CancellationToken);
        Assert.Equal((runner.Asked.Count, runner.ImagePasses), (last!.TrialsDone, last.ImagePasses));
    }

    private sealed class Direct(Action<SearchProgress> report) : IProgress<SearchProgress>
    {
        public void Report(SearchProgress value) => report(value);
    }
}
