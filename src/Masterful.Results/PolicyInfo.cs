namespace Masterful.Results;

/// <summary>A training policy.</summary>
public sealed record PolicyInfo
{
    /// <summary>Its drawn name, or <c>none</c>.</summary>
    public required string Name { get; init; }

    /// <summary>search, lock, trivial-augment, rand-augment or none.</summary>
    public required string Source { get; init; }

    /// <summary>What is on.</summary>
    public IReadOnlyList<PolicyAxisValue> Values { get; init; } = [];
}

/// <summary>A technique with its value.</summary>
/// <param name="Technique">Name, such as <c>horizontal_mirror</c>.</param>
/// <param name="Axis">Label of the axis, such as <c>horizontal_mirror (rr)</c>.</param>
/// <param name="Kind">m, rr or r.</param>
/// <param name="Value">In the axis's range.</param>
public sealed record PolicyAxisValue(string Technique, string Axis, string Kind, double Value);
