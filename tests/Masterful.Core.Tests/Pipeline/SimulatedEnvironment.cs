using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Tests.Pipeline;

/// <summary>
/// A machine whose models' figures are known: each technique that is on makes a fifth of the errors go away. What was trained is kept
/// from run to run, as in a journal.
/// </summary>
internal sealed class SimulatedEnvironment : IPipelineEnvironment
{
    private readonly Dictionary<string, TrialResult> _journal = [];

    public string Device => "cpu";

    public string DeviceKind => "cpu";

    public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string> { [".NET"] = "10" };

    public int TrainImages { get; init; } = 40;

    public string DataFingerprint { get; init; } = "data-1";

    public string ModelFingerprint { get; init; } = "model-1";

    /// <summary>Error rate of a policy.</summary>
    public Func<Policy, double> Errors { get; init; } = policy => 0.25 * Math.Pow(0.8, policy.Values.Count);

    /// <summary>Error rate of a policy on the test images, where it is another.</summary>
    public Func<Policy, double>? TestErrors { get; init; }

    /// <summary>Why a trial fails, or null.</summary>
    public Func<TrialSpec, string?> Fails { get; set; } = _ => null;

    /// <summary>Whether a trial runs out of memory.</summary>
    public Func<TrialSpec, bool> RunsOutOfMemory { get; set; } = _ => false;

    /// <summary>Called before a trial trains.</summary>
    public Action<TrialSpec> Before { get; set; } = _ => { };

    public List<TrialSpec> Trained { get; } = [];

    public List<string> Finished { get; } = [];

    public List<(string Weights, double Temperature)> Saved { get; } = [];

    public PrecisionKind ResolvePrecision(MasterfulSpec spec) => PrecisionKind.Fp32;

    public Task<DatasetSplits> LoadDataAsync(MasterfulSpec spec, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var classCounts = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [10, 10, 10, 10] };
        return Task.FromResult(new DatasetSplits
        {
            Train = Images(TrainImages),
            Select = Images(20),
            Test = Images(400),
            Fingerprint = DataFingerprint,
            Health = new DatasetHealth { ClassCounts = classCounts, Mean = [1], StandardDeviation = [2], Sizes = [("4×4×1", TrainImages)] },
        });
    }

    public ModelFacts CheckModel(ModelSpec model, int classCount) => new("small-cnn", ModelFingerprint, 1234);

    public IRunSession OpenSession(RunIdentity run, MasterfulSpec spec, DatasetSplits data) => new Session(this);

    public void SaveModel(
        MasterfulSpec spec, IReadOnlyList<string> classes, string weightsPath, double temperature, IReadOnlyDictionary<string, string> metadata) =>
        Saved.Add((weightsPath, temperature));

    private static ImageDataset Images(int count)
    {
        var store = new MemoryImageStore(new ImageShape(4, 4, 1));
        for (var i = 0; i < count; i++)
        {
            store.Add(new byte[16]);
        }

        return new ImageDataset(store, [.. Enumerable.Range(0, count)], [.. Enumerable.Range(0, count).Select(i => i % 4)], ["a", "b", "c", "d"], "split");
    }

    private static string Key(TrialSpec trial) =>
        $"{string.Join(',', trial.Policy.Values)}/{trial.Seed}/{trial.Fidelity}/{trial.Recipe.LearningRate}/{trial.DataFingerprint}/{trial.ModelFingerprint}";

    private TrialResult Train(TrialSpec trial)
    {
        Before(trial);
        Trained.Add(trial);
        var cost = TrialCost.ImagePasses(trial, new SplitSizes(TrainImages, 20, 400));
        if (RunsOutOfMemory(trial))
        {
            return new TrialResult
            {
                Key = Key(trial),
                Status = TrialStatus.Failed,
                Failure = "not enough memory: you tried to allocate 1 byte",
                FailureIsTransient = true,
                RanOutOfMemory = true,
                ImagePasses = 10,
                Seconds = 1,
            };
        }

        if (Fails(trial) is { } why)
        {
            return new TrialResult { Key = Key(trial), Status = TrialStatus.Failed, Failure = why, ImagePasses = cost, Seconds = 1 };
        }

        var errorRate = Errors(trial.Policy);
        var select = Predict(trial.Seed, 2000, errorRate);
        return new TrialResult
        {
            Key = Key(trial),
            Status = TrialStatus.Completed,
            SelectLoss = errorRate + (0.01 * Share(trial.Seed, 0)) + (0.001 * Share(trial.Seed, trial.Policy.Values.Count)),
            SelectError = ClassificationMetrics.ErrorRateOf(select),
            Select = select,
            Test = Predict(trial.Seed, 400, TestErrors?.Invoke(trial.Policy) ?? errorRate),
            WeightsPath = $"/weights/{trial.Policy.Values.Count}/{trial.Seed}",
            ImagePasses = cost,
            Seconds = cost / 1000.0,
            PeakMemory = 1 << 20,
        };
    }

    private static Predictions Predict(long seed, int count, double errorRate)
    {
        var labels = Enumerable.Range(0, count).Select(i => i % 4).ToArray();
        var logits = new float[4 * count];
        for (var i = 0; i < count; i++)
        {
            logits[(4 * i) + (Share(seed, i) < errorRate ? (labels[i] + 1) % 4 : labels[i])] = 3;
        }

        return new Predictions(logits, 4, labels);
    }

    private static double Share(long seed, int index) => Seeds.Derive(seed, $"{index}") / (double)long.MaxValue;

    private sealed class Session(SimulatedEnvironment environment) : IRunSession, ITrialRunner
    {
        public ITrialRunner Runner => this;

        public int Parallelism => 1;

        public Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            if (environment._journal.TryGetValue(Key(trial), out var known))
            {
                return Task.FromResult(known with { Reused = true });
            }

            var result = environment.Train(trial);
            cancellation.ThrowIfCancellationRequested();
            environment._journal[result.Key] = result;
            return Task.FromResult(result);
        }

        public Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation) => throw new InvalidOperationException();

        public void Finish(string status, string? summary) => environment.Finished.Add(status);

        public void Dispose()
        {
        }
    }
}

/// <summary>A search that trains the original and what it will find, twice each.</summary>
internal static class SimulatedSearch
{
    public static Policy Found { get; } = new Policy { Name = "fig-green-fox" }
        .With(Technique.HorizontalMirror, 0.5)
        .With(Technique.Rotate, 30)
        .With(Technique.Mixup, 0.4) with
    {
        Calibration = new Calibration(new Dictionary<string, IReadOnlyList<double>> { ["hue"] = [0.1, 0.2, 0.4, 0.7, 1.0] }),
    };

    public static PolicySearcher Of(Policy found) => async (runner, request, progress, cancellation) =>
    {
        var tested = new List<TestedPolicy>();
        var trials = 0;
        foreach (var policy in new[] { Policy.None, found }.DistinctBy(p => p.IsNone))
        {
            for (var i = 0; i < 2; i++)
            {
                await runner.RunAsync(request.Template with { Policy = policy, Seed = i }, cancellation);
                trials++;
                progress?.Report(new SearchProgress("rotate", trials, 4, trials * 100, null, trials, 4 - trials));
            }

            tested.Add(new TestedPolicy(policy, 0.5, 0.2, policy == found, "rotate", 1, 2));
        }

        return new SearchOutcome
        {
            Policy = found,
            Source = found.IsNone ? PolicySource.None : PolicySource.Search,
            Tested = tested,
            Groups = [new GroupVerdict("rotate", [Technique.Rotate], !found.IsNone, found.IsNone ? null : 1.5, "better", -0.1, 0.01)],
            Ledger = [new LedgerEntry("baseline", 2, 200, 2), new LedgerEntry("search", trials - 2, 200, 2)],
        };
    };
}
