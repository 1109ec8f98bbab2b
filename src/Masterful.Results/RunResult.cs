namespace Masterful.Results;

/// <summary>The content of <c>result.json</c>. Fields are only ever added while <see cref="SchemaVersion"/> stays.</summary>
public sealed record RunResult
{
    /// <summary>Version of this layout.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>When, where and by what it was made.</summary>
    public required RunInfo Run { get; init; }

    /// <summary>The data.</summary>
    public required DatasetInfo Dataset { get; init; }

    /// <summary>The model.</summary>
    public required ModelInfo Model { get; init; }

    /// <summary>The recipe that both arms share.</summary>
    public required RecipeInfo Recipe { get; init; }

    /// <summary>The masterful policy.</summary>
    public required PolicyInfo Policy { get; init; }

    /// <summary>The original model on the evaluation split.</summary>
    public required ArmResult Original { get; init; }

    /// <summary>The masterful model on the evaluation split.</summary>
    public required ArmResult Masterful { get; init; }

    /// <summary>The two compared, with intervals.</summary>
    public required ComparisonResult Comparison { get; init; }

    /// <summary>What each technique contributes, in search order; sums exactly from original to masterful validation loss.</summary>
    public IReadOnlyList<AttributionStep> Attribution { get; init; } = [];

    /// <summary>What the search did, or null when the policy was locked or given.</summary>
    public SearchInfo? Search { get; init; }

    /// <summary>Work and time of every stage: baseline, search, final, attribution.</summary>
    public IReadOnlyList<LedgerEntry> Ledger { get; init; } = [];

    /// <summary>The gate's verdict.</summary>
    public required GateResult Gate { get; init; }

    /// <summary>What a reviewer should know: data changed since the lock, failed trials, a search that was cut short.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>When, where and by what a run was made.</summary>
public sealed record RunInfo
{
    /// <summary>Time and short hash, unique in a cache folder.</summary>
    public required string Id { get; init; }

    /// <summary>Version of the engine.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>Start, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>End, UTC.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>The spec's seed.</summary>
    public int Seed { get; init; }

    /// <summary>cpu, cuda:0 …</summary>
    public required string Device { get; init; }

    /// <summary>Processor or GPU name, cores, memory, operating system.</summary>
    public string? Hardware { get; init; }

    /// <summary>Versions of what computes: .NET, TorchSharp, libtorch.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>Trials trained in this run.</summary>
    public int TrialsRun { get; init; }

    /// <summary>Trials that the journal already had.</summary>
    public int TrialsReused { get; init; }

    /// <summary>Largest memory of the process, bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>Commands that repeat the run, one a line.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];
}

/// <summary>The data of a run.</summary>
public sealed record DatasetInfo
{
    /// <summary>Name from the spec.</summary>
    public required string Name { get; init; }

    /// <summary>Link from the spec.</summary>
    public string? Background { get; init; }

    /// <summary>Sentence from the spec.</summary>
    public string? Description { get; init; }

    /// <summary>svhn, idx, cifar10, cifar100, folder, csv or custom.</summary>
    public required string Format { get; init; }

    /// <summary>Hash over all splits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Class names in label order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Images by split: train, select, test, unlabeled, synthetic.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>The split that both arms were measured on: test, or select where the spec says so.</summary>
    public string Evaluated { get; init; } = "test";

    /// <summary>Images by split and class, in label order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> ClassCounts { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>What the health checks found.</summary>
    public required HealthInfo Health { get; init; }

    /// <summary>File name in the report folder of a contact sheet of samples, or null.</summary>
    public string? SamplesImage { get; init; }

    /// <summary>Why there is no contact sheet; null where there is one.</summary>
    public string? SamplesProblem { get; init; }
}

/// <summary>What the health checks found.</summary>
public sealed record HealthInfo
{
    /// <summary>Exact copies within a split.</summary>
    public int Duplicates { get; init; }

    /// <summary>Test images that also stand in train or select.</summary>
    public int Leaks { get; init; }

    /// <summary>Files that could not be read and were left out.</summary>
    public int Unreadable { get; init; }

    /// <summary>The same, each with its reason; <c>dataset.on_unreadable: skip</c> leaves them out.</summary>
    public IReadOnlyList<UnreadableFileInfo> UnreadableFiles { get; init; } = [];

    /// <summary>Images that the files of train list without a label; they count as unlabeled.</summary>
    public int WithoutLabel { get; init; }

    /// <summary>Images of files with transparent parts.</summary>
    public int Transparent { get; init; }

    /// <summary>What they were put on: none (transparency was dropped), white or black.</summary>
    public string Background { get; init; } = "none";

    /// <summary>Images of a single colour.</summary>
    public int Constant { get; init; }

    /// <summary>Images whose file lacks its end, though all pixels are there.</summary>
    public int WithoutEnd { get; init; }

    /// <summary>Exact duplicates with different labels.</summary>
    public int ConflictingLabels { get; init; }

    /// <summary>Mean of each channel over train, 0..255.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [];

    /// <summary>Standard deviation of each channel over train, 0..255.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [];

    /// <summary>Image sizes as they were on disk, <c>H×W×C</c>, with their counts.</summary>
    public IReadOnlyDictionary<string, int> Sizes { get; init; } = new Dictionary<string, int>();

    /// <summary>Warnings, as sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A file that was left out.</summary>
public sealed record UnreadableFileInfo
{
    /// <summary>train, select, test, unlabeled or synthetic.</summary>
    public required string Split { get; init; }

    /// <summary>Its path relative to the data's root.</summary>
    public required string File { get; init; }

    /// <summary>Why it can't be read, as a sentence.</summary>
    public required string Reason { get; init; }
}

/// <summary>The model of a run.</summary>
public sealed record ModelInfo
{
    /// <summary>Architecture, type or file name.</summary>
    public required string Name { get; init; }

    /// <summary>Trainable parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>Hash of architecture, options, shape and code.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>H, W, C.</summary>
    public required IReadOnlyList<int> InputShape { get; init; }

    /// <summary>Options of the spec, as text.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

/// <summary>The recipe that both arms share.</summary>
public sealed record RecipeInfo
{
    /// <summary>Epochs of a full training.</summary>
    public int Epochs { get; init; }

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; }

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>sgd, adamw or lamb.</summary>
    public required string Optimizer { get; init; }

    /// <summary>fp32 or bf16.</summary>
    public required string Precision { get; init; }

    /// <summary>Paired repeats.</summary>
    public int Seeds { get; init; }

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether the learning rate was searched for rather than given.</summary>
    public bool LearningRateSearched { get; init; }
}

/// <summary>A training policy.</summary>
public sealed record PolicyInfo
{
    /// <summary>Its drawn name, or <c>none</c>.</summary>
    public required string Name { get; init; }

    /// <summary>search, lock, trivial-augment, rand-augment or none.</summary>
    public required string Source { get; init; }

    /// <summary>What is on.</summary>
    public IReadOnlyList<PolicyAxisValue> Values { get; init; } = [];
}

/// <summary>A technique with its value.</summary>
/// <param name="Technique">Name, such as <c>horizontal_mirror</c>.</param>
/// <param name="Axis">Label of the axis, such as <c>horizontal_mirror (rr)</c>.</param>
/// <param name="Kind">m, rr or r.</param>
/// <param name="Value">In the axis's range.</param>
public sealed record PolicyAxisValue(string Technique, string Axis, string Kind, double Value);

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

/// <summary>One bar of the waterfall.</summary>
public sealed record AttributionStep
{
    /// <summary>The technique, or techniques joined by <c>+</c>, added at this step.</summary>
    public required string Technique { get; init; }

    /// <summary>Change of validation loss by adding it; negative is better.</summary>
    public double ValidationLossDelta { get; init; }

    /// <summary>
    /// Standard error of the change over other seeds and other select images, widened so that ± two of it are a 95% interval though seeds
    /// are few; null with one pair.
    /// </summary>
    public double? StandardError { get; init; }

    /// <summary>Whether the change is over two standard errors.</summary>
    public bool Significant { get; init; }

    /// <summary>Change of the select error rate; sums exactly, as the loss does.</summary>
    public double? ErrorRateDelta { get; init; }

    /// <summary>Standard error of <see cref="ErrorRateDelta"/>; null with one pair.</summary>
    public double? ErrorRateStandardError { get; init; }

    /// <summary>Change of validation loss when it alone is left out of the whole policy (positive: it is missed), where measured.</summary>
    public double? LeaveOneOutDelta { get; init; }

    /// <summary>Standard error of <see cref="LeaveOneOutDelta"/>; null with one pair.</summary>
    public double? LeaveOneOutStandardError { get; init; }

    /// <summary>Change of the select error rate when it alone is left out of the whole policy, where measured.</summary>
    public double? LeaveOneOutErrorRateDelta { get; init; }

    /// <summary>Standard error of <see cref="LeaveOneOutErrorRateDelta"/>; null with one pair.</summary>
    public double? LeaveOneOutErrorRateStandardError { get; init; }
}

/// <summary>What a search did.</summary>
public sealed record SearchInfo
{
    /// <summary>Policies that were trained.</summary>
    public int PoliciesTested { get; init; }

    /// <summary>By group of techniques, in search order.</summary>
    public IReadOnlyList<SearchGroupInfo> Groups { get; init; } = [];

    /// <summary>What synthetic and unlabeled images were worth, where there are any.</summary>
    public IReadOnlyList<DoseInfo> Doses { get; init; } = [];

    /// <summary>Work: 3 for each image trained on, 1 for each inferred.</summary>
    public long ImagePasses { get; init; }

    /// <summary>Wall time, reused trials at the time that they once took.</summary>
    public double Seconds { get; init; }

    /// <summary>
    /// Image-passes ÷ the final stage's (both arms, all seeds): what <c>policy.budget.ratio</c> caps, the short runs that settle learning rate and
    /// batch size included.
    /// </summary>
    public double Ratio { get; init; }

    /// <summary>Image-passes ÷ one final training's.</summary>
    public double Trainings { get; init; }

    /// <summary>Whether the search reached all that it planned, or why not.</summary>
    public string? CutShort { get; init; }
}

/// <summary>One group of a search.</summary>
/// <param name="Name">Techniques joined by <c>+</c>.</param>
/// <param name="Accepted">Whether it is part of the policy.</param>
/// <param name="Level">The chosen level 1..5, or null when not accepted.</param>
public sealed record SearchGroupInfo(string Name, bool Accepted, double? Level)
{
    /// <summary>Why, in a sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>Mean paired change of selection loss of the best candidate; negative is better.</summary>
    public double? LossDelta { get; init; }

    /// <summary>Its standard error.</summary>
    public double? StandardError { get; init; }
}

/// <summary>Whether images from elsewhere helped the policy beyond the compute that they take.</summary>
/// <param name="Technique"><c>synthetic</c> or <c>unlabeled</c>.</param>
/// <param name="Ratio">Added images for each labelled one at the full dose.</param>
/// <param name="Accepted">The ratio that the policy uses; 0 when they are not used.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record DoseInfo(string Technique, double Ratio, double Accepted, string Reason)
{
    /// <summary>Trials a dose.</summary>
    public int Seeds { get; init; }

    /// <summary>Share of a whole training's epochs that the trials had.</summary>
    public double EpochShare { get; init; }

    /// <summary>The control first, then by rising dose; empty when nothing was measured.</summary>
    public IReadOnlyList<DosePointInfo> Points { get; init; } = [];
}

/// <summary>What an amount of added images does.</summary>
/// <param name="Share">Share of the added images to draw from; 0 is the control, which has their compute and none of them.</param>
/// <param name="Images">Their number.</param>
/// <param name="ValidationLoss">Mean selection loss over the seeds, nats.</param>
/// <param name="ErrorRate">Mean selection error over the seeds, 0..1.</param>
public sealed record DosePointInfo(double Share, int Images, double ValidationLoss, double ErrorRate)
{
    /// <summary>Relative change of validation loss against the control; null for the control.</summary>
    public double? Change { get; init; }

    /// <summary>Standard error of the loss against the control's, nats; null for the control.</summary>
    public double? StandardError { get; init; }
}

/// <summary>Work and time of a stage.</summary>
/// <param name="Stage">baseline, search, final or attribution.</param>
/// <param name="Trials">Trials asked for.</param>
/// <param name="ImagePasses">3 for each image trained on, 1 for each inferred.</param>
/// <param name="Seconds">Wall time that the trials took when they were trained.</param>
public sealed record LedgerEntry(string Stage, int Trials, long ImagePasses, double Seconds)
{
    /// <summary>What all of them used, under one name.</summary>
    public static LedgerEntry Sum(string stage, IEnumerable<LedgerEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return entries.Aggregate(
            new LedgerEntry(stage, 0, 0, 0),
            (a, b) => new LedgerEntry(stage, a.Trials + b.Trials, a.ImagePasses + b.ImagePasses, a.Seconds + b.Seconds));
    }
}

/// <summary>The gate's verdict.</summary>
/// <param name="Status">passed, failed, inconclusive or not-evaluated.</param>
/// <param name="Rules">Each rule of the spec.</param>
public sealed record GateResult(string Status, IReadOnlyList<GateRuleResult> Rules);

/// <summary>One rule of the gate.</summary>
/// <param name="Rule">Its key in the spec.</param>
/// <param name="Threshold">What must hold, 0..1.</param>
/// <param name="Actual">What is, 0..1; null when it could not be computed.</param>
/// <param name="Status">passed, failed, inconclusive or not-evaluated.</param>
public sealed record GateRuleResult(string Rule, double Threshold, double? Actual, string Status)
{
    /// <summary>One sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>
    /// Why there is no figure: no-result, no-errors or errors-from-none (<see cref="ComparisonOutcome"/>), undefined, or no-baseline; null where
    /// there is one.
    /// </summary>
    public string? Reason { get; init; }
}
