namespace Masterful.Core.Techniques;

/// <summary>
/// Turns a share of the images by 90°, 180° or 270°, evenly. An image that is not square keeps its shape: what a quarter turn
/// moves outside is cut off, and what it leaves empty is zero.
/// </summary>
internal sealed class Rotate90(double rate) : IImageTechnique
{
    public void Plan(Draws draws, TransformPlan plan)
    {
        foreach (var image in draws.Under(Draw.TurnGate, rate))
        {
            plan.Move(image, Affine.Turn(1 + draws.Choose(Draw.TurnCount, image, 3)));
        }
    }
}
