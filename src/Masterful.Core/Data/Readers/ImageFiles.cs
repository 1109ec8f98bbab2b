using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;

namespace Masterful.Core.Data.Readers;

/// <summary>Decodes the images of formats that have one in each file: several at a time, in the order of the listing.</summary>
internal static class ImageFiles
{
    private const int LargestBatch = 256;
    private const int ProgressStep = 32;

    /// <summary>Images that wait for their turn take about so many bytes, or one a core.</summary>
    private const int BatchBytes = 64 << 20;

    /// <summary>Decodes all files of a listing into the sink.</summary>
    /// <exception cref="DiagnosticException">
    /// Files can't be read, and the spec does not say that they are left out: the first of them, and how many there are.
    /// </exception>
    public static void Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        sink.Expect(listing.Files.Count);
        var unreadable = new ProblemList(DataDiagnostics.ImageUnreadable);
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        var batchSize = Math.Max(Environment.ProcessorCount, Math.Min(LargestBatch, BatchBytes / sink.Shape.Length));
        var batch = new (DecodedImage Image, string? Problem)[batchSize];
        for (var start = 0; start < listing.Files.Count; start += batchSize)
        {
            var first = start;
            var count = Math.Min(batchSize, listing.Files.Count - start);
            var decoded = start;
            Parallel.For(0, count, options, i =>
            {
                var problem = ImageDecoder.Decode(listing.Files[first + i].Path, sink.Shape, sink.Rules.Background, out var image);
                batch[i] = (image, problem);
                // Photographs take long: a whole batch of them would be a silence.
                if (Interlocked.Increment(ref decoded) is var done && done % ProgressStep == 0)
                {
                    sink.Tell(done);
                }
            });
            for (var i = 0; i < count; i++)
            {
                var (image, problem) = batch[i];
                if (problem is not null && FolderEntry.LostTarget(listing.Files[start + i].Path) is { } target)
                {
                    problem = $"This is a link that leads nowhere, to {target}.";
                }

                if (problem is null)
                {
                    sink.Add(image.Planes, image.Shape, listing.Labels![start + i], image.Traits);
                }
                else if (sink.Rules.OnUnreadable == UnreadableFiles.Skip)
                {
                    sink.LeftOut.Add(new LeftOutFile(start + i, listing.Files[start + i].Name, problem));
                }
                else
                {
                    unreadable.Add(problem, new SourcePosition(listing.Files[start + i].Path));
                }
            }
        }

        unreadable.ThrowIfAny(
            $"{unreadable.Count:N0} of {listing.Files.Count:N0} files of split '{listing.Request.Name}' can't be read. `dataset.on_unreadable: skip` would leave them out.");
    }
}
