using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Search;

/// <summary>What is tried of a group, starting from an incumbent: the first candidates, then the neighbours of the best.</summary>
internal sealed class GroupLadder(SearchSpace space, TechniqueGroup group)
{
    private const double Step = 0.2;
    private const double RandAugmentStep = 0.15;

    private readonly IReadOnlyList<Technique> _techniques =
        [.. space.Axes.Select(a => a.Techniques[0]).Where(group.Techniques.Contains)];

    /// <summary>The first candidates on an incumbent that has the group off.</summary>
    public IReadOnlyList<SearchPoint> First(SearchPoint incumbent) => group.Techniques[0] switch
    {
        Technique.HorizontalMirror or Technique.Rotate90 => Each(incumbent, [0.5]),
        Technique.Mixup or Technique.Cutmix => Each(incumbent, [1]),
        Technique.LabelSmoothing => Together(incumbent, [0.2, 0.6]),
        Technique.TrivialAugment => Together(incumbent, [1]),
        Technique.RandAugment => Together(incumbent, [0.3, 0.6]),
        _ => Together(incumbent, [0.2, 0.6, 1]),
    };

    /// <summary>The neighbours of a candidate, itself not included.</summary>
    public IReadOnlyList<SearchPoint> Neighbours(SearchPoint candidate)
    {
        IEnumerable<SearchPoint> points = group.Techniques[0] switch
        {
            Technique.HorizontalMirror or Technique.Rotate90 =>
            [
                .. Each(candidate, [0.5]),
                .. _techniques.Contains(Technique.Rotate90) ? [At(candidate, Technique.Rotate90, 0.25), At(candidate, Technique.Rotate90, 0.75)] : Array.Empty<SearchPoint>(),
            ],
            Technique.Mixup or Technique.Cutmix => _techniques.Where(t => Level(candidate, t) > 0).Select(t => At(candidate, t, 0.5)),
            Technique.TrivialAugment => [Scaled(candidate, 0.5)],
            Technique.RandAugment => [Shifted(candidate, RandAugmentStep), Shifted(candidate, -RandAugmentStep)],
            _ => [Shifted(candidate, Step), Shifted(candidate, -Step), .. WithoutEach(candidate)],
        };
        return [.. points.Where(p => !p.Equals(candidate) && _techniques.Any(t => Level(p, t) > 0)).Distinct()];
    }

    /// <summary>The group's largest level, 1 to 5, or null when it is off.</summary>
    public double? LevelOf(SearchPoint point) =>
        _techniques.Max(t => Level(point, t)) is var level and > 0 ? Math.Round(level / Step, 2) : null;

    /// <summary>The group's techniques and levels in words, such as <c>rotate 3, spatial 3</c>.</summary>
    public string Describe(SearchPoint point) => string.Join(", ", _techniques.Where(t => Level(point, t) > 0).Select(t =>
        $"{TechniqueAxis.Of(t).Name} at level {Figures.Short(Level(point, t) / Step, 2)}"));

    private double Level(SearchPoint point, Technique technique) => point.Levels[space.AxisOf(technique)];

    private SearchPoint At(SearchPoint point, Technique technique, double level) => point.With(space.AxisOf(technique), level);

    private List<SearchPoint> Each(SearchPoint point, double[] levels) =>
        [.. _techniques.SelectMany(t => levels.Select(l => At(point, t, l)))];

    private List<SearchPoint> Together(SearchPoint point, double[] levels) =>
        [.. levels.Select(l => _techniques.Aggregate(point, (p, t) => At(p, t, l)))];

    private SearchPoint Shifted(SearchPoint point, double by) => _techniques.Where(t => Level(point, t) > 0)
        .Aggregate(point, (p, t) => At(p, t, Math.Clamp(Math.Round(Level(p, t) + by, 6), Math.Abs(by), 1)));

    private SearchPoint Scaled(SearchPoint point, double factor) => _techniques
        .Aggregate(point, (p, t) => At(p, t, Math.Min(1, Level(p, t) * factor)));

    private IEnumerable<SearchPoint> WithoutEach(SearchPoint point) =>
        _techniques.Count(t => Level(point, t) > 0) > 1 ? _techniques.Select(t => At(point, t, 0)) : [];
}
