using System.Globalization;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Evaluation;

/// <summary>Decides whether a build passes. It only ever reads figures that the report also shows.</summary>
public static class Gate
{
    /// <summary>The rule or the gate holds.</summary>
    public const string Passed = "passed";

    /// <summary>It does not hold, or its figure is missing.</summary>
    public const string Failed = "failed";

    /// <summary>The point estimate passes, but the interval's lower bound does not exceed 0.</summary>
    public const string Inconclusive = "inconclusive";

    /// <summary>There is no rule, or nothing to compare with.</summary>
    public const string NotEvaluated = "not-evaluated";

    /// <summary>Shares such as 2 points are not exact in binary.</summary>
    private const double Slack = 1e-12;

    /// <summary>Checks every rule of the spec, in the spec's order.</summary>
    /// <param name="gate">The rules.</param>
    /// <param name="original">The original model's figures.</param>
    /// <param name="masterful">The masterful model's figures.</param>
    /// <param name="comparison">The two compared.</param>
    /// <param name="baseline">An earlier result, or null when none was given.</param>
    public static GateResult Evaluate(
        GateSpec gate, ArmResult original, ArmResult masterful, ComparisonResult comparison, RunResult? baseline = null)
    {
        GateRuleResult?[] rules =
        [
            gate.ErrorRateReduction is { } reduction ? Reduction(reduction, comparison) : null,
            gate.MaxErrorRate is { } most ? ErrorRate(most, masterful) : null,
            gate.MaxClassRecallDrop is { } drop ? RecallDrop(drop, original, masterful) : null,
            gate.MaxErrorRateIncrease is { } increase ? Increase(increase, masterful, baseline) : null,
        ];
        var checkedRules = rules.OfType<GateRuleResult>().ToArray();
        string[] worstFirst = [Failed, Inconclusive, Passed];
        var status = worstFirst.FirstOrDefault(s => checkedRules.Any(r => r.Status == s)) ?? NotEvaluated;
        return new GateResult(status, checkedRules);
    }

    /// <summary>Checks the rules on a result that was read from a file.</summary>
    public static GateResult Evaluate(GateSpec gate, RunResult result, RunResult? baseline = null) =>
        Evaluate(gate, result.Original, result.Masterful, result.Comparison, baseline);

    /// <summary>
    /// What the build says: an error for each failed rule, an error or a warning (<c>gate.on_inconclusive</c>) for an inconclusive one,
    /// at the rule's line in the spec. Empty when the gate lets the build pass in silence.
    /// </summary>
    public static IReadOnlyList<Diagnostic> ToDiagnostics(GateResult result, MasterfulSpec spec)
    {
        var inconclusive = spec.Gate.OnInconclusive == InconclusiveAction.Fail ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
        return
        [
            .. result.Rules.Where(r => r.Status is Failed or Inconclusive).Select(rule =>
            {
                var (code, severity) = rule.Status == Inconclusive
                    ? (GateDiagnostics.RuleInconclusive, inconclusive)
                    : (rule.Actual is null ? GateDiagnostics.MetricMissing : GateDiagnostics.RuleFailed, DiagnosticSeverity.Error);
                return new Diagnostic(code, severity, $"{rule.Rule}: {rule.Message}", spec.PositionOf($"gate.{rule.Rule}"));
            }),
        ];
    }

    private static GateRuleResult Reduction(double threshold, ComparisonResult comparison)
    {
        const string Rule = "error_rate_reduction";
        if (comparison.ErrorRateReduction is not { } value || !double.IsFinite(value) || comparison.Low is not { } low || double.IsNaN(low))
        {
            return Missing(Rule, threshold, "the error-rate reduction could not be computed: a model has no result, or the original makes no error to reduce.");
        }

        var interval = $"{Percent(value)} ({comparison.Confidence.ToString("0.#%", CultureInfo.InvariantCulture)} interval {Percent(low)} to {Percent(comparison.High ?? double.NaN)})";
        return value < threshold - Slack
            ? new GateRuleResult(Rule, threshold, value, Failed) { Message = $"the error rate is reduced by {interval}, less than the {Percent(threshold)} required." }
            : low > 0
                ? new GateRuleResult(Rule, threshold, value, Passed) { Message = $"the error rate is reduced by {interval}, at least the {Percent(threshold)} required." }
                : new GateRuleResult(Rule, threshold, value, Inconclusive) { Message = $"the error rate is reduced by {interval}: enough, but the interval includes no reduction at all." };
    }

    private static GateRuleResult ErrorRate(double threshold, ArmResult masterful) =>
        AtMost("max_error_rate", threshold, masterful.ErrorRate, "the masterful model's error rate is", Percent);

    private static GateRuleResult RecallDrop(double threshold, ArmResult original, ArmResult masterful)
    {
        const string Rule = "max_class_recall_drop";
        var drops = original.Classes.Zip(masterful.Classes, (o, m) => (o.Name, o.Support, Drop: o.Recall - m.Recall)).ToArray();
        if (drops.Length == 0 || drops.Any(d => !double.IsFinite(d.Drop)))
        {
            return Missing(Rule, threshold, "recall by class is missing.");
        }

        var worst = drops.MaxBy(d => d.Drop);
        return AtMost(Rule, threshold, worst.Drop, $"the largest loss of recall, of class '{worst.Name}' ({worst.Support} images), is", Points);
    }

    private static GateRuleResult Increase(double threshold, ArmResult masterful, RunResult? baseline) => baseline is null
        ? new GateRuleResult("max_error_rate_increase", threshold, null, NotEvaluated)
        {
            Message = "no earlier result was given to compare with (--baseline).",
        }
        : AtMost(
            "max_error_rate_increase", threshold, masterful.ErrorRate - baseline.Masterful.ErrorRate,
            $"against run {baseline.Run.Id} ({Percent(baseline.Masterful.ErrorRate)}) the error rate changes by", Points);

    private static GateRuleResult AtMost(string rule, double threshold, double actual, string what, Func<double, string> format)
    {
        if (!double.IsFinite(actual))
        {
            return Missing(rule, threshold, "the figure is missing or not a number.");
        }

        var passed = actual <= threshold + Slack;
        return new GateRuleResult(rule, threshold, actual, passed ? Passed : Failed)
        {
            Message = $"{what} {format(actual)}, {(passed ? "within" : "over")} the {format(threshold)} allowed.",
        };
    }

    private static GateRuleResult Missing(string rule, double threshold, string message) => new(rule, threshold, null, Failed) { Message = message };

    private static string Percent(double share) => share.ToString("0.##%", CultureInfo.InvariantCulture);

    private static string Points(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " points";
}
