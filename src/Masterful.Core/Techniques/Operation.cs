using Masterful.Core.Spec;

namespace Masterful.Core.Techniques;

/// <summary>An operation of a cluster: one way to change an image, at a strength of 0 (not at all) to 1 (the end of its range).</summary>
public sealed class Operation
{
    internal Operation(string name, Technique cluster, bool signed, string meaning, ImageTransform transform, Func<double, int, double> amount) =>
        (Name, Cluster, Signed, Meaning, Transform, Amount) = (name, cluster, signed, meaning, transform, amount);

    /// <summary>Its name in calibrations and reports, such as <c>shear_x</c>.</summary>
    public string Name { get; }

    /// <summary>The technique that draws it.</summary>
    public Technique Cluster { get; }

    /// <summary>Whether it goes two ways (left or right, up or down), drawn evenly; else strength has one direction.</summary>
    public bool Signed { get; }

    /// <summary>What strength is, in words with units and range.</summary>
    public string Meaning { get; }

    /// <summary>What is done.</summary>
    internal ImageTransform Transform { get; }

    /// <summary>From strength, −1..1 where it is signed and else 0..1, and the shorter side of the image in pixels, to the transform's amount.</summary>
    internal Func<double, int, double> Amount { get; }
}
