namespace Masterful.Core.Techniques;

/// <summary>Flips a share of the images left–right.</summary>
internal sealed class HorizontalMirror(double rate) : IImageTechnique
{
    public void Plan(Draws draws, TransformPlan plan)
    {
        foreach (var image in draws.Under(Draw.MirrorGate, rate))
        {
            plan.Move(image, Affine.Mirror);
        }
    }
}
