using System.Collections.Immutable;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Results;

namespace Masterful.Core.Search;

/// <summary>A coordinate of the search: techniques that are moved by one level.</summary>
/// <param name="Techniques">What it sets.</param>
/// <param name="Value">The value of its techniques at a level of 0..1.</param>
internal sealed record SearchAxis(IReadOnlyList<Technique> Techniques, Func<double, double> Value)
{
    /// <summary>Whether global strength moves it.</summary>
    public bool IsMagnitude => TechniqueAxis.Of(Techniques[0]).Kind == AxisKind.Magnitude;
}

/// <summary>A policy as the search sees it: a level of 0 (off) to 1 on each axis of a <see cref="SearchSpace"/>.</summary>
internal sealed class SearchPoint(ImmutableArray<double> levels) : IEquatable<SearchPoint>
{
    /// <summary>By axis.</summary>
    public ImmutableArray<double> Levels { get; } = levels;

    /// <summary>This point with one level changed.</summary>
    public SearchPoint With(int axis, double level) => new(Levels.SetItem(axis, level));

    /// <inheritdoc/>
    public bool Equals(SearchPoint? other) => other is not null && Levels.AsSpan().SequenceEqual(other.Levels.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SearchPoint);

    /// <inheritdoc/>
    public override int GetHashCode() => Levels.Aggregate(17, HashCode.Combine);
}

/// <summary>The axes that a search may move, and the policies that their levels stand for.</summary>
internal sealed class SearchSpace
{
    /// <summary>Weaker than this, a magnitude does next to nothing.</summary>
    private const double WeakestScaled = 0.1;

    private static readonly Technique[] Colour = [Technique.Hsv, Technique.Contrast, Technique.Blur];

    private readonly Calibration _calibration;

    /// <summary>The space of the given techniques.</summary>
    /// <param name="techniques">What may be used.</param>
    /// <param name="calibration">Levels of the clusters' operations, and of <c>rotate</c>.</param>
    public SearchSpace(IReadOnlyCollection<Technique> techniques, Calibration calibration)
    {
        _calibration = calibration;
        var axes = new List<SearchAxis>();
        foreach (var technique in TechniqueAxis.All.Select(a => a.Technique).Where(techniques.Contains))
        {
            if (!axes.Any(a => a.Techniques.Contains(technique)))
            {
                axes.Add(new SearchAxis(Colour.Contains(technique) ? [.. Colour.Where(techniques.Contains)] : [technique], ValueOf(technique)));
            }
        }

        Axes = axes;
        None = new SearchPoint([.. axes.Select(_ => 0.0)]);
    }

    /// <summary>In search order.</summary>
    public IReadOnlyList<SearchAxis> Axes { get; }

    /// <summary>Nothing on.</summary>
    public SearchPoint None { get; }

    /// <summary>The axis of a technique, or −1 when it may not be used.</summary>
    public int AxisOf(Technique technique) => Axes.ToList().FindIndex(a => a.Techniques.Contains(technique));

    /// <summary>The point with these techniques at these levels; those that may not be used are left out.</summary>
    public SearchPoint Set(SearchPoint point, params IReadOnlyList<(Technique Technique, double Level)> settings) =>
        settings.Where(s => AxisOf(s.Technique) >= 0).Aggregate(point, (p, s) => p.With(AxisOf(s.Technique), Math.Clamp(s.Level, 0, 1)));

    /// <summary>The point with every magnitude scaled, to whole hundredths within its axis.</summary>
    public SearchPoint Scale(SearchPoint point, double factor) =>
        new([.. point.Levels.Select((l, a) => Axes[a].IsMagnitude && l > 0 ? Math.Clamp(Math.Round(l * factor, 2), WeakestScaled, 1) : l)]);

    /// <summary>The policy of a point. Its calibration has only the operations that it uses: the others do not change what is trained.</summary>
    public Policy Policy(SearchPoint point, string name)
    {
        var values = Axes.SelectMany((a, i) => a.Techniques.Select(t => new PolicyValue(t, Math.Round(a.Value(point.Levels[i]), 6))))
            .Where(v => v.Value > 0).OrderBy(v => v.Technique).ToList();
        if (values.Count == 0)
        {
            return Techniques.Policy.None;
        }

        var used = values.Select(v => v.Technique).ToHashSet();
        var strengths = _calibration.Strengths.Where(s => Operations.Find(s.Key) is { } operation && operation != Operations.Rotate && used.Contains(operation.Cluster));
        return new Policy { Name = name, Values = values, Calibration = new Calibration(strengths.ToDictionary()) };
    }

    /// <summary>A point in words, such as <c>erase 40, mixup 0.5</c>.</summary>
    public string Describe(SearchPoint point) => Policy(point, "described") is { IsNone: false } policy
        ? string.Join(", ", policy.Values.Select(v => $"{TechniqueAxis.Of(v.Technique).Name} {Figures.Short(v.Value, 2)}"))
        : "no policy";

    private Func<double, double> ValueOf(Technique technique) => TechniqueAxis.Of(technique).Kind switch
    {
        AxisKind.ReplacementRate => level => level,
        _ when technique == Technique.Rotate => level => 100 * _calibration.Strength(Operations.Rotate.Name, 100 * level),
        _ => level => 100 * level,
    };
}
