using Masterful.Abstractions;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>Networks that a model project's <see cref="IModelFactory"/> makes.</summary>
internal static class CustomModel
{
    /// <exception cref="DiagnosticException">The factory can't be loaded, throws or returns nothing.</exception>
    public static nn.Module<Tensor, Tensor> Create(string assembly, string type, ModelSpec model, int classCount)
    {
        var factory = PluginAssembly.Create<IModelFactory>(assembly, type);
        var shape = model.InputShape;
        var context = new ModelContext(classCount, new InputShape(shape.Height, shape.Width, shape.Channels), model.Options);
        try
        {
            return factory.Create(context)
                ?? throw new DiagnosticException(ModelDiagnostics.FactoryFailed, $"{type}.Create returned null instead of a network.");
        }
        catch (Exception e) when (e is not DiagnosticException)
        {
            throw new DiagnosticException(ModelDiagnostics.FactoryFailed, $"{type}.Create threw {PluginAssembly.Describe(e)}");
        }
    }
}
