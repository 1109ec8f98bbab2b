using static TorchSharp.torch;

namespace Masterful.Abstractions;

/// <summary>
/// Makes the network of a model project. The type needs a public parameterless constructor and is named in <c>model.type</c>.
/// </summary>
public interface IModelFactory
{
    /// <summary>
    /// A freshly initialised network that takes <c>float32 [N, C, H, W]</c> in 0..1 (the engine puts the rescaling from 0..255 in
    /// front of it) and returns logits <c>float32 [N, ClassCount]</c>. All its randomness must come from torch's own generator,
    /// which the engine seeds before each call.
    /// </summary>
    nn.Module<Tensor, Tensor> Create(ModelContext context);
}
