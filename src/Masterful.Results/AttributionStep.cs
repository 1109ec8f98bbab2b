namespace Masterful.Results;

/// <summary>One bar of the waterfall.</summary>
public sealed record AttributionStep
{
    /// <summary>The technique, or techniques joined by <c>+</c>, added at this step.</summary>
    public required string Technique { get; init; }

    /// <summary>Change of validation loss by adding it; negative is better.</summary>
    public double ValidationLossDelta { get; init; }

    /// <summary>
    /// Standard error of the change over other seeds and other select images, widened so that ± two of it are a 95% interval though seeds
    /// are few; null with one pair.
    /// </summary>
    public double? StandardError { get; init; }

    /// <summary>Whether the change is over two standard errors.</summary>
    public bool Significant { get; init; }

    /// <summary>Change of the select error rate; sums exactly, as the loss does.</summary>
    public double? ErrorRateDelta { get; init; }

    /// <summary>Standard error of <see cref="ErrorRateDelta"/>; null with one pair.</summary>
    public double? ErrorRateStandardError { get; init; }

    /// <summary>Change of validation loss when it alone is left out of the whole policy (positive: it is missed), where measured.</summary>
    public double? LeaveOneOutDelta { get; init; }

    /// <summary>Standard error of <see cref="LeaveOneOutDelta"/>; null with one pair.</summary>
    public double? LeaveOneOutStandardError { get; init; }

    /// <summary>Change of the select error rate when it alone is left out of the whole policy, where measured.</summary>
    public double? LeaveOneOutErrorRateDelta { get; init; }

    /// <summary>Standard error of <see cref="LeaveOneOutErrorRateDelta"/>; null with one pair.</summary>
    public double? LeaveOneOutErrorRateStandardError { get; init; }
}
