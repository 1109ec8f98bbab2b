using Masterful.Abstractions;

namespace Masterful.SampleModels;

/// <summary>Made-up images: horizontal and vertical stripes.</summary>
public sealed class StripesSource : IImageSource
{
    private const int Size = 8;

    public IReadOnlyList<string> Classes => ["horizontal", "vertical"];

    public string Fingerprint(string root, string split) => $"stripes/1/{split}";

    public IEnumerable<SourceImage> Read(string root, string split) => Enumerable.Range(0, split == "train" ? 40 : 20).Select(i => new SourceImage(
        Enumerable.Range(0, Size * Size).Select(p => (byte)((i % 2 == 0 ? p / Size : p % Size) % 2 * 255)).ToArray(),
        new InputShape(Size, Size, 1),
        i % 2));
}
