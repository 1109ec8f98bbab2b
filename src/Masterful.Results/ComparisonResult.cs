namespace Masterful.Results;

/// <summary>Original and masterful compared.</summary>
public sealed record ComparisonResult
{
    /// <summary>Σ(e0 − e1) / Σ e0 over the evaluation images; null when the original makes no error.</summary>
    public double? ErrorRateReduction { get; init; }

    /// <summary>
    /// The <see cref="Results.Verdict"/> on the reduction, or why there is none (<see cref="ComparisonOutcome"/>); null in results of versions
    /// that did not write it.
    /// </summary>
    public string? Outcome { get; init; }

    /// <summary>Lower end of its interval.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of its interval.</summary>
    public double? High { get; init; }

    /// <summary>Of the interval, such as 0.95.</summary>
    public double Confidence { get; init; }

    /// <summary>Lower end by the delta method, the cross-check.</summary>
    public double? DeltaLow { get; init; }

    /// <summary>Upper end by the delta method.</summary>
    public double? DeltaHigh { get; init; }

    /// <summary>McNemar's p on the first seed pair.</summary>
    public double? McnemarP { get; init; }

    /// <summary>(original − masterful) / original validation loss.</summary>
    public double? ValidationLossReduction { get; init; }

    /// <summary>Changes by class, in label order.</summary>
    public IReadOnlyList<ClassChange> Classes { get; init; } = [];

    /// <summary>Changes of the figures over all images, paired; empty in results of versions that did not write them.</summary>
    public IReadOnlyList<MeasureChange> Measures { get; init; } = [];
}

/// <summary>The change of a figure from original to masterful, paired by image and seed.</summary>
/// <param name="Measure">errorRate, meanRecall, meanPrecision, testLoss or validationLoss.</param>
/// <param name="Change">Masterful − original.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end of its interval.</param>
/// <param name="Verdict">One of <see cref="Results.Verdict"/>; null where the interval is not known.</param>
public sealed record MeasureChange(string Measure, double Change, double Low, double High, string? Verdict);

/// <summary>
/// Change of a class's recall and precision from original to masterful, paired by image and seed. The interval is the one at which the class
/// is judged: so wide that of all classes together one whose figure did not change is called better or worse no more often than the
/// confidence allows (Holm 1979). It excludes 0 exactly where the verdict says better or worse.
/// </summary>
/// <param name="Name">Class name.</param>
/// <param name="RecallChange">Masterful − original, −1..1; NaN without images of the class.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end of its interval.</param>
public sealed record ClassChange(string Name, double RecallChange, double Low, double High)
{
    /// <summary>Two-sided p of the recall's change, corrected for the number of classes; null where there is none.</summary>
    public double? P { get; init; }

    /// <summary>Of the recall's change: one of <see cref="Results.Verdict"/>; null in results of versions that did not write it.</summary>
    public string? Verdict { get; init; }

    /// <summary>Masterful − original, −1..1; NaN where either never predicts the class.</summary>
    public double PrecisionChange { get; init; } = double.NaN;

    /// <summary>Lower end of its interval.</summary>
    public double PrecisionLow { get; init; } = double.NaN;

    /// <summary>Upper end of its interval.</summary>
    public double PrecisionHigh { get; init; } = double.NaN;

    /// <summary>Two-sided p of the precision's change, corrected for the number of classes; null where there is none.</summary>
    public double? PrecisionP { get; init; }

    /// <summary>Of the precision's change.</summary>
    public string? PrecisionVerdict { get; init; }
}
