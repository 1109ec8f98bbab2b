using Masterful.Reporting.Charts;
using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>The charts that a result has data for, with the words that stand for them where they can't be seen.</summary>
internal sealed class ReportCharts(RunResult result, PoliciesFile? policies)
{
    /// <summary>All file names that a report's charts can have, in <c>charts/</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["labels.png", "policies.png", "waterfall.png", "waterfall-error.png", "recall.png", "precision.png", "error-rate.png", "synthetic.png", "unlabeled.png"];

    /// <summary>Classes that a chart with a row for each can have: a picture of more is higher than viewers show.</summary>
    public const int MostClasses = 1_500;

    public ReportImage? Labels { get; } = DrawLabels(result.Dataset);

    public ReportImage? Policies { get; } = policies is { Policies.Count: > 1, Axes.Count: > 0 }
        ? Draw("policies.png", new ParallelCoordinatesChart(policies), PoliciesText(policies))
        : null;

    public ReportImage? Waterfall { get; } =
        result.Attribution.Count > 0 && double.IsFinite(result.Original.ValidationLoss) && double.IsFinite(result.Masterful.ValidationLoss)
        && result.Attribution.All(step => double.IsFinite(step.ValidationLossDelta))
            ? Draw("waterfall.png", WaterfallChart.OfLoss(result.Original.ValidationLoss, result.Masterful.ValidationLoss, result.Attribution), WaterfallText(result))
            : null;

    public ReportImage? WaterfallOfError { get; } =
        result.Original.ValidationErrorRate is { } original && result.Masterful.ValidationErrorRate is { } masterful && double.IsFinite(original) && double.IsFinite(masterful)
        && result.Attribution.Count > 0 && result.Attribution.All(step => step.ErrorRateDelta is { } delta && double.IsFinite(delta))
            ? Draw("waterfall-error.png", WaterfallChart.OfError(original, masterful, result.Attribution), WaterfallOfErrorText(original, masterful, result))
            : null;

    public ReportImage? Recall { get; } = HasClasses(result)
        ? DrawClasses("Recall", ClassFigure.Recall(result))
        : null;

    public ReportImage? Precision { get; } = HasClasses(result)
        ? DrawClasses("Precision", ClassFigure.Precision(result))
        : null;

    public ReportImage? ErrorRate { get; } = double.IsFinite(result.Original.ErrorRate) || double.IsFinite(result.Masterful.ErrorRate)
        ? Draw("error-rate.png", new ErrorRateChart(result.Original, result.Masterful, result.Comparison),
            $"Bars of the error rate: original {Figures.Percent(result.Original.ErrorRate)}, masterful {Figures.Percent(result.Masterful.ErrorRate)}.")
        : null;

    /// <summary>By technique, of those images whose worth was measured.</summary>
    public IReadOnlyDictionary<string, ReportImage> Doses { get; } = (result.Search?.Doses ?? [])
        .Where(d => d.Points.Count(p => double.IsFinite(p.ValidationLoss)) > 1 && double.IsFinite(d.Points[0].ValidationLoss) && d.Technique is "synthetic" or "unlabeled")
        .ToDictionary(d => d.Technique, d => Draw($"{d.Technique}.png", new DoseResponseChart(d), DoseText(d)));

    public IEnumerable<ReportImage> All => new[] { Labels, Policies, Waterfall, WaterfallOfError, Recall, Precision, ErrorRate }.OfType<ReportImage>().Concat(Doses.Values);

    private static string DoseText(DoseInfo dose) =>
        $"Validation loss by the number of {dose.Technique} images: "
        + string.Join("; ", dose.Points.Select(p => $"{(p.Share == 0 ? "none" : Figures.Count(p.Images))}: {Figures.Loss(p.ValidationLoss)}")) + ".";

    private static bool HasClasses(RunResult result) => result.Original.Classes.Count is > 0 and <= MostClasses && result.Original.Classes.Count == result.Masterful.Classes.Count;

    private static ReportImage? DrawLabels(DatasetInfo dataset)
    {
        List<(string, IReadOnlyList<int>)> splits = [.. dataset.ClassCounts.Where(c => c.Value.Any(count => count > 0)).Take(5).Select(c => (c.Key, c.Value))];
        return splits.Count == 0 || dataset.Classes.Count is 0 or > MostClasses
            ? null
            : Draw("labels.png", new LabelDistributionChart([.. dataset.Classes.Select(ClassLabel.For)], splits),
                $"Bars of the number of images of each of {dataset.Classes.Count} classes in {string.Join(", ", splits.Select(s => s.Item1))}.");
    }

    private static ReportImage Draw(string name, Chart chart, string alternative) => new("charts/" + name, chart.ToPng, alternative);

    private static string PoliciesText(PoliciesFile policies)
    {
        var losses = policies.Policies.Select(p => p.ValidationLoss).Where(double.IsFinite).DefaultIfEmpty(double.NaN).ToList();
        return $"Parallel coordinates of {policies.Policies.Count} tested policies over {policies.Axes.Count} techniques; "
            + $"validation loss from {Figures.Loss(losses.Min())} to {Figures.Loss(losses.Max())}.";
    }

    private static string WaterfallText(RunResult result) =>
        $"Waterfall from the original's validation loss {Figures.Loss(result.Original.ValidationLoss)} to the masterful's {Figures.Loss(result.Masterful.ValidationLoss)}: "
        + string.Join(", ", result.Attribution.Select(s => $"{s.Technique} {Figures.LossChange(s.ValidationLossDelta)}")) + ".";

    private static string WaterfallOfErrorText(double original, double masterful, RunResult result) =>
        $"Waterfall from the original's validation error {Figures.Percent(original)} to the masterful's {Figures.Percent(masterful)}, in points: "
        + string.Join(", ", result.Attribution.Select(s => $"{s.Technique} {Figures.Points(s.ErrorRateDelta)}")) + ".";

    private static ReportImage DrawClasses(string measure, IReadOnlyList<ClassFigure> classes)
    {
        var name = measure.ToLowerInvariant();
        return Draw(
            $"{name}.png",
            new ClassImprovementChart(name, [.. classes.Select((c, i) => c with { Name = ClassLabel.For(c.Name, i) })]),
            $"Bars of each class's {name} in both models. {VerdictText.Count(measure, [.. classes.Select(c => c.Verdict)])}".TrimEnd());
    }
}
