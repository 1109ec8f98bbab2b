using System.Security.Cryptography;
using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>Takes images one after the other, already brought to the model's shape, and keeps what the rest of the engine asks about them.</summary>
/// <param name="shape">The model's shape.</param>
/// <param name="write">Takes the pixels of each image.</param>
/// <param name="progress">Told the number of images now and then.</param>
internal sealed class ImageSink(ImageShape shape, Action<ReadOnlySpan<byte>> write, Action<int> progress)
{
    private const int ProgressStep = 512;
    private readonly Dictionary<ImageShape, int> _sizes = [];

    /// <summary>The shape that images must have.</summary>
    public ImageShape Shape => shape;

    /// <summary>Class of each image as the reader counts them, −1 for none.</summary>
    public List<int> Labels { get; } = [];

    /// <summary>The first half of SHA-256 over the pixels of each image.</summary>
    public List<UInt128> Hashes { get; } = [];

    /// <summary>How many images had which shape on disk.</summary>
    public IReadOnlyDictionary<ImageShape, int> Sizes => _sizes;

    /// <summary>Adds an image of any shape.</summary>
    public void AddAnyShape(ReadOnlySpan<byte> planes, ImageShape original, int label) =>
        Add(original == shape ? planes : ImageFitting.Fit(planes, original, shape), original, label);

    /// <summary>Adds an image.</summary>
    /// <param name="pixels">C×H×W bytes of the model's shape.</param>
    /// <param name="original">Its shape on disk.</param>
    /// <param name="label">Its class, or −1.</param>
    public void Add(ReadOnlySpan<byte> pixels, ImageShape original, int label)
    {
        write(pixels);
        Labels.Add(label);
        Hashes.Add(ContentHash(pixels));
        _sizes[original] = _sizes.GetValueOrDefault(original) + 1;
        if (Labels.Count % ProgressStep == 0)
        {
            progress(Labels.Count);
        }
    }

    /// <summary>The first half of SHA-256 over an image's pixels: equal for equal pixels.</summary>
    public static UInt128 ContentHash(ReadOnlySpan<byte> pixels)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(pixels, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
