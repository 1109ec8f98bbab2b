namespace Masterful.Results;

/// <summary>The gate's verdict.</summary>
/// <param name="Status">passed, failed, inconclusive or not-evaluated.</param>
/// <param name="Rules">Each rule of the spec.</param>
public sealed record GateResult(string Status, IReadOnlyList<GateRuleResult> Rules);

/// <summary>One rule of the gate.</summary>
/// <param name="Rule">Its key in the spec.</param>
/// <param name="Threshold">What must hold, 0..1.</param>
/// <param name="Actual">What is, 0..1; null when it could not be computed.</param>
/// <param name="Status">passed, failed, inconclusive or not-evaluated.</param>
public sealed record GateRuleResult(string Rule, double Threshold, double? Actual, string Status)
{
    /// <summary>One sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>
    /// Why there is no figure: no-result, no-errors or errors-from-none (<see cref="ComparisonOutcome"/>), undefined, or no-baseline; null where
    /// there is one.
    /// </summary>
    public string? Reason { get; init; }
}
