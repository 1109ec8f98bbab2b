using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Search;

public sealed class DoseStudyTests
{
    private static readonly SplitSizes Sizes = new(2000, 400, 10_000, Synthetic: 1000, Unlabeled: 20_000);

    [Theory]
    [InlineData(Technique.Unlabeled)]
    [InlineData(Technique.Synthetic)]
    public async Task Images_that_help_beyond_their_compute_join_the_policy(Technique technique)
    {
        var outcome = await SearchAsync(Runner(t => t.Policy[technique] > 0 ? 0.7 : 1), new BudgetSpec { Ratio = 3 });

        var dose = Assert.Single(outcome.Doses, d => d.Technique == technique);
        Assert.True(dose.Accepted > 0, dose.Reason);
        Assert.Equal(dose.Accepted, outcome.Policy[technique]);
        Assert.Equal([0, 0.25, 1], dose.Points.Select(p => p.Share));
        Assert.Equal(Math.Log(1 / 0.7), dose.Points[^1].Gain!.Value, 0.25);
        Assert.True(Assert.Single(outcome.Groups, g => g.Techniques.Contains(technique)).Accepted);
        Assert.All(outcome.Doses.Where(d => d.Technique != technique), d => Assert.Equal(0, d.Accepted));
        Assert.NotEqual("none", outcome.Policy.Name);
    }

    [Theory]
    [InlineData(1.3)]
    [InlineData(1)]
    public async Task Images_that_hurt_or_do_nothing_are_left_out_and_the_reason_is_told(double factor)
    {
        var outcome = await SearchAsync(
            Runner(t => t.Policy[Technique.Unlabeled] > 0 || t.Policy[Technique.Synthetic] > 0 ? factor : 1), new BudgetSpec { Ratio = 3 });

        Assert.Equal(2, outcome.Doses.Count);
        Assert.All(outcome.Doses, d => Assert.Equal(0, d.Accepted));
        Assert.All(outcome.Doses, d => Assert.EndsWith("not used.", d.Reason, StringComparison.Ordinal));
        Assert.Equal((0, 0), (outcome.Policy[Technique.Unlabeled], outcome.Policy[Technique.Synthetic]));
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
    public async Task A_teacher_that_fails_costs_no_more_than_the_images()
    {
        var runner = new SimulatedTrialRunner(SimulatedTruth.Nothing(0.02), Sizes) { Fails = t => t.Policy[Technique.Unlabeled] > 0 };

        var outcome = await SearchAsync(runner, new BudgetSpec { Ratio = 3 });

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
