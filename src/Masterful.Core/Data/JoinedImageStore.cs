using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>Two stores of one shape, the second after the first.</summary>
internal sealed class JoinedImageStore(IImageStore first, IImageStore second) : IImageStore
{
    /// <inheritdoc/>
    public ImageShape Shape => first.Shape;

    /// <inheritdoc/>
    public int Count => first.Count + second.Count;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> this[int index] => index < first.Count ? first[index] : second[index - first.Count];
}
