namespace Masterful.Tool.Output;

/// <summary>Progress told on the thread that reports it, in order; <see cref="Progress{T}"/> would tell it later and out of order.</summary>
internal sealed class ImmediateProgress<T>(Action<T> tell) : IProgress<T>
{
    public void Report(T value) => tell(value);
}
