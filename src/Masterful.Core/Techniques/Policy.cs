using Masterful.Core.Spec;

namespace Masterful.Core.Techniques;

/// <summary>One axis of a policy with its value.</summary>
/// <param name="Technique">The technique.</param>
/// <param name="Value">In the range of its axis; 0 is off.</param>
public sealed record PolicyValue(Technique Technique, double Value);

/// <summary>
/// Which techniques a training uses and how strong. Empty values are the original model's policy. Two policies with the same
/// values and calibration train the same model, whatever they are called.
/// </summary>
public sealed record Policy
{
    /// <summary>No technique at all.</summary>
    public static Policy None { get; } = new() { Name = "none" };

    /// <summary>Drawn anew for each search, such as <c>macadamia-scarlet-terrier</c>; not part of what is trained.</summary>
    public required string Name { get; init; }

    /// <summary>Techniques that are on, in search order, at most once each.</summary>
    public IReadOnlyList<PolicyValue> Values { get; init; } = [];

    /// <summary>How strong each operation of a cluster is at each level, from distance analysis.</summary>
    public Calibration Calibration { get; init; } = Calibration.Linear;

    /// <summary>Whether nothing is on.</summary>
    public bool IsNone => Values.Count == 0;

    /// <summary>The value of a technique, 0 when it is off.</summary>
    public double this[Technique technique] => Values.FirstOrDefault(v => v.Technique == technique)?.Value ?? 0;

    /// <summary>This policy with a technique set (0 removes it), in search order.</summary>
    public Policy With(Technique technique, double value) => this with
    {
        Values = [.. Values.Where(v => v.Technique != technique)
            .Concat(value > 0 ? [new PolicyValue(technique, value)] : [])
            .OrderBy(v => v.Technique)],
    };
}

/// <summary>
/// For each operation of the clusters, the strengths (0..1 of the operation's own range) at levels 1 to 5, that is at magnitudes
/// 20, 40, 60, 80 and 100, at which it moves the model by a comparable amount. Between levels strength is linear in magnitude.
/// An operation that is absent is linear over its whole range; a strength of 0 at a level forbids the operation there.
/// </summary>
/// <param name="Strengths">Five strengths by operation name.</param>
public sealed record Calibration(IReadOnlyDictionary<string, IReadOnlyList<double>> Strengths)
{
    /// <summary>No analysis: strength is magnitude / 100 for every operation.</summary>
    public static Calibration Linear { get; } = new(new Dictionary<string, IReadOnlyList<double>>());

    /// <summary>Strength, 0..1 of the operation's range, at a magnitude of 0..100.</summary>
    public double Strength(string operation, double magnitude)
    {
        var level = Math.Clamp(magnitude, 0, 100) / 20;
        if (!Strengths.TryGetValue(operation, out var levels))
        {
            return level / 5;
        }

        var below = (int)Math.Floor(level);
        var low = below == 0 ? 0 : levels[below - 1];
        return below == 5 ? low : low + ((levels[below] - low) * (level - below));
    }
}
