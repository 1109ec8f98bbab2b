using TorchSharp;

namespace Masterful.Core.Techniques;

/// <summary>
/// Pastes a rectangle of another image of the batch into a share of the images: sides of √(1 − λ) of the image's, λ ~ Beta(1, 1) an image,
/// around a centre drawn evenly and cut off at the borders; targets mix by the area that was really pasted (Yun et al., CutMix,
/// ICCV 2019, section 3.1; torchvision's <c>CutMix</c>).
/// </summary>
internal sealed class Cutmix(double rate) : IBatchTechnique
{
    public void Apply(AugmentedBatch batch, Draws draws)
    {
        var mixed = draws.Under(Draw.CutmixGate, rate);
        if (mixed.Length == 0)
        {
            return;
        }

        using var scope = torch.NewDisposeScope();
        var (device, height, width) = (batch.Images.device, (int)batch.Images.shape[2], (int)batch.Images.shape[3]);
        var permutation = draws.Permutation(Draw.CutmixPartner);
        var boxes = mixed.Select(i => BoxOf(draws, i, height, width)).ToArray();
        var index = TransformPlan.Index(mixed, device);
        var partner = TransformPlan.Index([.. mixed.Select(i => permutation[i])], device);
        var share = TransformPlan.Column([.. boxes.Select(b => 1 - ((double)b.Area / (height * width)))], device).view(-1, 1);
        var images = torch.where(
            Box.Mask(boxes, height, width, device), batch.Images.index_select(0, partner), batch.Images.index_select(0, index));
        var targets = torch.lerp(batch.Targets.index_select(0, partner), batch.Targets.index_select(0, index), share);
        batch.Images.index_copy_(0, index, images);
        batch.Targets.index_copy_(0, index, targets);
    }

    /// <summary>The rectangle of an image that shows its partner.</summary>
    public static Box BoxOf(Draws draws, int image, int height, int width)
    {
        // Beta(1, 1) is even. Half the sides in whole pixels, as torchvision has it.
        var half = 0.5 * Math.Sqrt(1 - draws[Draw.CutmixShare, image]);
        var (halfRows, halfColumns) = ((int)(half * height), (int)(half * width));
        var (y, x) = (draws.Choose(Draw.CutmixY, image, height), draws.Choose(Draw.CutmixX, image, width));
        var (top, left) = (Math.Max(0, y - halfRows), Math.Max(0, x - halfColumns));
        return new Box(top, left, Math.Min(height, y + halfRows) - top, Math.Min(width, x + halfColumns) - left);
    }
}
