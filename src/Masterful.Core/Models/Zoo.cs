using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>The architectures that have a name.</summary>
internal static class Zoo
{
    /// <summary>Makes the network of a zoo architecture.</summary>
    /// <exception cref="DiagnosticException">The name is not known.</exception>
    public static nn.Module<Tensor, Tensor> Create(ModelSpec model, int classCount) => model.Architecture switch
    {
        "small-cnn" => new SmallCnn(model.InputShape.Channels, classCount),
        var name => throw new DiagnosticException(
            ModelDiagnostics.UnknownArchitecture, $"There is no architecture '{name}'."),
    };
}
