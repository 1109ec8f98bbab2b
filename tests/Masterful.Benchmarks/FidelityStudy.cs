using System.Globalization;
using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;

namespace Masterful.Benchmarks;

/// <summary>
/// What a short trial knows of a whole training: fixed policies at several fidelities and seeds, their change of ln select loss
/// against no policy, its noise between paired seeds, and the test error of the whole trainings.
/// </summary>
internal sealed class FidelityStudy(BenchmarkSession session, IReadOnlyList<Fidelity> fidelities, int seeds)
{
    private static readonly (string Name, Policy Policy)[] Policies =
    [
        ("none", Policy.None),
        ("trivial_augment 1", Policy.None.With(Technique.TrivialAugment, 1)),
        ("rand_augment 30", Policy.None.With(Technique.RandAugment, 30)),
        ("horizontal_mirror 0.5", Policy.None.With(Technique.HorizontalMirror, 0.5)),
        ("spatial 40", Policy.None.With(Technique.Spatial, 40)),
        ("hsv, contrast, blur 40", Policy.None.With(Technique.Hsv, 40).With(Technique.Contrast, 40).With(Technique.Blur, 40)),
        ("erase 40", Policy.None.With(Technique.Erase, 40)),
        ("mixup 0.5", Policy.None.With(Technique.Mixup, 0.5)),
        ("label_smoothing 33", Policy.None.With(Technique.LabelSmoothing, 33)),
    ];

    /// <summary>The table; trials that the journal lacks are trained, the first seeds first.</summary>
    public async Task WriteAsync(TextWriter output, CancellationToken cancellation)
    {
        var trials = (from seed in Enumerable.Range(0, seeds)
                      from fidelity in fidelities
                      from policy in Policies
                      select (policy.Policy, Fidelity: fidelity, Seed: seed)).ToList();
        var answers = await TrialBatch.RunAsync(session.Runner, trials.ConvertAll(t => Trial(t.Policy, t.Fidelity, t.Seed)), cancellation).ConfigureAwait(false);
        var results = trials.Zip(answers).ToDictionary(t => t.First, t => t.Second);
        await output.WriteLineAsync($"| policy | test error | {string.Join(" | ", fidelities.Select(f => $"{f.EpochShare:0.##} epochs × {f.ImageShare:0.##} images"))} |").ConfigureAwait(false);
        await output.WriteLineAsync($"| --- | --- |{string.Concat(fidelities.Select(_ => " --- |"))}").ConfigureAwait(false);
        var noise = fidelities.ToDictionary(f => f, _ => new List<double>());
        foreach (var (name, policy) in Policies)
        {
            var cells = new List<string>();
            var error = 0.0;
            foreach (var fidelity in fidelities)
            {
                var changes = new List<double>();
                for (var seed = 0; seed < seeds; seed++)
                {
                    var with = results[(policy, fidelity, seed)];
                    var without = results[(Policy.None, fidelity, seed)];
                    changes.Add(policy.IsNone ? with.SelectLoss : Math.Log(with.SelectLoss / without.SelectLoss));
                    error += with.Test is { } test ? ClassificationMetrics.ErrorRateOf(test) / seeds : 0;
                }

                cells.Add(policy.IsNone ? $"loss {changes.Average():0.0000}" : $"{changes.Average():+0.000;-0.000} ({string.Join(' ', changes.Select(c => c.ToString("+0.000;-0.000", CultureInfo.InvariantCulture)))})");
                if (!policy.IsNone)
                {
                    noise[fidelity].Add(changes.Sum(c => Math.Pow(c - changes.Average(), 2)) / Math.Max(1, changes.Count - 1));
                }
            }

            await output.WriteLineAsync($"| {name} | {error:0.00%} | {string.Join(" | ", cells)} |").ConfigureAwait(false);
        }

        await output.WriteLineAsync($"| standard deviation of a pair | | {string.Join(" | ", fidelities.Select(f => $"{Math.Sqrt(noise[f].Average()):0.000}"))} |").ConfigureAwait(false);
    }

    private TrialSpec Trial(Policy policy, Fidelity fidelity, int seed) => session.Template with
    {
        Policy = policy,
        Fidelity = fidelity,
        Seed = Seeds.Derive(session.Template.Seed, $"study/{seed}"),
        EvaluateTest = fidelity == Fidelity.Full,
    };
}
