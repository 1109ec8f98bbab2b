using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>A batch as the model sees it in training. Whoever asked for it disposes it, or the scope that it was made in does.</summary>
/// <param name="Images">float32 [N, C, H, W] of 0..255.</param>
/// <param name="Targets">float32 [N, K]: each row a distribution over the classes.</param>
public sealed record AugmentedBatch(Tensor Images, Tensor Targets) : IDisposable
{
    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Targets.Dispose();
    }
}
