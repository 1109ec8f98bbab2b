using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>Images in memory, in blocks, so that there is no limit of 2 GB and no copy as it grows.</summary>
public sealed class MemoryImageStore(ImageShape shape) : IImageStore
{
    private readonly int _perBlock = Math.Max(1, (1 << 22) / shape.Length);
    private readonly List<byte[]> _blocks = [];

    /// <inheritdoc/>
    public ImageShape Shape => shape;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _blocks[index / _perBlock].AsSpan(index % _perBlock * shape.Length, shape.Length);
        }
    }

    /// <summary>Adds an image.</summary>
    /// <param name="pixels">C×H×W bytes.</param>
    /// <exception cref="ArgumentException">Not as many bytes as the shape has.</exception>
    public void Add(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length != shape.Length)
        {
            throw new ArgumentException($"An image of {shape} has {shape.Length} bytes, not {pixels.Length}.", nameof(pixels));
        }

        if (Count % _perBlock == 0)
        {
            _blocks.Add(new byte[_perBlock * shape.Length]);
        }

        pixels.CopyTo(_blocks[^1].AsSpan(Count % _perBlock * shape.Length));
        Count++;
    }

    /// <summary>Adds images that follow one another.</summary>
    /// <param name="images">N×C×H×W bytes.</param>
    /// <exception cref="ArgumentException">The last one has not as many bytes as the shape.</exception>
    public void AddAll(ReadOnlySpan<byte> images)
    {
        for (var start = 0; start < images.Length; start += shape.Length)
        {
            Add(images[start..Math.Min(start + shape.Length, images.Length)]);
        }
    }
}
