namespace Masterful.Results;

/// <summary>
/// What comparing the error rates of both models came to, and what is said of it. Where a reduction is defined it is a
/// <see cref="Verdict"/>; the three cases in which it is not are told apart here, and nowhere else.
/// </summary>
public static class ComparisonOutcome
{
    /// <summary>A model has no error rate: none of its trainings came to an end, or the file has none.</summary>
    public const string NoResult = "no-result";

    /// <summary>Neither model makes an error: there is none to reduce.</summary>
    public const string NoErrors = "no-errors";

    /// <summary>The original makes no error, the masterful model some: the reduction would be minus infinity.</summary>
    public const string ErrorsFromNone = "errors-from-none";

    /// <summary>One of the three, or the verdict on the reduction; null where a reduction comes without its interval.</summary>
    public static string? Of(double original, double masterful, double? reduction, double? low, double? high) =>
        !double.IsFinite(original) || !double.IsFinite(masterful) ? NoResult
        : original == 0 ? masterful == 0 ? NoErrors : ErrorsFromNone
        : reduction is not { } value || !double.IsFinite(value) ? NoResult
        : Verdict.Of(value, low, high);

    /// <summary>Of two arms and their comparison.</summary>
    public static string? Of(ArmResult original, ArmResult masterful, ComparisonResult comparison)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(masterful);
        ArgumentNullException.ThrowIfNull(comparison);
        return Of(original.ErrorRate, masterful.ErrorRate, comparison.ErrorRateReduction, comparison.Low, comparison.High);
    }

    /// <summary>Why there is no reduction, as a clause; null where there is one.</summary>
    internal static string? WhyNone(ArmResult original, ArmResult masterful, ComparisonResult comparison) => Of(original, masterful, comparison) switch
    {
        NoResult => WithoutResult(original, masterful) ?? "the reduction is missing",
        NoErrors => "neither model makes an error on these images, so that there is none to reduce",
        ErrorsFromNone => $"the original makes no error on these images, and the masterful model errs on {Figures.Percent(masterful.ErrorRate)} of them",
        _ => null,
    };

    /// <summary>The outcome in a few words, such as <c>17.0% fewer errors</c>.</summary>
    internal static string Short(ArmResult original, ArmResult masterful, ComparisonResult comparison) => Of(original, masterful, comparison) switch
    {
        NoResult => "no error-rate reduction could be computed" + (WithoutResult(original, masterful) is { } why ? ": " + why : ""),
        NoErrors => "no error in either model",
        ErrorsFromNone => "errors where the original makes none",
        var verdict => Amount(comparison.ErrorRateReduction!.Value, "as many errors as before") + (verdict == Verdict.WithinNoise ? ", within noise" : ""),
    };

    /// <summary>The size of a reduction without its sign: <c>17.0% fewer errors</c>, <c>3.0% more errors</c>.</summary>
    internal static string Amount(double reduction, string none)
    {
        var size = Figures.Percent(Math.Abs(reduction), 1);
        return size == Figures.Percent(0, 1) ? none : size + (reduction > 0 ? " fewer errors" : " more errors");
    }

    private static string? WithoutResult(ArmResult original, ArmResult masterful) => (double.IsFinite(original.ErrorRate), double.IsFinite(masterful.ErrorRate)) switch
    {
        (false, false) => "neither model has a result",
        (false, true) => "the original has no result",
        (true, false) => "the masterful model has no result",
        _ => null,
    };
}
