using Masterful.Core.Spec;

namespace Masterful.Core.Techniques;

/// <summary>
/// The fixed catalogue of the clusters' operations. Where torchvision's operation has no strength of its own (autocontrast,
/// equalize, invert), strength is the share of the fully changed image in a blend with the original. Hue and saturation need
/// colours: images of one channel stay as they are.
/// </summary>
public static class Operations
{
    /// <summary>Every operation, by cluster in search order.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [
        new("shear_x", Technique.Spatial, true, "tangent of the angle about the centre, up to ±1",
            Transforms.ShearX, (s, _) => s),
        new("shear_y", Technique.Spatial, true, "tangent of the angle about the centre, up to ±1",
            Transforms.ShearY, (s, _) => s),
        new("translate_x", Technique.Spatial, true, "share of the width, up to ±0.5",
            Transforms.TranslateX, (s, _) => 0.5 * s),
        new("translate_y", Technique.Spatial, true, "share of the height, up to ±0.5",
            Transforms.TranslateY, (s, _) => 0.5 * s),
        new("zoom_in", Technique.Spatial, false, "scale 1 + strength, up to 2",
            Transforms.Zoom, (s, _) => 1 + s),
        new("zoom_out", Technique.Spatial, false, "scale 1 / (1 + strength), down to 1/2",
            Transforms.Zoom, (s, _) => 1 / (1 + s)),
        new("hue", Technique.Hsv, true, "share of a full turn around the colour circle, up to ±0.5",
            Transforms.Hue, (s, _) => 0.5 * s),
        new("saturation_up", Technique.Hsv, false, "factor 1 + 2 × strength, up to 3",
            Transforms.Saturation, (s, _) => 1 + (2 * s)),
        new("saturation_down", Technique.Hsv, false, "factor 1 − strength, down to 0 (grey)",
            Transforms.Saturation, (s, _) => 1 - s),
        new("brightness_up", Technique.Hsv, false, "factor 1 + 2 × strength, up to 3",
            Transforms.Brightness, (s, _) => 1 + (2 * s)),
        new("brightness_down", Technique.Hsv, false, "factor 1 − 0.95 × strength, down to 0.05",
            Transforms.Brightness, (s, _) => 1 - (0.95 * s)),
        new("contrast_up", Technique.Contrast, false, "factor 1 + 2 × strength, up to 3",
            Transforms.Contrast, (s, _) => 1 + (2 * s)),
        new("contrast_down", Technique.Contrast, false, "factor 1 − 0.95 × strength, down to 0.05",
            Transforms.Contrast, (s, _) => 1 - (0.95 * s)),
        new("autocontrast", Technique.Contrast, false, "share of the stretched image in the blend, up to 1",
            Transforms.Autocontrast, (s, _) => s),
        new("equalize", Technique.Contrast, false, "share of the equalized image in the blend, up to 1",
            Transforms.Equalize, (s, _) => s),
        new("solarize", Technique.Contrast, false, "pixels from level 256 × (1 − strength) on turn negative",
            Transforms.Solarize, (s, _) => 256 * (1 - s)),
        new("posterize", Technique.Contrast, false, "8 − 7 × strength bits are kept, down to 1",
            Transforms.Posterize, (s, _) => 8 - (7 * s)),
        new("invert", Technique.Contrast, false, "share of the negative in the blend, up to 1",
            Transforms.Invert, (s, _) => s),
        new("gaussian_blur", Technique.Blur, false, "standard deviation, up to a sixteenth of the shorter side",
            Transforms.GaussianBlur, (s, side) => s * side / 16),
        new("sharpen", Technique.Blur, false, "sharpness factor 1 + 4 × strength, up to 5",
            Transforms.Sharpness, (s, _) => 1 + (4 * s)),
    ];

    /// <summary>Of no cluster: what distance analysis probes to find the levels of the <c>rotate</c> technique.</summary>
    public static Operation Rotate { get; } =
        new("rotate", Technique.Rotate, true, "angle about the centre, up to ±90 degrees", Transforms.Rotate, (s, _) => 90 * s);

    /// <summary>The techniques that draw from the catalogue, in search order.</summary>
    public static IReadOnlyList<Technique> Clusters { get; } = [.. All.Select(o => o.Cluster).Distinct()];

    /// <summary>The operations that a cluster draws from; none for a technique that is not a cluster.</summary>
    public static IReadOnlyList<Operation> Of(Technique cluster) => [.. All.Where(o => o.Cluster == cluster)];

    /// <summary>The operation of this name, or null.</summary>
    public static Operation? Find(string name) => All.Append(Rotate).FirstOrDefault(o => o.Name == name);
}
