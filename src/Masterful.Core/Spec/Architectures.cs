namespace Masterful.Core.Spec;

/// <summary>An architecture of the zoo, by name.</summary>
/// <param name="Name">As <c>model.architecture</c> has it.</param>
/// <param name="Options">The options that it takes.</param>
public sealed record Architecture(string Name, IReadOnlyList<ArchitectureOption> Options);

/// <summary>An option of an architecture: a list of whole numbers, or one of a few words.</summary>
/// <param name="Name">Its key in <c>model.options</c>.</param>
/// <param name="Description">What it does.</param>
public abstract record ArchitectureOption(string Name, string Description);

/// <summary>An option that is a list of exactly <paramref name="Count"/> whole numbers (in the spec's options: a list of <c>long</c>).</summary>
/// <param name="Name">Its key in <c>model.options</c>.</param>
/// <param name="Description">What it does.</param>
/// <param name="Count">How many numbers.</param>
/// <param name="Minimum">The smallest that each may be.</param>
/// <param name="Maximum">The largest that each may be.</param>
public sealed record IntegersOption(string Name, string Description, int Count, int Minimum, int Maximum) : ArchitectureOption(Name, Description);

/// <summary>An option that is one of a few words (in the spec's options: a <c>string</c>).</summary>
/// <param name="Name">Its key in <c>model.options</c>.</param>
/// <param name="Description">What it does.</param>
/// <param name="Words">The words; the first is the default.</param>
public sealed record WordOption(string Name, string Description, IReadOnlyList<string> Words) : ArchitectureOption(Name, Description);

/// <summary>The names of the zoo and what options each takes: what a spec may say, without loading any model code.</summary>
public static class Architectures
{
    private static readonly ArchitectureOption Strides = new IntegersOption(
        "strides", "Stride of each of the seven stages after the stem; [1, 1, 1, 2, 1, 2, 1] suits images of 32×32.", 7, 1, 2);

    private static readonly ArchitectureOption Stem = new WordOption(
        "stem",
        "imagenet: 7×7 convolution of stride 2 and a max-pool; cifar: 3×3 of stride 1 without max-pool, for small images.",
        ["imagenet", "cifar"]);

    /// <summary>All, in the order of the documentation.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        new("small-cnn", []),
        new("efficientnet-b0", [Strides]),
        new("efficientnet-b1", [Strides]),
        new("efficientnet-b2", [Strides]),
        new("efficientnet-b3", [Strides]),
        new("resnet18", [Stem]),
        new("resnet34", [Stem]),
        new("resnet50", [Stem]),
        new("mobilenet-v3-small", []),
        new("mobilenet-v3-large", []),
        new("wide-resnet-28-2", []),
        new("wide-resnet-28-10", []),
    ];

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => All.Select(a => a.Name);

    /// <summary>The architecture with this name, or null.</summary>
    public static Architecture? Find(string name) => All.FirstOrDefault(a => a.Name == name);
}
