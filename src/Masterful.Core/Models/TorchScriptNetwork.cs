using System.Runtime.InteropServices;
using Masterful.Core.Spec;
using Masterful.Results;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>A network read from a TorchScript file, with the file's weights as its start; trained like any other.</summary>
internal sealed class TorchScriptNetwork : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "script")]
    private readonly jit.ScriptModule<Tensor, Tensor> _script;

    private TorchScriptNetwork(jit.ScriptModule<Tensor, Tensor> script)
        : base(nameof(TorchScriptNetwork))
    {
        _script = script;
        RegisterComponents();
    }

    /// <summary>Reads a file; its forward method must take one tensor and return one.</summary>
    /// <exception cref="DiagnosticException">The file is missing or does not load.</exception>
    public static TorchScriptNetwork Load(string path)
    {
        try
        {
            return new TorchScriptNetwork(jit.load<Tensor, Tensor>(path));
        }
        catch (Exception e) when (e is ExternalException or IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                ModelDiagnostics.TorchScriptNotLoadable,
                $"{path} does not load as TorchScript: {Cause.Of(e)}",
                new SourcePosition(path));
        }
    }

    /// <summary>Parameters, then buffers, with the names that they have in PyTorch.</summary>
    public IEnumerable<(string Name, Tensor Value)> State =>
        _script.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(_script.named_buffers());

    /// <summary>None: TorchSharp, disposing a parent, would ask the script for its modules after it has disposed the script.</summary>
    public override IEnumerable<(string name, nn.Module module)> named_modules() => [];

    public override Tensor forward(Tensor input) => _script.call(input);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _script.Dispose();
        }
    }
}
