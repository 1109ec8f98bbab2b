namespace Masterful.Core.Techniques;

/// <summary>
/// All transforms of one image, in the conventions of torchvision 0.21 (<c>transforms.v2.functional</c>) but for interpolation,
/// which is always bilinear, and for rounding, which only happens where a transform is defined on whole grey levels.
/// </summary>
internal static class Transforms
{
    /// <summary>Degrees counterclockwise.</summary>
    public static ImageTransform Rotate { get; } = new GeometricTransform("rotate", (degrees, _, _) => Affine.Rotation(degrees));

    /// <summary>Tangent of the angle, about the centre.</summary>
    public static ImageTransform ShearX { get; } = new GeometricTransform("shear_x", (tangent, _, _) => Affine.ShearX(tangent));

    /// <summary>Tangent of the angle, about the centre.</summary>
    public static ImageTransform ShearY { get; } = new GeometricTransform("shear_y", (tangent, _, _) => Affine.ShearY(tangent));

    /// <summary>Tangent of the angle, about the top left corner: how TrivialAugment and RandAugment shear.</summary>
    public static ImageTransform ShearXFromTop { get; } =
        new GeometricTransform("shear_x_from_top", (tangent, height, _) => Affine.ShearX(tangent, -height / 2.0));

    /// <summary>Tangent of the angle, about the top left corner: how TrivialAugment and RandAugment shear.</summary>
    public static ImageTransform ShearYFromLeft { get; } =
        new GeometricTransform("shear_y_from_left", (tangent, _, width) => Affine.ShearY(tangent, -width / 2.0));

    /// <summary>Share of the width, to the right.</summary>
    public static ImageTransform TranslateX { get; } =
        new GeometricTransform("translate_x", (share, _, width) => Affine.Translation(share * width, 0));

    /// <summary>Share of the height, down.</summary>
    public static ImageTransform TranslateY { get; } =
        new GeometricTransform("translate_y", (share, height, _) => Affine.Translation(0, share * height));

    /// <summary>Scale.</summary>
    public static ImageTransform Zoom { get; } = new GeometricTransform("zoom", (scale, _, _) => Affine.Zoom(scale));

    /// <summary>Factor.</summary>
    public static ImageTransform Brightness { get; } = new ColourTransform("brightness", ColourMatrix.Brightness);

    /// <summary>Factor; grey images stay as they are.</summary>
    public static ImageTransform Saturation { get; } = new ColourTransform("saturation", ColourMatrix.Saturation);

    /// <summary>Factor.</summary>
    public static ImageTransform Contrast { get; } = new ColourTransform("contrast", ColourMatrix.Contrast);

    /// <summary>Share of the negative in the blend.</summary>
    public static ImageTransform Invert { get; } = new ColourTransform("invert", ColourMatrix.Inversion);

    /// <summary>Share of a full turn around the colour circle; grey images stay as they are.</summary>
    public static ImageTransform Hue { get; } = new PixelTransform("hue", PixelOperations.Hue);

    /// <summary>Share of the fully stretched image in the blend.</summary>
    public static ImageTransform Autocontrast { get; } = new PixelTransform("autocontrast", PixelOperations.Autocontrast);

    /// <summary>Share of the fully equalized image in the blend.</summary>
    public static ImageTransform Equalize { get; } = new PixelTransform("equalize", PixelOperations.Equalize);

    /// <summary>Grey level from which pixels turn negative.</summary>
    public static ImageTransform Solarize { get; } = new PixelTransform("solarize", PixelOperations.Solarize);

    /// <summary>Bits that are kept; between two whole numbers, a blend.</summary>
    public static ImageTransform Posterize { get; } = new PixelTransform("posterize", PixelOperations.Posterize);

    /// <summary>Standard deviation in pixels.</summary>
    public static ImageTransform GaussianBlur { get; } = new PixelTransform("gaussian_blur", PixelOperations.GaussianBlur);

    /// <summary>Factor: 0 is smoothed, 1 the image, over 1 sharpened.</summary>
    public static ImageTransform Sharpness { get; } = new PixelTransform("sharpness", PixelOperations.Sharpness);
}
