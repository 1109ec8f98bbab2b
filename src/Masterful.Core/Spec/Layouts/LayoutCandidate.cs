namespace Masterful.Core.Spec.Layouts;

/// <summary>One way to read a folder of data; of several, the best is proposed and the others are mentioned.</summary>
/// <param name="Proposal">What a spec would say.</param>
/// <param name="Train">Where what trains is.</param>
/// <param name="IsNamed">Whether it is called train.</param>
internal sealed record LayoutCandidate(SpecProposal Proposal, DataFolder Train, bool IsNamed)
{
    /// <summary>Folders of its splits.</summary>
    public IReadOnlyList<DataFolder> Uses { get; init; } = [];

    /// <summary>The best first: with a test set of its own, called train, with a validation set, near the folder that was asked about.</summary>
    public static IReadOnlyList<LayoutCandidate> Ranked(IEnumerable<LayoutCandidate> candidates) =>
    [
        .. candidates
            .OrderByDescending(c => c.Proposal.Splits.Test.Count > 0)
            .ThenByDescending(c => c.IsNamed)
            .ThenByDescending(c => c.Proposal.Validation.Name is not null)
            .ThenBy(c => c.Train.Up().Count()),
    ];
}
