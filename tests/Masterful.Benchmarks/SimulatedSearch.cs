using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Tests.Search;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;

namespace Masterful.Benchmarks;

/// <summary>Ways to search for a policy, over simulated trials: each returns the policy that would be used.</summary>
internal static class SimulatedSearch
{
    private const int FinalSeeds = 3;

    /// <summary>Of the simulated data.</summary>
    public static SplitSizes Sizes { get; } = new(6000, 667, 10_000);

    /// <summary>A way to search: the truth, a seed, and the budget as a multiple of the final trainings.</summary>
    public delegate Task<Policy> Scheme(SimulatedTruth truth, int seed, double ratio);

    /// <summary>This engine's search, and its confirmation on fresh seeds.</summary>
    public static async Task<Policy> MasterfulAsync(SimulatedTruth truth, int seed, double ratio)
    {
        var request = Request(seed, ratio);
        var found = await new PolicySearch(new SimulatedTrialRunner(truth, Sizes), TimeProvider.System, NullLogger.Instance)
            .SearchAsync(request, null, CancellationToken.None).ConfigureAwait(false);
        var fresh = new SimulatedTrialRunner(truth, Sizes);
        return found.Confirm(await FinalAsync(fresh, request, Policy.None).ConfigureAwait(false), await FinalAsync(fresh, request, found.Policy).ConfigureAwait(false)).Policy;
    }

    /// <summary>
    /// Policies drawn at random, one trial each at the fidelity that this engine would use: every group is on or off, with one of its techniques
    /// at one of five levels. The best is used where the same confirmation holds.
    /// </summary>
    public static async Task<Policy> RandomAsync(SimulatedTruth truth, int seed, double ratio)
    {
        var (request, random) = (Request(seed, ratio), new Random(seed));
        var plan = Plan(request);
        var policies = Enumerable.Range(0, plan.Trials - 1).Select(_ => Groups(random).Where(_ => random.NextDouble() < 0.5)
            .Aggregate(Policy.None, (policy, group) => WithLevel(policy, group[random.Next(group.Length)], random.Next(1, 6)))).Prepend(Policy.None);
        var best = (await LossesAsync(truth, request, plan.Fidelity, policies).ConfigureAwait(false)).MinBy(t => t.Loss).Policy;
        var fresh = new SimulatedTrialRunner(truth, Sizes);
        return Confirmation.Of(
            await FinalAsync(fresh, request, Policy.None).ConfigureAwait(false), await FinalAsync(fresh, request, best).ConfigureAwait(false), truth.PairedNoise).Holds ? best : Policy.None;
    }

    /// <summary>
    /// Group by group in a fixed order, one trial a node: whichever technique and level has the lowest loss joins the policy, without repeats
    /// and without a confirmation. The budget sets the share of the images, as every node is visited.
    /// </summary>
    public static async Task<Policy> GroupByGroupAsync(SimulatedTruth truth, int seed, double ratio)
    {
        var request = Request(seed, ratio);
        var groups = Groups(null).ToList();
        var nodes = 1 + groups.Sum(g => g.Sum(t => Levels(t).Count()));
        var whole = TrialCost.ImagePasses(request.Template, Sizes);
        var fidelity = new Fidelity(1, Math.Min(1, ratio * TrialCost.FinalStage(request.Template, Sizes, FinalSeeds) / whole / nodes));
        var policy = Policy.None;
        foreach (var group in groups)
        {
            var candidates = group.SelectMany(t => Levels(t).Select(l => WithLevel(policy, t, l))).Prepend(policy);
            policy = (await LossesAsync(truth, request, fidelity, candidates).ConfigureAwait(false)).MinBy(t => t.Loss).Policy;
        }

        return policy;
    }

    /// <summary>What is asked of a search over all techniques.</summary>
    public static SearchRequest Request(int seed, double ratio) => new()
    {
        Template = new TrialSpec
        {
            Policy = Policy.None,
            Recipe = new Recipe { Epochs = 12, BatchSize = 64, LearningRate = 0.1 },
            Seed = seed,
            DataFingerprint = "data",
            ModelFingerprint = "model",
            DeviceKind = "cpu",
            EngineVersion = EngineVersion.Current,
        },
        Techniques = Enum.GetValues<Technique>(),
        Budget = new BudgetSpec(Ratio: ratio),
        FinalSeeds = FinalSeeds,
        Sizes = Sizes,
    };

    private static async Task<IReadOnlyList<(Policy Policy, double Loss)>> LossesAsync(
        SimulatedTruth truth, SearchRequest request, Fidelity fidelity, IEnumerable<Policy> policies)
    {
        var runner = new SimulatedTrialRunner(truth, Sizes);
        var losses = new List<(Policy, double)>();
        foreach (var policy in policies)
        {
            var trial = request.Template with { Policy = policy, Fidelity = fidelity, Seed = Seeds.Derive(request.Template.Seed, "search/0") };
            losses.Add((policy, (await runner.RunAsync(trial, CancellationToken.None).ConfigureAwait(false)).SelectLoss));
        }

        return losses;
    }

    private static async Task<TrialResult[]> FinalAsync(SimulatedTrialRunner runner, SearchRequest request, Policy policy) =>
        await Task.WhenAll(Enumerable.Range(0, FinalSeeds).Select(i => runner.RunAsync(
            request.Template with { Policy = policy, Seed = Seeds.Derive(request.Template.Seed, $"final/{i}") }, CancellationToken.None))).ConfigureAwait(false);

    private static SearchPlan Plan(SearchRequest request) =>
        SearchPlan.Make(request, request.Budget.Ratio!.Value * TrialCost.FinalStage(request.Template, Sizes, FinalSeeds), 0)!;

    /// <summary>The six groups; with a source of randomness, TrivialAugment or RandAugment may stand for geometry and colour.</summary>
    private static IEnumerable<Technique[]> Groups(Random? random)
    {
        yield return [Technique.HorizontalMirror, Technique.Rotate90];
        var whole = random?.Next(3) ?? 0;
        if (whole > 0)
        {
            yield return [whole == 1 ? Technique.TrivialAugment : Technique.RandAugment];
        }
        else
        {
            yield return [Technique.Rotate, Technique.Spatial];
            yield return [Technique.Hsv];
        }

        yield return [Technique.Erase];
        yield return [Technique.Mixup, Technique.Cutmix];
        yield return [Technique.LabelSmoothing];
    }

    private static IEnumerable<int> Levels(Technique technique) => IsRate(technique) ? [5] : Enumerable.Range(1, 5);

    private static Policy WithLevel(Policy policy, Technique technique, int level) =>
        policy.With(technique, IsRate(technique) ? 0.2 * level : TechniqueAxis.Of(technique).Maximum * 0.2 * level);

    private static bool IsRate(Technique technique) => TechniqueAxis.Of(technique).Kind == AxisKind.ReplacementRate;
}
