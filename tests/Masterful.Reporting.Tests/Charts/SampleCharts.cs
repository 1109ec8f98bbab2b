using Masterful.Reporting.Charts;
using Masterful.Results;

namespace Masterful.Reporting.Tests.Charts;

/// <summary>Every chart over ordinary and odd data, by name.</summary>
internal static class SampleCharts
{
    public static IReadOnlyDictionary<string, Func<Chart>> All { get; } = new Dictionary<string, Func<Chart>>
    {
        ["doses"] = () => new DoseResponseChart(SampleResults.Unlabeled),
        ["doses-rejected"] = () => new DoseResponseChart(RejectedDose()),
        ["error-rate"] = () => ErrorRate(SampleResults.Fashion()),
        ["error-rate-worse"] = () => ErrorRate(Worse()),
        ["error-rate-unknown"] = () => ErrorRate(SampleResults.Locked() with { Masterful = SampleResults.Fashion().Masterful with { ErrorRate = double.NaN, ErrorRatePerSeed = [] } }),
        ["error-rate-zero"] = () => ErrorRate(SampleResults.Locked() with { Masterful = SampleResults.Fashion().Masterful with { ErrorRate = 0, ErrorRateLow = 0, ErrorRateHigh = 0.0004, ErrorRatePerSeed = [0, 0] } }),
        ["policies"] = () => new ParallelCoordinatesChart(SampleResults.FashionPolicies()),
        ["policies-many"] = () => new ParallelCoordinatesChart(SampleResults.FashionPolicies(250)),
        ["policies-one-axis"] = () => new ParallelCoordinatesChart(OneAxis()),
        ["waterfall"] = () => Waterfall(SampleResults.Fashion()),
        ["waterfall-from-zero"] = () => WaterfallChart.OfLoss(0.31421, 0.1703, [Step("rotate", -0.0616), Step("hsv+contrast+blur", -0.0493), Step("spatial", -0.0162), Step("unlabeled", -0.01681)]),
        ["waterfall-many"] = () => WaterfallChart.OfLoss(0.9, 0.72, [.. Enumerable.Range(0, 11).Select(i => Step(i % 3 == 0 ? "label_smoothing" : "hsv+contrast+blur", i % 4 == 1 ? 0.012 : -0.026))]),
        ["waterfall-error"] = () => WaterfallChart.OfError(0.1012, 0.0841, SampleResults.Fashion().Attribution),
        ["waterfall-no-leaving-out"] = () => WaterfallChart.OfLoss(0.2939, 0.2394, [.. SampleResults.Fashion().Attribution.Select(s => s with { LeaveOneOutDelta = null })]),
        ["waterfall-left-out-many"] = () => WaterfallChart.OfLoss(0.9, 0.72, [.. Enumerable.Range(0, 9).Select(i => Step("label_smoothing", -0.02) with { LeaveOneOutDelta = 0.004 * (i - 3), LeaveOneOutStandardError = 0.003 })]),
        ["waterfall-one"] = () => WaterfallChart.OfLoss(0.31, 0.28, [Step("erase", -0.03)]),
        ["recall"] = () => Recall(SampleResults.Fashion()),
        ["precision"] = () => new ClassImprovementChart("precision", Labelled(ClassFigure.Precision(SampleResults.Fashion()))),
        ["error-rate-within-noise"] = () => ErrorRate(SampleResults.Verdicts()),
        ["error-rate-no-errors"] = () => ErrorRate(SampleResults.Rates(0, 0)),
        ["error-rate-from-none"] = () => ErrorRate(SampleResults.Rates(0, 0.0075)),
        ["recall-verdicts"] = () => Recall(SampleResults.Verdicts()),
        ["precision-verdicts"] = () => new ClassImprovementChart("precision", Labelled(ClassFigure.Precision(SampleResults.Verdicts()))),
        ["recall-none"] = () => Recall(SampleResults.None()),
        ["recall-2"] = () => Recall(SampleResults.ManyClasses(2)),
        ["recall-20"] = () => Recall(SampleResults.ManyClasses(20)),
        ["recall-100"] = () => Recall(SampleResults.ManyClasses(100)),
        ["recall-hostile"] = () => Recall(SampleResults.Hostile()),
        ["labels"] = () => Labels(SampleResults.Fashion()),
        ["labels-100"] = () => Labels(SampleResults.ManyClasses(100)),
    };

    private static ErrorRateChart ErrorRate(RunResult result) => new(result.Original, result.Masterful, result.Comparison);

    private static WaterfallChart Waterfall(RunResult result) => WaterfallChart.OfLoss(result.Original.ValidationLoss, result.Masterful.ValidationLoss, result.Attribution);

    private static ClassImprovementChart Recall(RunResult result) => new("recall", Labelled(ClassFigure.Recall(result)));

    private static IReadOnlyList<ClassFigure> Labelled(IReadOnlyList<ClassFigure> classes) => [.. classes.Select((c, i) => c with { Name = ClassLabel.For(c.Name, i) })];

    private static LabelDistributionChart Labels(RunResult result) =>
        new([.. result.Dataset.Classes.Select(ClassLabel.For)], [.. result.Dataset.ClassCounts.Select(c => (c.Key, c.Value))]);

    private static AttributionStep Step(string technique, double delta) =>
        new() { Technique = technique, ValidationLossDelta = delta, StandardError = 0.003, Significant = Math.Abs(delta) > 0.006 };

    private static PoliciesFile OneAxis() => new([new PolicyAxis("rotate", "m", 0, 100)],
    [
        new TestedPolicyInfo { Values = new Dictionary<string, double>(), ValidationLoss = 0.4, Stage = "baseline", Selected = true },
        new TestedPolicyInfo { Values = new Dictionary<string, double> { ["rotate"] = 60 }, ValidationLoss = double.NaN, Stage = "rotate" },
    ]);

    private static RunResult Worse()
    {
        var fashion = SampleResults.Fashion();
        return fashion with
        {
            Original = fashion.Masterful,
            Masterful = fashion.Original,
            Comparison = new ComparisonResult { ErrorRateReduction = -0.2047, Low = -0.26, High = -0.15, Confidence = 0.9 },
        };
    }

    private static DoseInfo RejectedDose()
    {
        var used = SampleResults.Unlabeled;
        var worse = used.Points.Select(p => p with { ValidationLoss = 0.2 * (1 + p.Share), Change = p.Change is null ? null : p.Share });
        return used with { Technique = "synthetic", Accepted = 0, Points = [.. worse] };
    }
}
