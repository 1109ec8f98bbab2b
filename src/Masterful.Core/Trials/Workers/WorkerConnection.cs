using StreamJsonRpc;

namespace Masterful.Core.Trials.Workers;

/// <summary>How the two processes speak: JSON-RPC 2.0, each message with its length before it.</summary>
internal static class WorkerConnection
{
    /// <summary>A connection that does not listen yet.</summary>
    public static JsonRpc Over(Stream sending, Stream receiving) =>
        new(new HeaderDelimitedMessageHandler(sending, receiving, new SystemTextJsonFormatter { JsonSerializerOptions = TrialJson.Options() }))
        {
            CancelLocallyInvokedMethodsWhenConnectionIsClosed = true,
        };
}
