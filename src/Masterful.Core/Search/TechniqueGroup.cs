using Masterful.Core.Spec;
using Masterful.Core.Techniques;

namespace Masterful.Core.Search;

/// <summary>Techniques that are searched, accepted and attributed together.</summary>
/// <param name="Techniques">The techniques, in axis order.</param>
public sealed record TechniqueGroup(IReadOnlyList<Technique> Techniques)
{
    /// <summary>
    /// Every group, in search order. TrivialAugment and RandAugment are raced at the end, as whole policies; they stand where they
    /// take the place of the geometric and colour groups.
    /// </summary>
    public static IReadOnlyList<TechniqueGroup> All { get; } =
    [
        new([Technique.HorizontalMirror, Technique.Rotate90]),
        new([Technique.Rotate, Technique.Spatial]),
        new([Technique.Hsv, Technique.Contrast, Technique.Blur]),
        new([Technique.TrivialAugment]),
        new([Technique.RandAugment]),
        new([Technique.Erase]),
        new([Technique.Mixup, Technique.Cutmix]),
        new([Technique.LabelSmoothing]),
        new([Technique.Synthetic]),
        new([Technique.Unlabeled]),
    ];

    /// <summary>Technique names joined by <c>+</c>.</summary>
    public string Name => string.Join('+', Techniques.Select(t => TechniqueAxis.Of(t).Name));

    /// <summary>The groups of a policy, in search order, each with only those techniques that the policy has on.</summary>
    public static IReadOnlyList<TechniqueGroup> Of(Policy policy) =>
    [
        .. All.Select(g => new TechniqueGroup([.. g.Techniques.Where(t => policy[t] > 0)])).Where(g => g.Techniques.Count > 0),
    ];
}
