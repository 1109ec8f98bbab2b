using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>One operation at one strength over a whole batch: what distance analysis measures.</summary>
public static class OperationProbe
{
    /// <summary>
    /// Changes every image by the same strength. Signed operations draw each image's sign: equal generators give equal signs at
    /// every strength.
    /// </summary>
    /// <param name="operation">A name of <see cref="Operations.All"/>.</param>
    /// <param name="strength">0..1 of the operation's range; 0 leaves the images as they are.</param>
    /// <param name="images">uint8 or float [N, C, H, W] of 0..255 with 1 or 3 channels, on any device; not changed.</param>
    /// <param name="generator">A CPU generator.</param>
    /// <returns>float32 [N, C, H, W] of 0..255 on the device of the images.</returns>
    /// <exception cref="ArgumentException">No operation has this name, or the strength is outside 0..1.</exception>
    public static Tensor Apply(string operation, double strength, Tensor images, Generator generator)
    {
        var known = Operations.Find(operation) ?? throw new ArgumentException($"There is no operation '{operation}'.", nameof(operation));
        if (strength is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(strength), strength, "A strength is between 0 and 1.");
        }

        using var noGradient = torch.no_grad();
        using var scope = NewDisposeScope();
        var plan = new TransformPlan(images.shape);
        var draws = Draws.Sample(plan.Count, generator);
        for (var image = 0; strength > 0 && image < plan.Count; image++)
        {
            var sign = known.Signed ? draws.Sign(Draw.SpatialSign, image) : 1;
            plan.Add(Stage.Hsv, image, known.Transform, known.Amount(sign * strength, plan.ShorterSide));
        }

        var changed = images.to(ScalarType.Float32, copy: true);
        plan.Run(changed);
        return changed.MoveToOuterDisposeScope();
    }
}
