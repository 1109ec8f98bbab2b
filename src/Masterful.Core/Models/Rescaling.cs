using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>A model's first layer: pixel values 0..255, float32 or uint8, to float32 0..1. The only preprocessing that there is.</summary>
public sealed class Rescaling : nn.Module<Tensor, Tensor>
{
    /// <summary>Makes the layer; it has no parameters.</summary>
    public Rescaling()
        : base(nameof(Rescaling))
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        input.is_floating_point() ? input.div(255) : input.to(ScalarType.Float32).div_(255);
}
