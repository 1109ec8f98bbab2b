namespace Masterful.Reporting;

/// <summary>What a report consists of.</summary>
public sealed record ReportOptions
{
    /// <summary>Whether to write <c>report.html</c> beside <c>report.md</c>.</summary>
    public bool Html { get; init; } = true;
}
