namespace Masterful.Core.Techniques;

/// <summary>Turns each image about its centre by an angle drawn evenly in ±90° × magnitude / 100.</summary>
internal sealed class Rotate(double magnitude) : IImageTechnique
{
    public void Plan(Draws draws, TransformPlan plan)
    {
        for (var image = 0; image < plan.Count; image++)
        {
            plan.Move(image, Affine.Rotation(Degrees(draws, image)));
        }
    }

    /// <summary>The angle of an image, counterclockwise.</summary>
    public double Degrees(Draws draws, int image) => 90 * magnitude / 100 * ((2.0 * draws[Draw.RotateAngle, image]) - 1);
}
