using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;

namespace Masterful.Core.Data.Readers;

/// <summary>Decodes the images of formats that have one in each file: several at a time, in the order of the listing.</summary>
internal static class ImageFiles
{
    private const int BatchSize = 256;
    private const int ProgressStep = 32;

    /// <summary>Decodes all files of a listing into the sink.</summary>
    /// <exception cref="DiagnosticException">Files can't be read: the first of them, and how many there are.</exception>
    public static void Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        var unreadable = new ProblemList(DataDiagnostics.ImageUnreadable);
        var batch = new (byte[]? Pixels, ImageShape Original, string? Problem)[BatchSize];
        for (var start = 0; start < listing.Files.Count; start += BatchSize)
        {
            var first = start;
            var count = Math.Min(BatchSize, listing.Files.Count - start);
            var decoded = start;
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            {
                var problem = ImageDecoder.Decode(listing.Files[first + i].Path, out var image);
                batch[i] = problem is null
                    ? (ImageFitting.Fit(image.Planes, image.Shape, sink.Shape), image.Shape, null)
                    : (null, default, problem);
                // Photographs take long: a whole batch of them would be a silence.
                if (Interlocked.Increment(ref decoded) is var done && done % ProgressStep == 0)
                {
                    sink.Tell(done);
                }
            });
            for (var i = 0; i < count; i++)
            {
                if (batch[i].Pixels is { } pixels)
                {
                    sink.Add(pixels, batch[i].Original, listing.Labels![start + i]);
                }
                else
                {
                    var path = listing.Files[start + i].Path;
                    unreadable.Add(FolderEntry.LostTarget(path) is { } target ? $"This is a link that leads nowhere, to {target}." : batch[i].Problem!, new SourcePosition(path));
                }
            }
        }

        unreadable.ThrowIfAny($"{unreadable.Count:N0} of {listing.Files.Count:N0} files of split '{listing.Request.Name}' can't be read.");
    }
}
