using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;

namespace Masterful.Core.Tests.Search;

/// <summary>
/// What is true of a simulated problem: for each technique the largest fall of ln loss that it is worth and the level that gives it,
/// of a full training. Between, the effect is the parabola through 0 and that peak; too strong does harm. What short trials make of it is
/// drawn around what <c>Masterful.Benchmarks fidelity</c> measured with small-cnn on Fashion-MNIST (4,800 images, 12 epochs) and on the
/// first 776 images of SVHN (80 epochs), eight policies and two seeds each:
/// <list type="bullet">
/// <item>whole trainings: effects of ln loss from −0.21 to +0.10 and from −0.95 to +0.06; noise of a pair 0.017 and 0.021;</item>
/// <item>half the images: 0.76 and 0.78 of the effects of techniques that help, with a scatter of 0.2 from technique to technique; noise 0.026
/// and 0.047;</item>
/// <item>half the epochs (SVHN): 0.57 of the effects, and 0.07 to 0.13 worse for mirror and erase, which are worth little; noise 0.071.</item>
/// </list>
/// </summary>
/// <param name="Effects">By technique.</param>
/// <param name="PairedNoise">Standard deviation of ln loss between the two whole trainings of a pair.</param>
/// <param name="Scatter">By which factor half the images change the share of a technique's effect that shows.</param>
internal sealed record SimulatedTruth(
    IReadOnlyDictionary<Technique, (double Gain, double Level)> Effects, double PairedNoise, IReadOnlyDictionary<Technique, double>? Scatter = null)
{
    private static readonly Technique[] Whole = [Technique.TrivialAugment, Technique.RandAugment];

    public static SimulatedTruth Nothing(double pairedNoise) => new(new Dictionary<Technique, (double, double)>(), pairedNoise);

    /// <summary>Six groups, four in ten without effect, the others worth 2 to 20% of the loss; paired noise of whole trainings of 1.5 to 2.5%.</summary>
    public static SimulatedTruth Draw(int seed)
    {
        var random = new Random(seed);
        var effects = new Dictionary<Technique, (double, double)>();
        void Group(params Technique[] techniques)
        {
            var (works, gain, level) = (random.NextDouble() < 0.6, 0.02 + (0.18 * random.NextDouble()), 0.2 + (0.7 * random.NextDouble()));
            var chosen = random.Next(techniques.Length);
            if (works)
            {
                effects[techniques[chosen]] = (gain, level);
            }
        }

        Group(Technique.HorizontalMirror, Technique.Rotate90);
        Group(Technique.Rotate, Technique.Spatial);
        Group(Technique.Hsv);
        Group(Technique.Erase);
        Group(Technique.Mixup, Technique.Cutmix);
        Group(Technique.LabelSmoothing);
        // Measured: TrivialAugment 0.5 and 0.45, RandAugment 0.69 and 0.66 of spatial's and colour's effects together.
        var replaced = new[] { Technique.Rotate, Technique.Spatial, Technique.Hsv }.Sum(t => effects.GetValueOrDefault(t).Item1);
        effects[Technique.TrivialAugment] = (0.5 * replaced, 1);
        effects[Technique.RandAugment] = (0.7 * replaced, 0.3);
        var scatter = Enum.GetValues<Technique>().ToDictionary(t => t, _ => 1 + (0.7 * (random.NextDouble() - 0.5)));
        return new SimulatedTruth(effects, 0.015 + (0.01 * random.NextDouble()), scatter);
    }

    /// <summary>The most that any policy gains: geometry and colour are worth more than TrivialAugment and RandAugment in their place.</summary>
    public double BestGain => Effects.Where(e => !Whole.Contains(e.Key)).Sum(e => e.Value.Gain);

    /// <summary>Standard deviation of a trial's own noise and of its seed's, each.</summary>
    public double Noise(Fidelity fidelity) => PairedNoise / Math.Sqrt(2) / (fidelity.ImageShare * Math.Pow(fidelity.EpochShare, 1.7));

    /// <summary>True change of ln loss by a policy.</summary>
    public double Change(Policy policy, Fidelity? fidelity = null)
    {
        var (epochs, images) = fidelity is { } f ? (f.EpochShare, f.ImageShare) : (1, 1);
        var harm = 0.14 * (1 - epochs) * policy.Values.Count(v => v.Value > 0);
        return harm + Effects.Sum(e =>
        {
            var maximum = e.Key is Technique.HorizontalMirror or Technique.Rotate90 or Technique.Mixup or Technique.Cutmix ? 1 : TechniqueAxis.Of(e.Key).Maximum;
            var strength = policy[e.Key] / maximum / e.Value.Level;
            var shown = Math.Max(0, epochs - (0.5 * (1 - images) * (Scatter?[e.Key] ?? 1)));
            return Math.Min(0.5, -e.Value.Gain * shown * ((2 * strength) - (strength * strength)));
        });
    }
}

/// <summary>Answers trials from a known truth, deterministically, and remembers what was asked.</summary>
internal sealed class SimulatedTrialRunner(SimulatedTruth truth, SplitSizes sizes, int parallelism = 1) : ITrialRunner
{
    private const double BaseLoss = 0.4;
    private readonly Lock _lock = new();

    public int Parallelism => parallelism;

    public List<TrialSpec> Asked { get; } = [];

    public long ImagePasses { get; private set; }

    /// <summary>Whether a trial fails.</summary>
    public Func<TrialSpec, bool> Fails { get; init; } = _ => false;

    /// <summary>Select images that a result carries predictions for, drawn anew for each trial.</summary>
    public int SelectImages { get; init; }

    /// <summary>What a trial's loss is multiplied by, beside what the truth knows of.</summary>
    public Func<TrialSpec, double> Factor { get; init; } = _ => 1;

    /// <summary>Called before a trial runs.</summary>
    public Action<TrialSpec> Before { get; init; } = _ => { };

    public static string Key(TrialSpec trial) =>
        $"{string.Join(',', trial.Policy.Values)}/{trial.Seed}/{trial.Fidelity}/{trial.Recipe.LearningRate}/{trial.Recipe.BatchSize}/{trial.UnlabeledShare}";

    public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        if (parallelism > 1)
        {
            await Task.Yield();
        }

        Before(trial);
        cancellation.ThrowIfCancellationRequested();
        var passes = TrialCost.ImagePasses(trial, sizes);
        lock (_lock)
        {
            Asked.Add(trial);
            ImagePasses += passes;
        }

        if (Fails(trial))
        {
            return new TrialResult { Key = Key(trial), Status = TrialStatus.Failed, Failure = "The loss became NaN.", ImagePasses = passes, Seconds = 1 };
        }

        // Added images, and what their teacher learned, are worth as many epochs; more epochs than a whole training's change nothing.
        var added = trial.Policy[Technique.Synthetic] + (trial.Policy[Technique.Unlabeled] is var unlabeled and > 0 ? 1 + unlabeled : 0);
        var fidelity = trial.Fidelity with { EpochShare = Math.Min(1, trial.Fidelity.EpochShare * (1 + added)) };
        var share = fidelity.EpochShare * fidelity.ImageShare;
        var scale = truth.Noise(fidelity);
        var noise = scale * (Normal(trial.Seed, $"seed/{fidelity}") + Normal(trial.Seed, Key(trial)));
        var loss = Factor(trial) * BaseLoss * (1 + (0.5 * (1 - share))) * Math.Exp(truth.Change(trial.Policy, fidelity) + noise);
        return new TrialResult
        {
            Key = Key(trial),
            Status = TrialStatus.Completed,
            SelectLoss = loss,
            SelectError = loss / 4,
            RawSelectLoss = loss,
            Select = SelectImages == 0 ? null : Predict(trial),
            ImagePasses = passes,
            Seconds = passes / 10_000.0,
        };
    }

    /// <summary>Every operation moves the model linearly, to one nat at the end of its range.</summary>
    public Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        var passes = probe.MaximumImages * (1L + (probe.Operations.Count * probe.Strengths.Count));
        ImagePasses += passes;
        var curves = probe.Operations.Select(o => new OperationDistance(
            o, [.. probe.Strengths.Select(s => BaseLoss + (o == "invert" ? 0.8 * s : s))], [.. probe.Strengths.Select(s => 0.1 + (0.2 * s))]));
        return Task.FromResult(new DistanceProbeResult(BaseLoss, 0.1, [.. curves], passes, passes / 30_000.0));
    }

    private Predictions Predict(TrialSpec trial)
    {
        var random = new Random((int)Seeds.Derive(0, Key(trial)));
        return new Predictions([.. Enumerable.Range(0, 2 * SelectImages).Select(i => (float)random.NextDouble() + (i % 2 == 0 ? 0.5f : 0))], 2, new int[SelectImages]);
    }

    private static double Normal(long seed, string purpose)
    {
        var first = (Seeds.Derive(seed, purpose + "/1") + 1.0) / long.MaxValue;
        var second = (double)Seeds.Derive(seed, purpose + "/2") / long.MaxValue;
        return Math.Sqrt(-2 * Math.Log(Math.Clamp(first, 1e-12, 1))) * Math.Cos(2 * Math.PI * second);
    }
}
