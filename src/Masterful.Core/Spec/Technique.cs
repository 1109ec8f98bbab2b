namespace Masterful.Core.Spec;

/// <summary>The kinds of value that a policy axis carries.</summary>
public enum AxisKind
{
    /// <summary>(m): how strong, 0 to 100.</summary>
    Magnitude,

    /// <summary>(rr): the share of examples that the technique replaces, 0 to 1.</summary>
    ReplacementRate,

    /// <summary>(r): an amount relative to the original data, 0 or more.</summary>
    Ratio,
}

/// <summary>The techniques that a policy is made of, in the order of the search and of the report's axes.</summary>
public enum Technique
{
    /// <summary>Share of images flipped left–right.</summary>
    HorizontalMirror,

    /// <summary>Share of images turned by 90, 180 or 270 degrees, evenly.</summary>
    Rotate90,

    /// <summary>Angle drawn evenly in ±90° × m/100.</summary>
    Rotate,

    /// <summary>One of shear x/y, translate x/y, zoom in/out, drawn per image.</summary>
    Spatial,

    /// <summary>One of hue, saturation±, brightness±, drawn per image.</summary>
    Hsv,

    /// <summary>One of contrast±, autocontrast, equalize, solarize, posterize, invert, drawn per image.</summary>
    Contrast,

    /// <summary>Gaussian blur or sharpen, drawn per image.</summary>
    Blur,

    /// <summary>Share of images given one operation of the wide TrivialAugment set.</summary>
    TrivialAugment,

    /// <summary>Two operations of the RandAugment set at strength 30 × m/100.</summary>
    RandAugment,

    /// <summary>Random erasing of an area up to 40% × m/100.</summary>
    Erase,

    /// <summary>Share of images mixed, λ ~ Beta(0.2, 0.2).</summary>
    Mixup,

    /// <summary>Share of images cut-mixed, λ ~ Beta(1, 1).</summary>
    Cutmix,

    /// <summary>ε = 0.3 × m/100.</summary>
    LabelSmoothing,

    /// <summary>Synthetic images blended in, relative to the original count.</summary>
    Synthetic,

    /// <summary>Pseudo-labelled images per labelled image in each batch.</summary>
    Unlabeled,
}

/// <summary>What is fixed about a technique: its name in files, its kind of value and the range of it.</summary>
/// <param name="Technique">The technique.</param>
/// <param name="Name">Its name in specs, locks and reports, such as <c>horizontal_mirror</c>.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Maximum">The largest value; the smallest is 0, which means that the technique is off.</param>
public sealed record TechniqueAxis(Technique Technique, string Name, AxisKind Kind, double Maximum)
{
    /// <summary>All axes, in search order.</summary>
    public static IReadOnlyList<TechniqueAxis> All { get; } =
    [
        new(Technique.HorizontalMirror, "horizontal_mirror", AxisKind.ReplacementRate, 1),
        new(Technique.Rotate90, "rotate_90", AxisKind.ReplacementRate, 1),
        new(Technique.Rotate, "rotate", AxisKind.Magnitude, 100),
        new(Technique.Spatial, "spatial", AxisKind.Magnitude, 100),
        new(Technique.Hsv, "hsv", AxisKind.Magnitude, 100),
        new(Technique.Contrast, "contrast", AxisKind.Magnitude, 100),
        new(Technique.Blur, "blur", AxisKind.Magnitude, 100),
        new(Technique.TrivialAugment, "trivial_augment", AxisKind.ReplacementRate, 1),
        new(Technique.RandAugment, "rand_augment", AxisKind.Magnitude, 100),
        new(Technique.Erase, "erase", AxisKind.Magnitude, 100),
        new(Technique.Mixup, "mixup", AxisKind.ReplacementRate, 1),
        new(Technique.Cutmix, "cutmix", AxisKind.ReplacementRate, 1),
        new(Technique.LabelSmoothing, "label_smoothing", AxisKind.Magnitude, 100),
        new(Technique.Synthetic, "synthetic", AxisKind.Ratio, 10),
        new(Technique.Unlabeled, "unlabeled", AxisKind.Ratio, 10),
    ];

    /// <summary>The axis of a technique.</summary>
    public static TechniqueAxis Of(Technique technique) => All[(int)technique];

    /// <summary>The axis with this name in files, or null.</summary>
    public static TechniqueAxis? Find(string name) => All.FirstOrDefault(a => a.Name == name);

    /// <summary>The short form of the kind in files and labels: m, rr or r.</summary>
    public string KindSymbol => Kind switch { AxisKind.Magnitude => "m", AxisKind.ReplacementRate => "rr", _ => "r" };
}
