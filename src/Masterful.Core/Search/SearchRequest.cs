using Masterful.Core.Spec;
using Masterful.Core.Trials;

namespace Masterful.Core.Search;

/// <summary>What a search is asked to do.</summary>
public sealed record SearchRequest
{
    /// <summary>
    /// The trial that every trial of the search is made from: no policy, the settled recipe, the fingerprints and, as its seed, the
    /// run's seed, from which the search derives its own.
    /// </summary>
    public required TrialSpec Template { get; init; }

    /// <summary>What the search may use.</summary>
    public required IReadOnlyList<Technique> Techniques { get; init; }

    /// <summary>Hard caps.</summary>
    public required BudgetSpec Budget { get; init; }

    /// <summary>Seeds of the final stage, whose cost the ratio cap is a multiple of.</summary>
    public required int FinalSeeds { get; init; }

    /// <summary>How many images each split has.</summary>
    public required SplitSizes Sizes { get; init; }
}
