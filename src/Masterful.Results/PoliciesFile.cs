namespace Masterful.Results;

/// <summary>The content of <c>policies.json</c>: every policy tested, for the parallel coordinates.</summary>
/// <param name="Axes">Techniques in search order.</param>
/// <param name="Policies">One entry for every policy tested.</param>
public sealed record PoliciesFile(IReadOnlyList<PolicyAxis> Axes, IReadOnlyList<TestedPolicyInfo> Policies);

/// <summary>An axis of the parallel coordinates.</summary>
/// <param name="Name">Technique name.</param>
/// <param name="Kind">m, rr or r.</param>
/// <param name="Min">Left end.</param>
/// <param name="Max">Right end.</param>
public sealed record PolicyAxis(string Name, string Kind, double Min, double Max);

/// <summary>A policy that was tested.</summary>
public sealed record TestedPolicyInfo
{
    /// <summary>Value by axis name; an absent axis is 0.</summary>
    public required IReadOnlyDictionary<string, double> Values { get; init; }

    /// <summary>Mean selection loss over its seeds, nats.</summary>
    public double ValidationLoss { get; init; }

    /// <summary>Mean selection error over its seeds.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Whether it is the policy of the run.</summary>
    public bool Selected { get; init; }

    /// <summary>Which group or stage tested it.</summary>
    public required string Stage { get; init; }

    /// <summary>Share of a full training.</summary>
    public double Fidelity { get; init; }

    /// <summary>Paired repeats.</summary>
    public int Seeds { get; init; }
}
