using TorchSharp;

namespace Masterful.Core.Techniques;

/// <summary>
/// Blends a share of the images, and their targets, with other images of the batch: λ · image + (1 − λ) · partner, λ ~ Beta(0.2, 0.2) an
/// image (Zhang et al., mixup, ICLR 2018, section 2).
/// </summary>
internal sealed class Mixup(double rate) : IBatchTechnique
{
    private static readonly SymmetricBeta Shares = new(0.2);

    public void Apply(AugmentedBatch batch, Draws draws)
    {
        var mixed = draws.Under(Draw.MixupGate, rate);
        if (mixed.Length == 0)
        {
            return;
        }

        using var scope = torch.NewDisposeScope();
        var device = batch.Images.device;
        var permutation = draws.Permutation(Draw.MixupPartner);
        var index = TransformPlan.Index(mixed, device);
        var partner = TransformPlan.Index([.. mixed.Select(i => permutation[i])], device);
        var share = TransformPlan.Column([.. mixed.Select(i => Shares.Quantile(draws[Draw.MixupShare, i]))], device);
        var images = torch.lerp(batch.Images.index_select(0, partner), batch.Images.index_select(0, index), share);
        var targets = torch.lerp(batch.Targets.index_select(0, partner), batch.Targets.index_select(0, index), share.view(-1, 1));
        batch.Images.index_copy_(0, index, images);
        batch.Targets.index_copy_(0, index, targets);
    }
}
