using Masterful.Abstractions;
using static TorchSharp.torch;

namespace DigitNet;

/// <summary>What masterful.yaml names as <c>model.type</c>.</summary>
public sealed class DigitNetFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) =>
        new DigitNetwork(context.InputShape.Channels, context.Option("width", 12), context.ClassCount);
}
