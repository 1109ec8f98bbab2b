namespace Masterful.Core.Techniques;

/// <summary>
/// Gives a share of the images one operation of the wide set at one of 31 strengths, both drawn evenly (Müller and Hutter,
/// TrivialAugment, ICCV 2021). Set and ranges are those of torchvision 0.21's <c>TrivialAugmentWide</c>, which by default takes the
/// nearest pixel where ours is bilinear.
/// </summary>
internal sealed class TrivialAugment(double rate) : IImageTechnique
{
    /// <summary>Operations with their amount at a level of 0..1, by height and width of the image.</summary>
    public static IReadOnlyList<LeveledTransform> Set { get; } =
    [
        new(null, false, (_, _) => 0),
        new(Transforms.ShearXFromTop, true, (level, _) => 0.99 * level),
        new(Transforms.ShearYFromLeft, true, (level, _) => 0.99 * level),
        new(Transforms.TranslateX, true, (level, plan) => Math.Truncate(32 * level) / plan.Width),
        new(Transforms.TranslateY, true, (level, plan) => Math.Truncate(32 * level) / plan.Height),
        new(Transforms.Rotate, true, (level, _) => 135 * level),
        new(Transforms.Brightness, true, (level, _) => 0.99 * level, Origin: 1),
        new(Transforms.Saturation, true, (level, _) => 0.99 * level, Origin: 1),
        new(Transforms.Contrast, true, (level, _) => 0.99 * level, Origin: 1),
        new(Transforms.Sharpness, true, (level, _) => 0.99 * level, Origin: 1),
        new(Transforms.Posterize, false, (level, _) => 8 - Math.Round(6 * level, MidpointRounding.ToEven)),
        new(Transforms.Solarize, false, (level, _) => 255 * (1 - level)),
        new(Transforms.Autocontrast, false, (_, _) => 1),
        new(Transforms.Equalize, false, (_, _) => 1),
    ];

    public void Plan(Draws draws, TransformPlan plan)
    {
        foreach (var image in draws.Under(Draw.TrivialGate, rate))
        {
            var transform = Set[draws.Choose(Draw.TrivialOperation, image, Set.Count)];
            var level = draws.Choose(Draw.TrivialBin, image, 31) / 30.0;
            transform.AddTo(plan, Stage.TrivialAugment, image, level, draws.Sign(Draw.TrivialSign, image));
        }
    }
}
