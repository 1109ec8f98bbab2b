using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Core.Tests.Search;

public sealed class AttributionTests(ITestOutputHelper output)
{
    private static readonly SplitSizes Sizes = new(6000, 667, 10_000);

    private static readonly SimulatedTruth Truth = new(
        new Dictionary<Technique, (double, double)>
        {
            [Technique.HorizontalMirror] = (0.2, 0.5),
            [Technique.Hsv] = (0.1, 0.6),
            [Technique.Erase] = (0.0, 0.6),
        },
        0.01);

    private static readonly Policy Found = Policy.None.With(Technique.Erase, 60).With(Technique.HorizontalMirror, 0.5).With(Technique.Hsv, 60).With(Technique.Blur, 60);

    private static AttributionRequest Request(bool leaveOneOut = false)
    {
        List<TrialSpec> original = [.. Enumerable.Range(0, 3).Select(s => PolicySearchTests.Template(s) with { EvaluateTest = true })];
        return new AttributionRequest
        {
            Original = original,
            Masterful = [.. original.Select(t => t with { Policy = Found, KeepWeights = true })],
            LeaveOneOut = leaveOneOut,
        };
    }

    [Fact]
    public async Task Steps_follow_search_order_and_sum_exactly_from_original_to_masterful()
    {
        var runner = new SimulatedTrialRunner(Truth, Sizes);
        var request = Request();
        var steps = await new Attribution(runner).MeasureAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(["horizontal_mirror", "hsv+blur", "erase"], steps.Select(s => s.Technique));
        Assert.Equal(12, runner.Asked.Count);
        var losses = new List<double>();
        foreach (var trial in request.Original.Concat(request.Masterful))
        {
            losses.Add((await runner.RunAsync(trial, TestContext.Current.CancellationToken)).SelectLoss);
        }

        Assert.Equal(losses.Skip(3).Average() - losses.Take(3).Average(), steps.Sum(s => s.ValidationLossDelta), 12);
        Assert.True(steps[0] is { Significant: true, ValidationLossDelta: < -0.05, StandardError: > 0 });
        Assert.True(Math.Abs(steps[2].ValidationLossDelta) < 0.02);
    }

    [Fact]
    public async Task A_group_whose_trial_failed_is_joined_with_the_next()
    {
        var runner = new SimulatedTrialRunner(Truth, Sizes) { Fails = t => t.Policy.Values.Count == 3 };
        var steps = await new Attribution(runner).MeasureAsync(Request(), TestContext.Current.CancellationToken);
        Assert.Equal(["horizontal_mirror", "hsv+blur+erase"], steps.Select(s => s.Technique));
    }

    [Fact]
    public async Task Leaving_a_group_out_shows_what_it_is_missed_for()
    {
        var runner = new SimulatedTrialRunner(Truth, Sizes);
        var steps = await new Attribution(runner).MeasureAsync(Request(true), TestContext.Current.CancellationToken);
        Assert.True(steps[0].LeaveOneOutDelta > 0.03);
        Assert.All(steps, s => Assert.True(s is { LeaveOneOutDelta: not null, LeaveOneOutStandardError: > 0, LeaveOneOutErrorRateStandardError: > 0 }));
        Assert.Equal(-steps[^1].ValidationLossDelta, steps[^1].LeaveOneOutDelta!.Value, 12);
        Assert.Equal((18, 18), (runner.Asked.Count, runner.Asked.Select(SimulatedTrialRunner.Key).Distinct().Count()));
    }

    [Fact]
    public async Task A_group_without_effect_is_seldom_called_significant()
    {
        var (bars, significant) = (0, 0);
        for (var i = 0; i < 200; i++)
        {
            List<TrialSpec> original = [.. Enumerable.Range(0, 3).Select(s => PolicySearchTests.Template((1000 * i) + s))];
            var request = new AttributionRequest { Original = original, Masterful = [.. original.Select(t => t with { Policy = Found })] };
            var steps = await new Attribution(new SimulatedTrialRunner(SimulatedTruth.Nothing(0.02), Sizes)).MeasureAsync(request, TestContext.Current.CancellationToken);
            (bars, significant) = (bars + steps.Count, significant + steps.Count(s => s.Significant));
        }

        output.WriteLine($"{significant} of {bars} bars of nothing are called significant");
        Assert.InRange(significant / (double)bars, 0.01, 0.08);
    }

    [Fact]
    public async Task Few_select_images_make_a_bar_uncertain()
    {
        async Task<double> ErrorAsync(int images)
        {
            var runner = new SimulatedTrialRunner(SimulatedTruth.Nothing(1e-6), Sizes) { SelectImages = images };
            return (await new Attribution(runner).MeasureAsync(Request(), TestContext.Current.CancellationToken))[0].StandardError!.Value;
        }

        Assert.Equal(2, await ErrorAsync(200) / await ErrorAsync(800), 0.3);
    }

    [Fact]
    public async Task No_policy_has_no_steps()
    {
        var request = Request();
        var steps = await new Attribution(new SimulatedTrialRunner(Truth, Sizes))
            .MeasureAsync(request with { Masterful = request.Original }, TestContext.Current.CancellationToken);
        Assert.Empty(steps);
    }
}
