using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// What is trained: <see cref="Rescaling"/> and the network behind it. Takes pixels 0..255 as float32 or uint8 <c>[N, C, H, W]</c>,
/// returns logits float32 <c>[N, classes]</c>. Made by <see cref="ModelBuilder"/>, on the CPU, in training mode.
/// </summary>
public sealed class Classifier : nn.Module<Tensor, Tensor>
{
    private readonly Rescaling _rescaling;
    private readonly nn.Module<Tensor, Tensor> _network;

    /// <summary>Puts the rescaling in front of a network, which the classifier owns from then on.</summary>
    /// <param name="network">Takes float32 [N, C, H, W] in 0..1, returns logits [N, classes].</param>
    public Classifier(nn.Module<Tensor, Tensor> network)
        : base(nameof(Classifier))
    {
        _rescaling = new Rescaling();
        _network = network;
        register_module("rescaling", _rescaling);
        register_module("network", network);
    }

    /// <summary>The network without the rescaling; its state has the names of the weights files.</summary>
    public nn.Module<Tensor, Tensor> Network => _network;

    /// <summary>
    /// Parameters and buffers with their names in weights files, in PyTorch's order (torchvision's, for the zoo). The tensors are the
    /// network's own: writing into them changes the network; don't dispose them.
    /// </summary>
    public IReadOnlyList<(string Name, Tensor Value)> State => [.. ModuleState.Of(_network)];

    /// <summary>Number of values that training changes.</summary>
    public long TrainableParameters => _network.parameters().Where(p => p.requires_grad).Sum(p => p.numel());

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var rescaled = _rescaling.call(input);
        var logits = _network.call(rescaled);
        if (logits.dtype is ScalarType.Float32)
        {
            return logits;
        }

        // Under autocast the last layer answers in bfloat16; losses and metrics want all the digits from here on.
        using (logits)
        {
            return logits.to(ScalarType.Float32);
        }
    }
}
