using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>How labels are audited.</summary>
/// <param name="Folds">Parts of the data, each predicted by a model of the others; at least 2.</param>
/// <param name="SampleCount">Of so many findings, the surest, the pixels are wanted.</param>
public sealed record LabelAuditOptions(int Folds, int SampleCount);

/// <summary>What is to be said of the labels of train and select.</summary>
public sealed record LabelAudit
{
    /// <summary>Names of the classes.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Images labelled as each class.</summary>
    public required IReadOnlyList<int> ClassCounts { get; init; }

    /// <summary>How many folds.</summary>
    public required int Folds { get; init; }

    /// <summary>What the models were trained with, none where no lock holds.</summary>
    public required string PolicyName { get; init; }

    /// <summary>The estimates.</summary>
    public required ConfidentLearning Estimate { get; init; }

    /// <summary>Labels that are likely wrong, the surest first.</summary>
    public required IReadOnlyList<LabelFinding> Findings { get; init; }

    /// <summary>The same as figures, in the same order.</summary>
    public required IReadOnlyList<LabelIssue> Issues { get; init; }

    /// <summary>C×H×W bytes of the images of the first findings.</summary>
    public required IReadOnlyList<byte[]> Samples { get; init; }

    /// <summary>Shape of the samples.</summary>
    public required ImageShape Shape { get; init; }

    /// <summary>Why a lock that stands was not used, and the like.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
