using Masterful.Abstractions;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data.Readers;

/// <summary>Images from a model project's own source.</summary>
internal sealed class CustomReader(DataRoot root, IImageSource source) : IDatasetReader
{
    private const int LargestSide = 16_384;

    public LabelScheme Scheme => LabelScheme.Positions;

    public SplitListing List(SplitRequest request) => Guarded(request.Key, () => new SplitListing(request, [])
    {
        Classes = [.. source.Classes],
        Extra = $"{source.GetType().FullName}\n{string.Join('\n', request.Entries.Select(e => $"{e}\t{source.Fingerprint(root.Path, e)}"))}",
    });

    public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        foreach (var entry in listing.Request.Entries)
        {
            var index = 0;
            using var images = Guarded(listing.Request.Key, () => source.Read(root.Path, entry).GetEnumerator());
            while (Guarded(listing.Request.Key, images.MoveNext))
            {
                cancellation.ThrowIfCancellationRequested();
                Add(images.Current, entry, index++, listing, sink);
            }
        }

        return listing.Classes;
    }

    private void Add(SourceImage image, string entry, int index, SplitListing listing, ImageSink sink)
    {
        var shape = new ImageShape(image.Shape.Height, image.Shape.Width, image.Shape.Channels);
        var pixels = image.Pixels.Span;
        if (shape.Channels is not (1 or 3) || shape.Height is < 1 or > LargestSide || shape.Width is < 1 or > LargestSide || pixels.Length != (long)shape.Height * shape.Width * shape.Channels)
        {
            throw Failed(listing.Request.Key, $"image {index} of '{entry}' has {pixels.Length:N0} bytes and says that it is {shape}; it needs 1 or 3 channels and a byte for each");
        }

        if (image.Label < -1 || image.Label >= listing.Classes.Count)
        {
            throw Failed(listing.Request.Key, $"image {index} of '{entry}' has label {image.Label}, but there are {listing.Classes.Count} classes");
        }

        var planes = shape.Channels == 1 ? pixels : Planes(pixels, shape);
        sink.AddAnyShape(planes, shape, listing.Request.Labelled ? image.Label : -1);
    }

    private static byte[] Planes(ReadOnlySpan<byte> interleaved, ImageShape shape)
    {
        var plane = shape.Height * shape.Width;
        var planes = new byte[interleaved.Length];
        for (var i = 0; i < interleaved.Length; i++)
        {
            planes[(i % 3 * plane) + (i / 3)] = interleaved[i];
        }

        return planes;
    }

    private T Guarded<T>(string key, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is not (OperationCanceledException or DiagnosticException))
        {
            // Whatever the user's code throws, the user should read it with the name of the type that threw it.
            throw Failed(key, Cause.Named(e));
        }
    }

    private DiagnosticException Failed(string key, string what) =>
        new(DataDiagnostics.CustomSourceFailed, $"{source.GetType().FullName} failed: {what}.", root.PositionOf(key));
}
