namespace Masterful.Core.Techniques;

/// <summary>
/// Gives each image two operations of the set, drawn evenly with replacement, at strength 30 × magnitude / 100 of its 30 (Cubuk et al.,
/// RandAugment, NeurIPS 2020); magnitude 30 is RandAugment(2, 9). Set and ranges are those of torchvision 0.21's
/// <c>RandAugment</c> with 31 bins, which by default takes the nearest pixel where ours is bilinear; strengths between bins are
/// interpolated, which whole ones do not need.
/// </summary>
internal sealed class RandAugment(double magnitude) : IImageTechnique
{
    /// <summary>Operations with their amount at a level of 0..1, by height and width of the image.</summary>
    public static IReadOnlyList<LeveledTransform> Set { get; } =
    [
        new(null, false, (_, _) => 0),
        new(Transforms.ShearXFromTop, true, (level, _) => 0.3 * level),
        new(Transforms.ShearYFromLeft, true, (level, _) => 0.3 * level),
        new(Transforms.TranslateX, true, (level, plan) => Math.Truncate(150.0 / 331 * plan.Width * level) / plan.Width),
        new(Transforms.TranslateY, true, (level, plan) => Math.Truncate(150.0 / 331 * plan.Height * level) / plan.Height),
        new(Transforms.Rotate, true, (level, _) => 30 * level),
        new(Transforms.Brightness, true, (level, _) => 0.9 * level, Origin: 1),
        new(Transforms.Saturation, true, (level, _) => 0.9 * level, Origin: 1),
        new(Transforms.Contrast, true, (level, _) => 0.9 * level, Origin: 1),
        new(Transforms.Sharpness, true, (level, _) => 0.9 * level, Origin: 1),
        new(Transforms.Posterize, false, (level, _) => 8 - Math.Round(4 * level, MidpointRounding.ToEven)),
        new(Transforms.Solarize, false, (level, _) => 255 * (1 - level)),
        new(Transforms.Autocontrast, false, (_, _) => 1),
        new(Transforms.Equalize, false, (_, _) => 1),
    ];

    public void Plan(Draws draws, TransformPlan plan)
    {
        var level = magnitude / 100;
        for (var image = 0; image < plan.Count; image++)
        {
            var first = Set[draws.Choose(Draw.RandFirstOperation, image, Set.Count)];
            var second = Set[draws.Choose(Draw.RandSecondOperation, image, Set.Count)];
            first.AddTo(plan, Stage.RandAugmentFirst, image, level, draws.Sign(Draw.RandFirstSign, image));
            // Geometry after a change of colours stays after it: the empty corners must not be coloured, nor counted by equalize.
            second.AddTo(
                plan, Stage.RandAugmentSecond, image, level, draws.Sign(Draw.RandSecondSign, image),
                inPlace: first.Transform is ColourTransform or PixelTransform);
        }
    }
}
