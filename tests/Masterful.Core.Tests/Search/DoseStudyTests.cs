using System.Globalization;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Search;

public sealed class DoseStudyTests
{
    /// <summary>Buys whole trainings of every dose of both kinds of images.</summary>
    private static readonly BudgetSpec Plenty = new() { Ratio = 20 };

    private static readonly SplitSizes Sizes = new(2000, 400, 10_000, Synthetic: 1000, Unlabeled: 20_000);

    [Theory]
    [InlineData(Technique.Unlabeled)]
    [InlineData(Technique.Synthetic)]
    public async Task Images_that_help_beyond_their_compute_join_the_policy(Technique technique)
    {
        var outcome = await SearchAsync(Runner(t => t.Policy[technique] > 0 ? 0.7 : 1), Plenty);

        var dose = Assert.Single(outcome.Doses, d => d.Technique == technique);
        Assert.True(dose.Accepted > 0, dose.Reason);
        Assert.Equal(dose.Accepted, outcome.Policy[technique]);
        Assert.Equal([0, 0.25, 1], dose.Points.Select(p => p.Share));
        Assert.Equal(Math.Log(1 / 0.7), dose.Points[^1].Gain!.Value, 0.25);
        Assert.True(Assert.Single(outcome.Groups, g => g.Techniques.Contains(technique)).Accepted);
        Assert.NotEqual("none", outcome.Policy.Name);
    }

    [Fact]
    public async Task Images_that_hurt_are_left_out_and_the_reason_is_told()
    {
        var outcome = await SearchAsync(Runner(t => t.Policy[Technique.Unlabeled] > 0 || t.Policy[Technique.Synthetic] > 0 ? 1.3 : 1), Plenty);

        Assert.Equal(2, outcome.Doses.Count);
        Assert.All(outcome.Doses, d => Assert.Equal(0, d.Accepted));
        Assert.All(outcome.Doses, d => Assert.EndsWith("not used.", d.Reason, StringComparison.Ordinal));
        Assert.Equal((0, 0), (outcome.Policy[Technique.Unlabeled], outcome.Policy[Technique.Synthetic]));
    }

    [Fact]
    public async Task Images_that_do_nothing_are_seldom_taken_for_useful()
    {
        var accepted = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var request = Request(Plenty) with { Techniques = [Technique.Synthetic, Technique.Unlabeled], Template = PolicySearchTests.Template(seed) };
            accepted += (await SearchAsync(Runner(_ => 1), request)).Doses.Count(d => d.Accepted > 0);
        }

        // 120 decisions, each wrong with a chance of one in fifteen: over 16 in one of a hundred such tests.
        Assert.InRange(accepted, 0, 16);
    }

    [Fact]
    public void The_control_has_the_compute_of_student_and_teacher()
    {
        var plan = DosePlan.Make(Request(new BudgetSpec()), Technique.Unlabeled, double.MaxValue)!;
        var arms = plan.Arms(PolicySearchTests.Template(1), Core.Techniques.Policy.None with { Name = "base" });

        Assert.Equal(4, arms.Count);
        Assert.Equal(TrialKey.Of(arms[0]), TrialKey.Of(arms[3].Teacher!));
        long Trained(TrialSpec t) => TrialCost.ImagePasses(t, Sizes with { Select = 0, Unlabeled = 0 });
        Assert.Equal(Trained(arms[0]) + Trained(arms[3]), Trained(arms[1]));
        Assert.Equal((0.25, 1), (arms[2].UnlabeledShare, arms[3].UnlabeledShare));
    }

    [Fact]
    public void The_teacher_of_a_short_student_is_trained_whole()
    {
        var whole = DosePlan.Make(Request(new BudgetSpec()), Technique.Unlabeled, double.MaxValue)!;
        var arms = (whole with { EpochShare = 0.25 }).Arms(PolicySearchTests.Template(1), Core.Techniques.Policy.None with { Name = "base" });

        Assert.Equal(Core.Training.Fidelity.Full, arms[0].Fidelity);
        Assert.Equal(TrialKey.Of(arms[0]), TrialKey.Of(arms[3].Teacher!));
        Assert.Equal(0.25, arms[3].Fidelity.EpochShare);
        Assert.Equal((0.25 * (1 + whole.Ratio)) + 1, arms[1].Fidelity.EpochShare, 12);
    }

    [Fact]
    public async Task A_budget_too_small_to_tell_says_so_and_the_cap_holds()
    {
        var (small, enough) = (Runner(_ => 1), Runner(_ => 1));

        var outcome = await SearchAsync(small, new BudgetSpec { Ratio = 0.3 });
        await SearchAsync(enough, new BudgetSpec { Ratio = 2 });

        Assert.All(outcome.Doses, d => Assert.Contains("too small", d.Reason, StringComparison.Ordinal));
        var final = TrialCost.FinalStage(PolicySearchTests.Template(3), Sizes, 3);
        Assert.InRange(small.ImagePasses, 0, 0.3 * final);
        Assert.InRange(enough.ImagePasses, 0.7 * 2 * final, 2 * final);
    }

    [Fact]
    public async Task The_budget_that_a_refusal_names_is_enough()
    {
        var refused = Assert.Single((await SearchAsync(Runner(_ => 1), new BudgetSpec { Ratio = 1.5 })).Doses, d => d.Technique == Technique.Unlabeled);
        var named = double.Parse(refused.Reason.Split("policy.budget.ratio ")[1].TrimEnd('.'), CultureInfo.InvariantCulture);

        var outcome = await SearchAsync(Runner(_ => 1), new BudgetSpec { Ratio = named });

        Assert.Empty(refused.Points);
        Assert.NotEmpty(Assert.Single(outcome.Doses, d => d.Technique == Technique.Unlabeled).Points);
        Assert.InRange(named, 1.6, 5);
    }

    [Fact]
    public async Task A_teacher_that_fails_costs_no_more_than_the_images()
    {
        var runner = new SimulatedTrialRunner(SimulatedTruth.Nothing(0.02), Sizes) { Fails = t => t.Policy[Technique.Unlabeled] > 0 };

        var outcome = await SearchAsync(runner, Plenty);

        var dose = Assert.Single(outcome.Doses, d => d.Technique == Technique.Unlabeled);
        Assert.Equal(0, dose.Accepted);
        Assert.Contains("NaN", dose.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_added_images_can_be_searched_too()
    {
        var request = Request(new BudgetSpec { Ratio = 3 }) with { Techniques = [Technique.Unlabeled] };

        var outcome = await SearchAsync(Runner(t => t.Policy[Technique.Unlabeled] > 0 ? 0.6 : 1), request);

        Assert.Equal([Technique.Unlabeled], outcome.Policy.Values.Select(v => v.Technique));
        Assert.Null(outcome.CutShort);
    }

    private static SimulatedTrialRunner Runner(Func<TrialSpec, double> factor) => new(SimulatedTruth.Nothing(0.02), Sizes) { Factor = factor };

    private static SearchRequest Request(BudgetSpec budget) => PolicySearchTests.Request(3, budget) with { Sizes = Sizes };

    private static Task<SearchOutcome> SearchAsync(ITrialRunner runner, BudgetSpec budget) => SearchAsync(runner, Request(budget));

    private static Task<SearchOutcome> SearchAsync(ITrialRunner runner, SearchRequest request) =>
        new PolicySearch(runner, TimeProvider.System, NullLogger.Instance).SearchAsync(request, null, TestContext.Current.CancellationToken);
}
