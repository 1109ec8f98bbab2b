using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of <c>evaluation</c> and <c>gate</c>.</summary>
internal static class GateKeys
{
    private static readonly EvaluationSpec EvaluationDefaults = new();
    private static readonly GateSpec Defaults = new();
    private static readonly WordOr<double> ShareOrNone = new("none", new ShareShape());

    private static readonly SpecKey<string> Split = new(
        "split", Choice.OfWords(["test", "select"]), EvaluationDefaults.Split, "What the gate compares on: test; or select, where there is no test split.");

    private static readonly SpecKey<double> Confidence = new(
        "confidence", new NumberShape(0.5, 0.999), EvaluationDefaults.Confidence, "Confidence of every interval in the report and of the gate.");

    private static readonly SpecKey<double?> ErrorRateReduction = new(
        "error_rate_reduction",
        ShareOrNone,
        Defaults.ErrorRateReduction,
        "The masterful model must make this share fewer errors than the original, and the interval must exclude 0.");

    private static readonly SpecKey<double?> MaxErrorRate = new(
        "max_error_rate", ShareOrNone, Defaults.MaxErrorRate, "The masterful model's error rate must not exceed this.");

    private static readonly SpecKey<double?> MaxClassRecallDrop = new(
        "max_class_recall_drop", ShareOrNone, Defaults.MaxClassRecallDrop, "No class may lose more recall than this, such as 2 points.");

    private static readonly SpecKey<double?> MaxErrorRateIncrease = new(
        "max_error_rate_increase",
        ShareOrNone,
        Defaults.MaxErrorRateIncrease,
        "The error rate must not exceed that of an earlier result.json (--baseline) by more than this, such as 0.5 points.");

    private static readonly SpecKey<InconclusiveAction> OnInconclusive = new(
        "on_inconclusive",
        Choice.Of<InconclusiveAction>(),
        Defaults.OnInconclusive,
        "What happens when the reduction is reached but could be chance, or neither model makes an error: fail the build, or warn.");

    /// <summary>The section <c>evaluation</c>.</summary>
    public static readonly SectionShape<EvaluationSpec> Evaluation = new(
        [Split, Confidence], s => new EvaluationSpec { Split = s.Read(Split), Confidence = s.Read(Confidence) });

    /// <summary>The section <c>gate</c>.</summary>
    public static readonly SectionShape<GateSpec> Section = new(
        [ErrorRateReduction, MaxErrorRate, MaxClassRecallDrop, MaxErrorRateIncrease, OnInconclusive],
        s => new GateSpec
        {
            ErrorRateReduction = s.Read(ErrorRateReduction),
            MaxErrorRate = s.Read(MaxErrorRate),
            MaxClassRecallDrop = s.Read(MaxClassRecallDrop),
            MaxErrorRateIncrease = s.Read(MaxErrorRateIncrease),
            OnInconclusive = s.Read(OnInconclusive),
        });
}
