namespace Masterful.Results;

/// <summary>A label that is likely wrong, as a person reads it.</summary>
public sealed record LabelFinding
{
    /// <summary>From 1, the surest first.</summary>
    public required int Rank { get; init; }

    /// <summary>train or select.</summary>
    public required string Split { get; init; }

    /// <summary>The image's file, or the number that it has in its split's files.</summary>
    public required string Image { get; init; }

    /// <summary>The label that it carries.</summary>
    public required string Given { get; init; }

    /// <summary>The label that it more likely should carry.</summary>
    public required string Suggested { get; init; }

    /// <summary>What a model that was not trained on the image gives its label, 0..1.</summary>
    public required double GivenProbability { get; init; }

    /// <summary>What that model gives the suggestion, 0..1.</summary>
    public required double SuggestedProbability { get; init; }

    /// <summary>How surely the label is wrong, 0..1; the order of the list.</summary>
    public required double Score { get; init; }

    /// <summary>Why it is listed, in a sentence.</summary>
    public required string Reason { get; init; }
}
