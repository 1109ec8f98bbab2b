using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>What a run is told besides the spec.</summary>
public sealed record PipelineOptions
{
    /// <summary>A <c>result.json</c> that <c>gate.max_error_rate_increase</c> compares with, or null.</summary>
    public string? BaselinePath { get; init; }

    /// <summary>The run's id; by default its start and a short hash.</summary>
    public string? RunId { get; init; }

    /// <summary>Told which files the data were read from as soon as they are, see <see cref="Data.DatasetSplits.Files"/>.</summary>
    public Action<IReadOnlyList<string>>? DataRead { get; init; }

    /// <summary>Commands that repeat the run, for the report.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];
}

/// <summary>What came of a search alone.</summary>
/// <param name="Policy">The locked policy.</param>
/// <param name="Kept">Whether the lock held, so that nothing was searched.</param>
/// <param name="Notes">What a reviewer should know: why a lock was undone, failed trials, a search that was cut short.</param>
public sealed record PolicyDecision(PolicyInfo Policy, bool Kept, IReadOnlyList<string> Notes);

/// <summary>What came of a run. The report's files are written; what the gate says is for the caller to tell.</summary>
/// <param name="Result">The content of <c>result.json</c>.</param>
/// <param name="Policies">The content of <c>policies.json</c>.</param>
/// <param name="ReportFolder">Full path of the folder that has both.</param>
public sealed record PipelineOutcome(RunResult Result, PoliciesFile Policies, string ReportFolder);
