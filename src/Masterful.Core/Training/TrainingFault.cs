using System.Runtime.InteropServices;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Training;

/// <summary>
/// An exception that ends one training and nothing else: libtorch's, a lack of memory, or one of the model's own code, which may
/// well train with another policy or seed.
/// </summary>
/// <param name="Reason">A sentence for people.</param>
/// <param name="IsTransient">
/// Whether another attempt may succeed: memory may be free then, and the model's code may be mended where its assembly does not show it.
/// </param>
/// <param name="IsMemory">Whether memory ran out.</param>
internal sealed record TrainingFault(string Reason, bool IsTransient, bool IsMemory = false)
{
    /// <summary>What an exception says of a training, or null when it is none of the training's.</summary>
    public static TrainingFault? Of(Exception exception) => Cause.Unwrap(exception)[0] switch
    {
        DiagnosticException { Diagnostics: [{ Code: var code, Message: var message }] }
            when code == ModelDiagnostics.ForwardFailed || code == ModelDiagnostics.FactoryFailed => new TrainingFault(message, true),
        (ExternalException or OutOfMemoryException) and var own => new TrainingFault(Cause.Of(own), MemoryShortage.Is(own), MemoryShortage.Is(own)),
        _ => null,
    };
}
