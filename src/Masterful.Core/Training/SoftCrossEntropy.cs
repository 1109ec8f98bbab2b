using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>Cross-entropy against a distribution over the classes.</summary>
internal static class SoftCrossEntropy
{
    /// <summary>Mean over the batch of −Σ t ln softmax(z), in nats, as a scalar tensor.</summary>
    /// <param name="logits"><c>float32 [N, K]</c>.</param>
    /// <param name="targets"><c>float32 [N, K]</c>, rows that sum to 1.</param>
    public static Tensor Of(Tensor logits, Tensor targets) =>
        nn.functional.log_softmax(logits, 1).mul(targets).sum().mul_(-1.0 / logits.shape[0]);
}
