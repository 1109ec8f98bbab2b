using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;

namespace Masterful.Core.Search;

/// <summary>How the worth of added images is measured: at which doses, on how many seeds, in how long trainings.</summary>
/// <param name="Technique">Synthetic or unlabeled.</param>
/// <param name="Ratio">Added images for each labelled one at the full dose.</param>
/// <param name="EpochShare">Share of the epochs of a whole training that each dose has.</param>
/// <param name="Seeds">Trials a dose.</param>
/// <param name="Doses">Shares of the added images, rising to 1.</param>
internal sealed record DosePlan(Technique Technique, double Ratio, double EpochShare, int Seeds, IReadOnlyList<double> Doses)
{
    /// <summary>The most images added for each labelled one: each is as much work as a labelled image.</summary>
    private const double LargestRatio = 3;

    /// <summary>
    /// From the best that a large budget buys to the least that tells anything. Images are never cut: how many labels there are is the
    /// question. Epochs hardly: what more images are worth shows where more epochs have nothing left to give.
    /// </summary>
    private static readonly (double EpochShare, int Seeds, double[] Doses)[] Layouts =
    [
        (1, 2, [0.25, 1]), (1, 2, [1]), (1, 1, [0.25, 1]), (1, 1, [1]), (0.5, 1, [1]),
    ];

    /// <summary>The best plan that a budget allows, or null.</summary>
    /// <param name="request">The search.</param>
    /// <param name="technique">Synthetic or unlabeled.</param>
    /// <param name="cap">Image-passes that it may take.</param>
    public static DosePlan? Make(SearchRequest request, Technique technique, double cap) => All(request, technique)
        .FirstOrDefault(p => p.Cost(request) <= cap && p.Trials <= (request.Budget.Trials ?? int.MaxValue) / 2);

    /// <summary>Image-passes of the least plan that tells anything.</summary>
    /// <param name="request">The search.</param>
    /// <param name="technique">Synthetic or unlabeled.</param>
    public static long LeastCost(SearchRequest request, Technique technique) => All(request, technique).Min(p => p.Cost(request));

    /// <summary>Trials that it takes.</summary>
    public int Trials => Seeds * (1 + Doses.Count + (Technique == Technique.Unlabeled ? 1 : 0));

    /// <summary>Image-passes that it takes.</summary>
    public long Cost(SearchRequest request) =>
        Seeds * Arms(request.Template, Policy.None with { Name = "plan" }).Sum(t => TrialCost.ImagePasses(t, request.Sizes));

    /// <summary>
    /// The trials of one seed: the teacher where there is one, the control, each dose. The control is the policy alone, trained for as
    /// many more epochs as the full dose adds work, the teacher's training, which is always a whole one, included.
    /// </summary>
    /// <param name="template">Everything but policy and fidelity.</param>
    /// <param name="policy">What the images are added to.</param>
    public IReadOnlyList<TrialSpec> Arms(TrialSpec template, Policy policy)
    {
        var alone = template with { Policy = policy, Fidelity = new Fidelity(EpochShare, 1), EvaluateTest = false, KeepWeights = false };
        TrialSpec[] doses =
        [
            .. Doses.Select(dose => Technique == Technique.Unlabeled
                ? alone with { Policy = policy.With(Technique, Ratio), UnlabeledShare = dose }
                : alone with { Policy = policy.With(Technique, Ratio * dose) }),
        ];
        TrialSpec[] teachers = doses[0].Teacher is { } teacher ? [teacher] : [];
        var control = alone with { Fidelity = new Fidelity((EpochShare * (1 + Ratio)) + teachers.Length, 1) };
        return [.. teachers, control, .. doses];
    }

    private static IEnumerable<DosePlan> All(SearchRequest request, Technique technique) =>
        Layouts.Select(l => new DosePlan(technique, RatioOf(technique, request.Sizes), l.EpochShare, l.Seeds, l.Doses));

    /// <summary>Images to add for each labelled one: as many as there are, within limits.</summary>
    public static double RatioOf(Technique technique, SplitSizes sizes)
    {
        var available = technique == Technique.Unlabeled ? sizes.Unlabeled : sizes.Synthetic;
        return Math.Clamp(Math.Round((double)available / sizes.Train, 2), 0.05, LargestRatio);
    }
}
