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
        rule.Message is null ? "" : Sentence(rule.Message),
    ]);

    private static string Status(string status) => status switch
    {
        "passed" => "✔\u00A0passed",
        "failed" => "✘\u00A0failed",
        "inconclusive" => "◐\u00A0inconclusive",
        "not-evaluated" => "○\u00A0not\u00A0evaluated",
        _ => Escape(status),
    };

    private static string Bound(GateRuleResult rule) => rule.Rule.StartsWith("max_", StringComparison.Ordinal) ? "≤ " : "≥ ";

    private static string Amount(string rule, double? value) => value is not { } amount || !double.IsFinite(amount)
        ? Figures.Missing
        : rule is "max_class_recall_drop" or "max_error_rate_increase" ? $"{Figures.Number(amount * 100, 2)} points" : Figures.Percent(amount);
}
