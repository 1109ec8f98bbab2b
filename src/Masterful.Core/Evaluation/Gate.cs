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

    /// <summary>The point estimate passes, but the interval's lower bound does not exceed 0; or neither model makes an error, so that there is none to reduce.</summary>
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
            gate.ErrorRateReduction is { } reduction ? Reduction(reduction, original, masterful, comparison) : null,
            gate.MaxErrorRate is { } most ? ErrorRate(most, masterful) : null,
            gate.MaxClassRecallDrop is { } drop ? RecallDrop(drop, original, masterful, comparison) : null,
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
                var (code, severity) = (rule.Status, rule.Reason) switch
                {
                    (Inconclusive, ComparisonOutcome.NoErrors) => (GateDiagnostics.NothingToReduce, inconclusive),
                    (Inconclusive, _) => (GateDiagnostics.RuleInconclusive, inconclusive),
                    (_, not ComparisonOutcome.ErrorsFromNone) when rule.Actual is null => (GateDiagnostics.MetricMissing, DiagnosticSeverity.Error),
                    _ => (GateDiagnostics.RuleFailed, DiagnosticSeverity.Error),
                };
                return new Diagnostic(code, severity, $"{rule.Rule}: {rule.Message}", spec.PositionOf($"gate.{rule.Rule}"));
            }),
        ];
    }

    /// <summary>
    /// Without an error of the original no share of errors can go away. Where the masterful model makes none either, the images can't show
    /// what is asked for, as when an interval includes 0; where it makes some, errors rose.
    /// </summary>
    private static GateRuleResult Reduction(double threshold, ArmResult original, ArmResult masterful, ComparisonResult comparison)
    {
        const string Rule = "error_rate_reduction";
        var outcome = ComparisonOutcome.Of(original, masterful, comparison);
        if (ComparisonOutcome.WhyNone(original, masterful, comparison) is { } why)
        {
            return new GateRuleResult(Rule, threshold, null, outcome == ComparisonOutcome.NoErrors ? Inconclusive : Failed)
            {
                Reason = outcome,
                Message = outcome switch
                {
                    ComparisonOutcome.NoResult => $"the error-rate reduction could not be computed: {why}.",
                    ComparisonOutcome.NoErrors => $"{why}: they can't show the {Percent(threshold)} required.",
                    _ => $"{why}: the error rate rose from none.",
                },
            };
        }

        if (comparison.Low is not { } low || double.IsNaN(low))
        {
            return Missing(Rule, threshold, ComparisonOutcome.NoResult, "the error-rate reduction has no interval, so it can't be told from chance.");
        }

        var value = comparison.ErrorRateReduction!.Value;
        var interval = $"{Percent(value)} ({Figures.ShortPercent(comparison.Confidence, 1)} interval {Percent(low)} to {Percent(comparison.High)})";
        return value < threshold - Slack
            ? new GateRuleResult(Rule, threshold, value, Failed) { Message = $"the error rate is reduced by {interval}, less than the {Percent(threshold)} required." }
            : low > 0
                ? new GateRuleResult(Rule, threshold, value, Passed) { Message = $"the error rate is reduced by {interval}, at least the {Percent(threshold)} required." }
                : new GateRuleResult(Rule, threshold, value, Inconclusive) { Message = $"the error rate is reduced by {interval}: enough, but the interval includes no reduction at all." };
    }

    private static GateRuleResult ErrorRate(double threshold, ArmResult masterful) => double.IsFinite(masterful.ErrorRate)
        ? AtMost("max_error_rate", threshold, masterful.ErrorRate, "the masterful model's error rate is", Percent)
        : Missing("max_error_rate", threshold, ComparisonOutcome.NoResult, "the masterful model has no result.");

    /// <summary>A class without images has no recall in either model: it can't have lost any, and the message says that it was not judged.</summary>
    private static GateRuleResult RecallDrop(double threshold, ArmResult original, ArmResult masterful, ComparisonResult comparison)
    {
        const string Rule = "max_class_recall_drop";
        if (!double.IsFinite(original.ErrorRate) || !double.IsFinite(masterful.ErrorRate))
        {
            return Missing(
                Rule, threshold, ComparisonOutcome.NoResult, $"recall by class could not be compared: {ComparisonOutcome.WhyNone(original, masterful, comparison)}.");
        }

        var drops = original.Classes.Zip(masterful.Classes, (o, m) => (o.Name, o.Support, Drop: o.Recall - m.Recall)).Index().ToArray();
        var judged = drops.Where(d => d.Item.Support > 0).ToArray();
        if (judged.Length == 0)
        {
            return Missing(Rule, threshold, Verdict.Undefined, drops.Length == 0 ? "recall by class is missing." : "no class has an image in the evaluation split, so that no recall is defined.");
        }

        if (judged.FirstOrDefault(d => !double.IsFinite(d.Item.Drop)) is { Item.Name: { } name })
        {
            return Missing(Rule, threshold, ComparisonOutcome.NoResult, $"the recall of class '{name}' is missing.");
        }

        var (index, worst) = judged.MaxBy(d => d.Item.Drop);
        var noise = comparison.Classes.Count == drops.Length && comparison.Classes[index].Verdict == Verdict.WithinNoise && worst.Drop > 0 ? ", within noise," : "";
        var result = worst.Drop > 0
            ? AtMost(Rule, threshold, worst.Drop, $"the largest loss of recall, of class '{worst.Name}' ({worst.Support} images){noise} is", Points)
            : AtMost(Rule, threshold, worst.Drop, "no class loses recall: the largest loss is", drop => Points(Math.Max(0, drop)));
        return result with { Message = result.Message + NotJudged([.. drops.Where(d => d.Item.Support == 0).Select(d => d.Item.Name)]) };
    }

    private static string NotJudged(IReadOnlyList<string> names)
    {
        const int Most = 3;
        var told = string.Join(", ", names.Take(Most).Select(n => $"'{n}'")) + (names.Count > Most ? $" and {names.Count - Most} more" : "");
        return names.Count switch
        {
            0 => "",
            1 => $" Class {told} has no image there: its recall is undefined and not judged.",
            _ => $" {names.Count} classes have no image there: their recall is undefined and not judged ({told}).",
        };
    }

    private static GateRuleResult Increase(double threshold, ArmResult masterful, RunResult? baseline)
    {
        const string Rule = "max_error_rate_increase";
        return baseline is null
            ? new GateRuleResult(Rule, threshold, null, NotEvaluated) { Reason = "no-baseline", Message = "no earlier result was given to compare with (--baseline)." }
            : !double.IsFinite(masterful.ErrorRate) ? Missing(Rule, threshold, ComparisonOutcome.NoResult, "the masterful model has no result.")
            : !double.IsFinite(baseline.Masterful.ErrorRate) ? Missing(Rule, threshold, ComparisonOutcome.NoResult, $"the earlier run {baseline.Run.Id} has no result.")
            : AtMost(
                Rule, threshold, masterful.ErrorRate - baseline.Masterful.ErrorRate,
                $"against run {baseline.Run.Id} ({Percent(baseline.Masterful.ErrorRate)}) the error rate changes by", Points);
    }

    private static GateRuleResult AtMost(string rule, double threshold, double actual, string what, Func<double, string> format)
    {
        var passed = actual <= threshold + Slack;
        return new GateRuleResult(rule, threshold, actual, passed ? Passed : Failed)
        {
            Message = $"{what} {format(actual)}, {(passed ? "within" : "over")} the {format(threshold)} allowed.",
        };
    }

    private static GateRuleResult Missing(string rule, double threshold, string reason, string message) =>
        new(rule, threshold, null, Failed) { Reason = reason, Message = message };

    private static string Percent(double? share) => Figures.ShortPercent(share);

    private static string Percent(double share) => Figures.ShortPercent(share);

    private static string Points(double share) => Figures.ShortPoints(share);
}
