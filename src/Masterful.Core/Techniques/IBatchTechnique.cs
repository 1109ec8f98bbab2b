namespace Masterful.Core.Techniques;

/// <summary>A technique that works on the pixels and targets of a whole batch, after all image techniques.</summary>
internal interface IBatchTechnique
{
    /// <summary>Changes the batch in place: images float [N, C, H, W], targets float [N, K].</summary>
    void Apply(AugmentedBatch batch, Draws draws);
}
