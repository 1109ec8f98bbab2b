namespace Masterful.Results;

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
