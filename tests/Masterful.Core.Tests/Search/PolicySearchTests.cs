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

    private async Task<(double Captured, double None)> ManyAsync(int count, double ratio, Func<int, SimulatedTruth> truth)
    {
        var (captured, none, trials) = (new List<double>(), 0, 0);
        for (var i = 0; i < count; i++)
        {
            var problem = truth(i);
            var runner = new SimulatedTrialRunner(problem, Sizes);
            var request = Request(i, new BudgetSpec(Ratio: ratio));
            var found = await SearchAsync(runner, request);
            Assert.True(runner.ImagePasses <= ratio * TrialCost.FinalStage(request.Template, Sizes, 3));
            Assert.Equal(runner.ImagePasses, found.Ledger.Sum(l => l.ImagePasses));
            none += found.Policy.IsNone ? 1 : 0;
            trials += runner.Asked.Count;
            if (problem.BestGain > 0)
            {
                captured.Add(-problem.Change(found.Policy) / problem.BestGain);
            }
        }

        var mean = captured.Count > 0 ? captured.Average() : 0;
        output.WriteLine($"ratio {ratio}: captured {mean:0.000}, median {captured.Order().ElementAtOrDefault(captured.Count / 2):0.000}, none {(double)none / count:0.000}, trials {(double)trials / count:0.0}");
        return (mean, (double)none / count);
    }

    [Theory]
    [InlineData(1.5, 0.5)]
    [InlineData(3, 0.6)]
    public async Task Captures_most_of_the_best_policys_gain_and_never_exceeds_its_cap(double ratio, double least)
    {
        Assert.True((await ManyAsync(30, ratio, SimulatedTruth.Draw)).Captured > least);
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(3)]
    public async Task Keeps_no_policy_where_nothing_has_an_effect(double ratio)
    {
        var (_, none) = await ManyAsync(30, ratio, i => SimulatedTruth.Nothing(0.03 + (0.0002 * i)));
        Assert.True(none >= 0.7);
    }
}
