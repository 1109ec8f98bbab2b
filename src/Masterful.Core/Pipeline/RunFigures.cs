using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>Everything that the stages of a run found out.</summary>
internal sealed record RunFigures
{
    /// <summary>What they worked on.</summary>
    public required RunContext Run { get; init; }

    public required IPipelineEnvironment Environment { get; init; }

    public required PolicyChoice Choice { get; init; }

    public required FinalTrials Finals { get; init; }

    public required IReadOnlyList<AttributionStep> Attribution { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public string? SamplesImage { get; init; }

    public string? SamplesProblem { get; init; }
}
