using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>What the stages of a run work on.</summary>
internal sealed record RunContext
{
    public required RunIdentity Identity { get; init; }

    public required MasterfulSpec Spec { get; init; }

    public required PipelineOptions Options { get; init; }

    public required DatasetSplits Data { get; init; }

    public required ModelFacts Model { get; init; }

    /// <summary>See <see cref="TemplateOf"/>.</summary>
    public required TrialSpec Template { get; init; }

    /// <summary>An earlier result to compare with, or null.</summary>
    public required RunResult? Baseline { get; init; }

    /// <summary>The lock file's content; null where there is none or the spec's mode is search.</summary>
    public required PolicyLock? Locked { get; init; }

    public required MeteredRunner Runner { get; init; }

    public required IProgress<PipelineProgress>? Progress { get; init; }

    /// <summary>See <see cref="IPipelineEnvironment.MeasureSpeed"/>.</summary>
    public Func<double?> MeasureSpeed { get; init; } = () => null;

    public SplitSizes Sizes => SplitSizes.Of(Data);

    /// <summary>A whole training with no policy, by the spec's recipe, with a default for what it leaves open.</summary>
    public static TrialSpec TemplateOf(MasterfulSpec spec, IPipelineEnvironment environment, DatasetSplits data, ModelFacts model) => new()
    {
        Policy = Policy.None,
        Recipe = new Recipe
        {
            Epochs = spec.Training.Epochs,
            BatchSize = spec.Training.BatchSize ?? 128,
            LearningRate = spec.Training.LearningRate ?? 0.1,
            Optimizer = spec.Training.Optimizer,
            WeightDecay = spec.Training.WeightDecay,
            Precision = environment.ResolvePrecision(spec),
        },
        Seed = spec.Training.Seed,
        DataFingerprint = data.Fingerprint,
        ModelFingerprint = model.Fingerprint,
        DeviceKind = environment.DeviceKind,
        EngineVersion = EngineVersion.Current,
    };
}
