using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>What a pull request's comment is told besides the result.</summary>
public sealed record PullRequestOptions
{
    /// <summary>Tells the comments of several models of one repository apart; it only enters the marker as a hash.</summary>
    public string Key { get; init; } = "masterful";

    /// <summary>The base branch's last result, or null.</summary>
    public RunResult? Baseline { get; init; }

    /// <summary>What the base is called, such as <c>main</c>.</summary>
    public string BaselineName { get; init; } = "base";

    /// <summary>Where the whole report can be downloaded, or null.</summary>
    public string? ArtifactUrl { get; init; }

    /// <summary>The workflow run that trained, or null.</summary>
    public string? WorkflowUrl { get; init; }

    /// <summary>The commit that was trained, or null.</summary>
    public string? Commit { get; init; }

    /// <summary>Addresses of published charts by file name, such as <c>recall.png</c>; charts that are drawn in place stand where there is none.</summary>
    public IReadOnlyDictionary<string, string> Charts { get; init; } = new Dictionary<string, string>();
}
