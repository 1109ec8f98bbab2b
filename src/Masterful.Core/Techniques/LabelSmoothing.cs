namespace Masterful.Core.Techniques;

/// <summary>
/// Moves ε = 0.3 × magnitude / 100 of each target evenly to all classes: (1 − ε) · target + ε / K (Szegedy et al., Rethinking the Inception
/// Architecture, CVPR 2016, section 7).
/// </summary>
internal sealed class LabelSmoothing(double magnitude) : IBatchTechnique
{
    public void Apply(AugmentedBatch batch, Draws draws)
    {
        var epsilon = 0.3 * magnitude / 100;
        batch.Targets.mul_(1 - epsilon).add_(epsilon / batch.Targets.shape[1]);
    }
}
