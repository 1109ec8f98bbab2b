using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>Everything that the stages of a run found out.</summary>
internal sealed record RunFigures
{
    public required RunIdentity Run { get; init; }

    public required MasterfulSpec Spec { get; init; }

    public required PipelineOptions Options { get; init; }

    public required IPipelineEnvironment Environment { get; init; }

    public required DatasetSplits Data { get; init; }

    public required SplitSizes Sizes { get; init; }

    public required ModelFacts Model { get; init; }

    public required TrialSpec Template { get; init; }

    public required PolicyChoice Choice { get; init; }

    public required FinalTrials Finals { get; init; }

    public required IReadOnlyList<AttributionStep> Attribution { get; init; }

    public required MeteredRunner Runner { get; init; }

    public required RunResult? Baseline { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public string? SamplesImage { get; init; }
}
