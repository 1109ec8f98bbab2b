using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>What a technique does to the training images, in words, at a value.</summary>
internal static class TechniqueMeaning
{
    /// <summary>A sentence as Markdown, or an empty one for a technique that this version does not know.</summary>
    public static string Of(string technique, double value) => technique switch
    {
        "horizontal_mirror" => $"{Share(value)} of the images are flipped left to right.",
        "rotate_90" => $"{Share(value)} of the images are turned by 90°, 180° or 270°.",
        "rotate" => $"Each image is turned by an angle drawn evenly between −{Figures.Short(0.9 * value, 1)}° and {Figures.Short(0.9 * value, 1)}°.",
        "spatial" => "Each image is sheared, shifted or zoomed, by up to the calibrated strength of this magnitude.",
        "hsv" => "Each image has its hue, saturation or brightness changed, by up to the calibrated strength of this magnitude.",
        "contrast" => "Each image has its contrast, tone curve or grey levels changed, by up to the calibrated strength of this magnitude.",
        "blur" => "Each image is blurred or sharpened, by up to the calibrated strength of this magnitude.",
        "trivial_augment" => $"{Share(value)} of the images get one operation of the wide TrivialAugment set at a random strength.",
        "rand_augment" => $"Each image gets two operations of the RandAugment set at strength {Figures.Short(0.3 * value, 1)} of 30.",
        "erase" => $"A random rectangle of up to {Figures.Short(0.4 * value, 1)}% of each image is erased.",
        "mixup" => $"{Share(value)} of the images are blended with another one, and their labels with them.",
        "cutmix" => $"{Share(value)} of the images get a rectangle of another one pasted in, and its label by area.",
        "label_smoothing" => $"The true label keeps {Figures.Short(100 - (0.3 * value), 1)}% of the target; the rest is spread over all classes.",
        "synthetic" => $"Synthetic images are blended in: {Figures.Short(value, 2)} for each original one.",
        "unlabeled" => $"Each batch has {Figures.Short(value, 2)} pseudo-labelled images for each labelled one.",
        _ => "",
    };

    private static string Share(double value) => Figures.Percent(value, 0);
}
