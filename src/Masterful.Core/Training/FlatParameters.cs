using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>
/// A network's trainable parameters as views of one buffer, and their gradients as views of another, so that an optimizer step is a
/// handful of vector operations instead of some for each parameter. Parameters that decay come first.
/// </summary>
internal sealed class FlatParameters : IDisposable
{
    private FlatParameters(Tensor values, Tensor gradients, IReadOnlyList<long> decayedLengths)
    {
        (Values, Gradients, DecayedLengths) = (values, gradients, decayedLengths);
        DecayedCount = decayedLengths.Sum();
        DecayedValues = values.narrow(0, 0, DecayedCount).DetachFromDisposeScope();
        DecayedGradients = gradients.narrow(0, 0, DecayedCount).DetachFromDisposeScope();
    }

    /// <summary>All parameters, <c>float32 [Count]</c>.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, <c>float32 [Count]</c>.</summary>
    public Tensor Gradients { get; }

    /// <summary>The part of <see cref="Values"/> that weight decay acts on: its first <see cref="DecayedCount"/> elements.</summary>
    public Tensor DecayedValues { get; }

    /// <summary>The gradients of <see cref="DecayedValues"/>.</summary>
    public Tensor DecayedGradients { get; }

    /// <summary>Elements of each decayed parameter, in the order of the buffer.</summary>
    public IReadOnlyList<long> DecayedLengths { get; }

    /// <summary>Elements that decay.</summary>
    public long DecayedCount { get; }

    /// <summary>Number of elements.</summary>
    public long Count => Values.shape[0];

    /// <summary>
    /// Moves a network's parameters into one buffer on their device. Matrices and kernels decay; vectors (norms and biases) do not.
    /// </summary>
    /// <exception cref="DiagnosticException">A parameter is not float32, or there is none.</exception>
    public static FlatParameters Of(nn.Module network)
    {
        var parameters = network.named_parameters().Where(p => p.parameter.requires_grad).ToList();
        if (parameters.Count == 0)
        {
            throw new DiagnosticException(TrainingDiagnostics.ParametersNotFloat, "The model has no trainable parameter.");
        }

        if (parameters.Find(p => p.parameter.dtype != ScalarType.Float32) is { parameter: not null } other)
        {
            throw new DiagnosticException(
                TrainingDiagnostics.ParametersNotFloat,
                $"The model's parameter '{other.name}' is {other.parameter.dtype}, but only float32 is trained. {TrainingDiagnostics.ParametersNotFloat.Remedy}");
        }

        var ordered = parameters.Select(p => p.parameter).OrderBy(p => Decays(p) ? 0 : 1).ToList();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var device = ordered[0].device;
        var count = ordered.Sum(p => p.numel());
        var values = empty(count, device: device).MoveToOuterDisposeScope();
        var gradients = zeros(count, device: device).MoveToOuterDisposeScope();
        var offset = 0L;
        foreach (var parameter in ordered)
        {
            var length = parameter.numel();
            var view = values.narrow(0, offset, length).view(parameter.shape);
            view.copy_(parameter);
            parameter.set_(view);
            parameter.grad = gradients.narrow(0, offset, length).view(parameter.shape);
            offset += length;
        }

        values.DetachFromDisposeScope();
        gradients.DetachFromDisposeScope();
        return new FlatParameters(values, gradients, [.. ordered.Where(Decays).Select(p => p.numel())]);
    }

    /// <summary>Releases the buffers' handles; the network's parameters stay valid.</summary>
    public void Dispose()
    {
        DecayedValues.Dispose();
        DecayedGradients.Dispose();
        Gradients.Dispose();
        Values.Dispose();
    }

    private static bool Decays(Tensor parameter) => parameter.dim() > 1;
}
