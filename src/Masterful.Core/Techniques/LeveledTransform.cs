namespace Masterful.Core.Techniques;

/// <summary>A transform of an augmentation set, with its published range.</summary>
/// <param name="Transform">What is done; null leaves the image as it is.</param>
/// <param name="Signed">Whether the sign is drawn.</param>
/// <param name="Range">How far the amount is from its origin at a level of 0..1 of the range, for the images of a plan.</param>
/// <param name="Origin">The amount that changes nothing, where sign goes both ways from it.</param>
internal sealed record LeveledTransform(
    ImageTransform? Transform, bool Signed, Func<double, TransformPlan, double> Range, double Origin = 0)
{
    /// <summary>Adds it to an image's plan; <paramref name="sign"/> only counts where sign is drawn.</summary>
    public void AddTo(TransformPlan plan, Stage stage, int image, double level, int sign, bool inPlace = false)
    {
        if (Transform is not null)
        {
            plan.Add(stage, image, Transform, Origin + (Range(level, plan) * (Signed ? sign : 1)), inPlace);
        }
    }
}
