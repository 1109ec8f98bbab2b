using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// Layers run one after the other, each result released once the next layer has it. Not a module: TorchSharp registers every field that
/// is a module under the field's name, and a network's state must have the published names alone.
/// </summary>
internal sealed class Chain(params IReadOnlyList<nn.Module<Tensor, Tensor>> layers)
{
    /// <summary>The output of the last layer. The input stays the caller's.</summary>
    public Tensor Run(Tensor input)
    {
        var x = input;
        foreach (var layer in layers)
        {
            var next = layer.call(x);
            if (!ReferenceEquals(x, input))
            {
                x.Dispose();
            }

            x = next;
        }

        return x;
    }
}
