using Masterful.Core.Spec;

namespace Masterful.Core.Evaluation;

/// <summary>What the gate has to say.</summary>
public static class GateDiagnostics
{
    /// <summary>A rule that does not hold.</summary>
    public static readonly DiagnosticCode RuleFailed = new(
        "MST0501", "a rule of the gate is not met", "Read the report; improve data or model, or change the rule in the spec's gate section.");

    /// <summary>The point estimate is good enough, but the interval still includes no improvement.</summary>
    public static readonly DiagnosticCode RuleInconclusive = new(
        "MST0502", "the gate is inconclusive", "More test images or more training.seeds narrow the interval; or set gate.on_inconclusive to warn.");

    /// <summary>A rule whose figure could not be computed.</summary>
    public static readonly DiagnosticCode MetricMissing = new(
        "MST0503", "a figure that the gate needs is missing", "Read the report's notes: trainings failed, or the figure is not defined on this data.");

    /// <summary>Neither model makes an error, so that none can go away.</summary>
    public static readonly DiagnosticCode NothingToReduce = new(
        "MST0504",
        "there is no error to reduce",
        "More or harder test images can show a reduction; gate on max_error_rate instead, or set gate.on_inconclusive to warn.");
}
