using Masterful.Core.Search;
using Masterful.Core.Techniques;
using Masterful.Core.Training;

namespace Masterful.Core.Pipeline;

/// <summary>The recipe and the policy that a run trains, and where they come from.</summary>
internal sealed record PolicyChoice
{
    /// <summary>Settled.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The masterful policy.</summary>
    public required Policy Policy { get; init; }

    /// <summary>search, lock, trivial-augment, rand-augment or none.</summary>
    public required string Source { get; init; }

    /// <summary>What settling the recipe cost; null when the lock was made elsewhere.</summary>
    public SettledRecipe? Settled { get; init; }

    /// <summary>What the search did, also that which wrote the lock; null when the lock was made elsewhere.</summary>
    public SearchOutcome? Search { get; init; }

    /// <summary>What a reviewer should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
