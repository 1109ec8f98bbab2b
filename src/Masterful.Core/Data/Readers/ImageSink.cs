using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Masterful.Core.Imaging;
using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>
/// Takes images one after the other, already brought to the model's shape, and keeps what the rest of the engine asks about them. They are
/// written and hashed by another thread while the next ones are read.
/// </summary>
/// <param name="shape">The model's shape.</param>
/// <param name="write">Takes the pixels of some images at a time, in their order, on another thread.</param>
/// <param name="progress">Told the number of images now and then.</param>
/// <param name="room">How many bytes there is room for, and what is said where they don't suffice; by default no end of them.</param>
/// <param name="rules">What the spec says about image files; by default what holds without.</param>
internal sealed class ImageSink(
    ImageShape shape, Action<ReadOnlySpan<byte>> write, Action<int> progress, DecodedRoom? room = null, ImageRules? rules = null) : IDisposable
{
    private const int ProgressStep = 512;

    /// <summary>About so many bytes are gathered before they are handed on.</summary>
    private const int PartLength = 1 << 18;

    private readonly Dictionary<ImageShape, int> _sizes = [];
    private readonly List<int> _constant = [];
    private byte[] _gathering = Part(shape);
    private byte[] _handedOn = Part(shape);
    private int _gathered;
    private Task _keeping = Task.CompletedTask;

    /// <summary>The shape that images must have.</summary>
    public ImageShape Shape => shape;

    /// <summary>What the spec says about image files.</summary>
    public ImageRules Rules => rules ?? ImageRules.Default;

    /// <summary>Files that were left out.</summary>
    public List<LeftOutFile> LeftOut { get; } = [];

    /// <summary>What is worth knowing of each image, whole after <see cref="Settle"/>.</summary>
    public List<ImageTraits> Traits { get; } = [];

    /// <summary>Class of each image as the reader counts them, −1 for none.</summary>
    public List<int> Labels { get; } = [];

    /// <summary>The first half of SHA-256 over the pixels of each image, whole after <see cref="Settle"/>.</summary>
    public List<UInt128> Hashes { get; } = [];

    /// <summary>How many images had which shape on disk.</summary>
    public IReadOnlyDictionary<ImageShape, int> Sizes => _sizes;

    /// <summary>Says how many images come, before the first: what there is no room for is refused before anything is decoded.</summary>
    /// <exception cref="DiagnosticException">There is no room for so many.</exception>
    public void Expect(long count) => room?.Check(Labels.Count + count, shape);

    /// <summary>Adds an image of any shape.</summary>
    public void AddAnyShape(ReadOnlySpan<byte> planes, ImageShape original, int label) =>
        Add(original == shape ? planes : ImageFitting.Fit(planes, original, shape), original, label);

    /// <summary>Adds an image.</summary>
    /// <param name="pixels">C×H×W bytes of the model's shape.</param>
    /// <param name="original">Its shape on disk.</param>
    /// <param name="label">Its class, or −1.</param>
    /// <param name="traits">What is worth knowing of it.</param>
    /// <exception cref="DiagnosticException">There is no room for one more.</exception>
    public void Add(ReadOnlySpan<byte> pixels, ImageShape original, int label, ImageTraits traits = ImageTraits.None)
    {
        room?.Check(Labels.Count + 1L, shape);
        if (_gathered == _gathering.Length)
        {
            HandOn();
        }

        pixels.CopyTo(_gathering.AsSpan(_gathered, shape.Length));
        _gathered += shape.Length;
        Labels.Add(label);
        Traits.Add(traits);
        CollectionsMarshal.GetValueRefOrAddDefault(_sizes, original, out _)++;
        if (Labels.Count % ProgressStep == 0)
        {
            progress(Labels.Count);
        }
    }

    /// <summary>Tells of images that are decoded and will be added. From any thread.</summary>
    public void Tell(int decoded) => progress(decoded);

    /// <summary>Waits until all images are written and hashed.</summary>
    /// <exception cref="IOException">Writing failed; what was added after that was not written.</exception>
    public void Settle()
    {
        HandOn();
        _keeping.GetAwaiter().GetResult();
        _constant.ForEach(image => Traits[image] |= ImageTraits.Constant);
        _constant.Clear();
    }

    /// <summary>Waits for what is being written; what went wrong with it does not matter any more.</summary>
    public void Dispose() => Wait();

    /// <summary>Whole images.</summary>
    private static byte[] Part(ImageShape shape) => new byte[Math.Max(1, PartLength / shape.Length) * shape.Length];

    private void Wait() => _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();

    private void HandOn()
    {
        // A failure is told by Settle, apart from what can go wrong with the files that are read.
        Wait();
        var length = _gathered;
        _gathered = 0;
        if (!_keeping.IsFaulted)
        {
            (_gathering, _handedOn) = (_handedOn, _gathering);
            _keeping = Task.Run(() => Keep(_handedOn.AsSpan(0, length)));
        }
    }

    private void Keep(ReadOnlySpan<byte> images)
    {
        write(images);
        for (; !images.IsEmpty; images = images[shape.Length..])
        {
            if (IsConstant(images[..shape.Length]))
            {
                _constant.Add(Hashes.Count);
            }

            Hashes.Add(ContentHash(images[..shape.Length]));
        }
    }

    private bool IsConstant(ReadOnlySpan<byte> image)
    {
        for (var plane = shape.Length / shape.Channels; !image.IsEmpty; image = image[plane..])
        {
            if (image[..plane].IndexOfAnyExcept(image[0]) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first half of SHA-256 over an image's pixels: equal for equal pixels.</summary>
    public static UInt128 ContentHash(ReadOnlySpan<byte> pixels)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(pixels, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
