namespace Masterful.Abstractions;

/// <summary>
/// Reads images in a format of the model project's own (<c>dataset.format: custom</c>). The type needs a public parameterless
/// constructor. The engine caches what it reads by the fingerprint.
/// </summary>
public interface IImageSource
{
    /// <summary>Class names in the order of their labels.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>
    /// A text that changes whenever the images or labels of the split would. A hash of the content does; lengths and times of writing do not,
    /// since copying and unpacking keep them.
    /// </summary>
    /// <param name="root">Full path of <c>dataset.root</c>.</param>
    /// <param name="split">What the spec has for the split.</param>
    string Fingerprint(string root, string split);

    /// <summary>The images of a split, in an order that is always the same.</summary>
    /// <param name="root">Full path of <c>dataset.root</c>.</param>
    /// <param name="split">What the spec has for the split.</param>
    IEnumerable<SourceImage> Read(string root, string split);
}

/// <summary>An image as a source gives it.</summary>
/// <param name="Pixels">H×W×C bytes, rows first.</param>
/// <param name="Shape">Its shape; 1 or 3 channels.</param>
/// <param name="Label">Class, 0-based, or −1 for none.</param>
public readonly record struct SourceImage(ReadOnlyMemory<byte> Pixels, InputShape Shape, int Label);
