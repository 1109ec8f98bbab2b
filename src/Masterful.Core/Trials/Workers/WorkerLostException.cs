namespace Masterful.Core.Trials.Workers;

/// <summary>A worker process died, or was ended because it did not go on. The trial that it had may be asked for again.</summary>
/// <param name="reason">What happened to it, as the end of a sentence that begins with <c>it</c>.</param>
/// <param name="isMemory">Whether a lack of memory is the likely cause.</param>
internal sealed class WorkerLostException(string reason, bool isMemory) : Exception($"A worker process was lost: it {reason}.")
{
    /// <summary>What happened, as the end of a sentence that begins with <c>it</c>.</summary>
    public string Reason => reason;

    /// <summary>Whether the system may have ended it for want of memory.</summary>
    public bool IsMemory => isMemory;
}
