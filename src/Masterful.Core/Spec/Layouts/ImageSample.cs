using Masterful.Core.Imaging;
using Masterful.Results;

namespace Masterful.Core.Spec.Layouts;

/// <summary>What a few images say about all, from their headers alone.</summary>
internal static class ImageSample
{
    private const int Sampled = 24;
    private const int LargestSide = 224;

    /// <summary>
    /// The most frequent shape of a sample, reduced to at most 224 pixels a side, and whether all of the sample have exactly it; null
    /// when none can be read.
    /// </summary>
    /// <param name="files">Full paths.</param>
    public static (ImageShape Shape, bool IsOnly)? Shape(IEnumerable<string> files)
    {
        var shapes = files.Take(Sampled).Select(Header).OfType<ImageShape>().ToList();
        if (shapes.Count == 0)
        {
            return null;
        }

        var size = shapes.GroupBy(s => (s.Height, s.Width)).OrderByDescending(g => g.Count()).First().Key;
        var shape = Reduced(size.Height, size.Width, shapes.All(s => s.Channels == 1) ? 1 : 3);
        return (shape, shapes.All(s => s == shape));
    }

    private static ImageShape? Header(string file)
    {
        // Opening a pipe or a device can wait for ever.
        if (FileFacts.Of(file, follow: true) is not { Kind: FileKind.File })
        {
            return null;
        }

        try
        {
            return ImageReader.Size(File.ReadAllBytes(file)) is var (height, width, channels) ? new ImageShape(height, width, channels) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Looking only: what can't be read says nothing of the others.
            return null;
        }
    }

    private static ImageShape Reduced(int height, int width, int channels)
    {
        var scale = Math.Min(1.0, (double)LargestSide / Math.Max(height, width));
        return new ImageShape(Math.Max(8, (int)Math.Round(height * scale)), Math.Max(8, (int)Math.Round(width * scale)), channels);
    }
}
