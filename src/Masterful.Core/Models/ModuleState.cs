using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>A module's state in PyTorch's order: of each module its parameters, its buffers, then its children, in order of registration.</summary>
internal static class ModuleState
{
    /// <summary>Names and tensors of the module's state. The tensors are the module's own: don't dispose them.</summary>
    /// <remarks>TorchSharp's own <c>state_dict</c> lists all parameters before all buffers, which is not the order of PyTorch's files.</remarks>
    public static IEnumerable<(string Name, Tensor Value)> Of(nn.Module module, string prefix = "")
    {
        foreach (var (name, parameter) in module.named_parameters(recurse: false))
        {
            yield return (prefix + name, parameter);
        }

        foreach (var (name, buffer) in module.named_buffers(recurse: false, include_nonpersistent: false))
        {
            yield return (prefix + name, buffer);
        }

        foreach (var (name, child) in module.named_children())
        {
            foreach (var entry in Of(child, $"{prefix}{name}."))
            {
                yield return entry;
            }
        }
    }
}
