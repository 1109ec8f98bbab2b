using Masterful.Results;
using static Masterful.Reporting.MarkdownText;

namespace Masterful.Reporting;

/// <summary>The gate in words and as a table, the same wherever it is shown.</summary>
internal static class GateText
{
    public static IReadOnlyList<TableColumn> Columns { get; } =
        [new("Rule"), new("Required", Right: true), new("Measured", Right: true), new("Status"), new("")];

    public static string Verdict(string status) => status switch
    {
        "passed" => "✔ Gate passed",
        "failed" => "✘ Gate failed",
        "inconclusive" => "◐ Gate inconclusive",
        _ => "○ Gate not evaluated",
    };

    /// <summary>A row a rule.</summary>
    public static IEnumerable<IReadOnlyList<string>> Rows(GateResult gate) => gate.Rules.Select(rule => (IReadOnlyList<string>)
    [
        Code(rule.Rule), Bound(rule) + Amount(rule.Rule, rule.Threshold), Amount(rule.Rule, rule.Actual), Status(rule.Status),
        rule.Message is null ? Reason(rule.Reason) : Sentence(rule.Message),
    ]);

    private static string Status(string status) => status switch
    {
        "passed" => "✔\u00A0passed",
        "failed" => "✘\u00A0failed",
        "inconclusive" => "◐\u00A0inconclusive",
        "not-evaluated" => "○\u00A0not\u00A0evaluated",
        _ => Escape(status),
    };

    /// <summary>Why there is no figure, where the result comes without its own sentence.</summary>
    private static string Reason(string? reason) => reason switch
    {
        ComparisonOutcome.NoResult => "A model has no result.",
        ComparisonOutcome.NoErrors => "Neither model makes an error.",
        ComparisonOutcome.ErrorsFromNone => "The original makes no error, the masterful model some.",
        Results.Verdict.Undefined => "No class has an image.",
        "no-baseline" => "There is no earlier result.",
        _ => "",
    };

    private static string Bound(GateRuleResult rule) => rule.Rule.StartsWith("max_", StringComparison.Ordinal) ? "≤ " : "≥ ";

    private static string Amount(string rule, double? value) => value is not { } amount || !double.IsFinite(amount)
        ? Figures.Missing
        : rule is "max_class_recall_drop" or "max_error_rate_increase" ? $"{Figures.Number(amount * 100, 2)} points" : Figures.Percent(amount);
}
