using Masterful.Core.Spec;

namespace Masterful.Core.Search;

/// <summary>What may be tried around a policy: every group at its levels, off, and at the neighbours of the level that it has; the whole policies.</summary>
/// <param name="space">The axes.</param>
/// <param name="groups">The groups that may be used, in search order.</param>
internal sealed class CandidatePool(SearchSpace space, IReadOnlyList<TechniqueGroup> groups)
{
    private const double Weaker = 0.75;
    private const double Stronger = 1.33;

    /// <summary>What TrivialAugment and RandAugment do in their own way: neither is used beside them.</summary>
    private static readonly Technique[] Replaced = [Technique.Rotate, Technique.Spatial, Technique.Hsv, Technique.Contrast, Technique.Blur];

    private static readonly Technique[] Whole = [Technique.TrivialAugment, Technique.RandAugment];

    /// <summary>TrivialAugment on every image and RandAugment at its authors' (2, 9), each alone.</summary>
    public IReadOnlyList<SearchPoint> WholePolicies { get; } =
    [
        .. new[] { space.Set(space.None, (Technique.TrivialAugment, 1)), space.Set(space.None, (Technique.RandAugment, 0.3)) }
            .Where(p => !p.Equals(space.None)),
    ];

    /// <summary>The point, nothing, and whatever is one step away, each once and in a fixed order.</summary>
    public IReadOnlyList<SearchPoint> Around(SearchPoint point) =>
    [
        .. new[] { point, space.None }
            .Concat(groups.SelectMany(g => Of(g, point)))
            .Append(space.Scale(point, Weaker))
            .Append(space.Scale(point, Stronger))
            .Distinct(),
    ];

    /// <summary>The point with a group off.</summary>
    public SearchPoint Without(SearchPoint point, TechniqueGroup group) => space.Set(point, [.. group.Techniques.Select(t => (t, 0.0))]);

    /// <summary>Whether a point uses a group.</summary>
    public bool Uses(SearchPoint point, TechniqueGroup group) => !Without(point, group).Equals(point);

    /// <summary>The groups in which two points differ.</summary>
    public IReadOnlyList<TechniqueGroup> Difference(SearchPoint a, SearchPoint b) =>
        [.. groups.Where(g => g.Techniques.Any(t => a.Levels[space.AxisOf(t)] != b.Levels[space.AxisOf(t)]))];

    private IEnumerable<SearchPoint> Of(TechniqueGroup group, SearchPoint point)
    {
        var ladder = new GroupLadder(space, group);
        var off = Without(Bare(point, group), group);
        return [Without(point, group), .. ladder.First(off), .. Uses(point, group) ? ladder.Neighbours(point) : []];
    }

    private SearchPoint Bare(SearchPoint point, TechniqueGroup group) => group.Techniques switch
    {
        var own when own.Any(Whole.Contains) => space.Set(point, [.. Replaced.Concat(Whole).Select(t => (t, 0.0))]),
        var own when own.Any(Replaced.Contains) => space.Set(point, [.. Whole.Select(t => (t, 0.0))]),
        _ => point,
    };
}
