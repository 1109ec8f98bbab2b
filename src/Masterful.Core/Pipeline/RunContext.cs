using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Spec;
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

    /// <summary>A whole training with no policy, by the spec's recipe, with a default for what it leaves open.</summary>
    public required TrialSpec Template { get; init; }

    /// <summary>An earlier result to compare with, or null.</summary>
    public required RunResult? Baseline { get; init; }

    /// <summary>The lock file's content; null where there is none or the spec's mode is search.</summary>
    public required PolicyLock? Locked { get; init; }

    public required MeteredRunner Runner { get; init; }

    public required IProgress<PipelineProgress>? Progress { get; init; }

    public SplitSizes Sizes => SplitSizes.Of(Data);
}
