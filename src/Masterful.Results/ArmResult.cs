namespace Masterful.Results;

/// <summary>One arm's results on the evaluation split, means over the seeds.</summary>
public sealed record ArmResult
{
    /// <summary>Share misclassified, mean over the seeds.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Lower end of the error rate's interval.</summary>
    public double ErrorRateLow { get; init; }

    /// <summary>Upper end of the error rate's interval.</summary>
    public double ErrorRateHigh { get; init; }

    /// <summary>The same for each seed.</summary>
    public required IReadOnlyList<double> ErrorRatePerSeed { get; init; }

    /// <summary>Mean cross-entropy on the select split, nats.</summary>
    public double ValidationLoss { get; init; }

    /// <summary>Share of the select split misclassified, mean over the seeds; null in results of versions that did not write it.</summary>
    public double? ValidationErrorRate { get; init; }

    /// <summary>Mean cross-entropy on the evaluation split, nats.</summary>
    public double TestLoss { get; init; }

    /// <summary>By class, in label order.</summary>
    public required IReadOnlyList<ClassResult> Classes { get; init; }

    /// <summary>Images by true class (rows) and predicted class (columns), summed over the seeds.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; } = [];
}

/// <summary>
/// One class of one arm, counts pooled over the seeds; intervals are Wilson's with the support of one seed. A figure of a class that has no
/// image, or was never predicted, is undefined, whatever a file says.
/// </summary>
public sealed record ClassResult
{
    private readonly double _precisionLow;
    private readonly double _precisionHigh;

    /// <summary>Class name.</summary>
    public required string Name { get; init; }

    /// <summary>Images of the class in the evaluation split.</summary>
    public int Support { get; init; }

    /// <summary>Images that the model takes for the class, mean over the seeds; null in results of versions that did not write it.</summary>
    public double? Predicted { get; init; }

    /// <summary>TP / (TP + FN); NaN without images of the class.</summary>
    public double Recall { get => Support == 0 ? double.NaN : field; init; }

    /// <summary>Lower end of its interval; NaN with it.</summary>
    public double RecallLow { get => Support == 0 ? double.NaN : field; init; }

    /// <summary>Upper end of its interval; NaN with it.</summary>
    public double RecallHigh { get => Support == 0 ? double.NaN : field; init; }

    /// <summary>TP / (TP + FP); NaN when the class was never predicted.</summary>
    public double Precision { get => IsPredicted ? field : double.NaN; init; }

    /// <summary>Lower end of its interval; NaN with it.</summary>
    public double PrecisionLow { get => IsPredicted ? _precisionLow : double.NaN; init => _precisionLow = value; }

    /// <summary>Upper end of its interval; NaN with it.</summary>
    public double PrecisionHigh { get => IsPredicted ? _precisionHigh : double.NaN; init => _precisionHigh = value; }

    /// <summary>Versions that did not write the count gave a class that was never predicted the interval of no trial at all.</summary>
    private bool IsPredicted => Predicted is { } count ? count > 0 : (_precisionLow, _precisionHigh) is not (0, 1);
}
