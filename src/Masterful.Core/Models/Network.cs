using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>A network of the zoo: takes float32 [N, C, H, W] in 0..1, returns logits [N, classes]; its state is in PyTorch's order.</summary>
internal abstract class Network(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <inheritdoc/>
    public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
    {
        destination ??= [];
        foreach (var (name, value) in ModuleState.Of(this, string.IsNullOrEmpty(prefix) ? "" : $"{prefix}."))
        {
            destination.TryAdd(name, value);
        }

        return destination;
    }
}
