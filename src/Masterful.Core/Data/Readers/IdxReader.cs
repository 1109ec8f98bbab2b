using System.Buffers.Binary;
using System.IO.Compression;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data.Readers;

/// <summary>
/// IDX files, as MNIST has them (LeCun, Cortes and Burges, "The MNIST database"): a magic number 0x00000803 (bytes, three dimensions),
/// big-endian sizes, then the pixels; labels 0x00000801. Plain or gzip, told apart by content.
/// </summary>
internal sealed class IdxReader(DataRoot root) : IDatasetReader
{
    private const int LargestSide = 4096;
    private const int MostImages = 50_000_000;

    /// <summary>So many bytes are read or inflated at a time.</summary>
    private const int BufferLength = 1 << 16;

    /// <summary>Deflate makes at most so many bytes out of one (a match of 258 bytes in two bits).</summary>
    private const long MostInflated = 1032;

    public LabelScheme Scheme => LabelScheme.Numbers;

    public SplitListing List(SplitRequest request)
    {
        var images = root.Files(request, WithOrWithoutGz);
        return request.Labelled
            ? new SplitListing(request, [.. images.SelectMany(i => new[] { i, DataFile.At(root.Path, LabelsFileOf(i.Path)) })])
            : new SplitListing(request, images);
    }

    public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        var files = listing.Files;
        for (var i = 0; i < files.Count; i += listing.Request.Labelled ? 2 : 1)
        {
            var labels = listing.Request.Labelled ? ReadLabels(files[i + 1].Path) : null;
            ReadImages(files[i].Path, labels, listing.Request.Labelled ? files[i + 1].Path : null, sink, cancellation);
        }

        return [.. Enumerable.Range(0, sink.Labels.Append(-1).Max() + 1).Select(n => n.ToString())];
    }

    private static string? WithOrWithoutGz(string path)
    {
        var other = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path + ".gz";
        return File.Exists(other) ? other : null;
    }

    private static string LabelsFileOf(string images)
    {
        var name = Path.GetFileName(images);
        var at = name.LastIndexOf("images", StringComparison.OrdinalIgnoreCase);
        var labels = at < 0 ? null : Path.Combine(
            Path.GetDirectoryName(images)!,
            (name[..at] + "labels" + name[(at + 6)..]).Replace("idx3", "idx1", StringComparison.OrdinalIgnoreCase));
        return labels is null || (File.Exists(labels) ? labels : WithOrWithoutGz(labels)) is not { } found
            ? throw new DiagnosticException(
                DataDiagnostics.SplitNotFound,
                labels is null
                    ? "The labels file is found by the name of the images file, which must have the word 'images' in it, such as train-images-idx3-ubyte.gz."
                    : $"The labels file that goes with it does not exist: {labels} (nor with or without .gz).",
                new SourcePosition(images))
            : found;
    }

    private static byte[] ReadLabels(string path) => Reading(path, content =>
    {
        var count = content.Header(0x0801, "labels (0x00000801)")[0];
        content.CheckLength(count);
        var labels = new byte[count];
        content.Fill(labels, () => "labels");
        content.ExpectEnd();
        return labels;
    });

    private static void ReadImages(string path, byte[]? labels, string? labelsPath, ImageSink sink, CancellationToken cancellation) =>
        Reading<object?>(path, content =>
        {
            var sizes = content.Header(0x0803, "images (0x00000803)");
            var (count, shape) = (sizes[0], new ImageShape(sizes[1], sizes[2], 1));
            if (labels is not null && labels.Length != count)
            {
                throw content.Corrupt($"It has {count:N0} images, but {labelsPath} has {labels.Length:N0} labels.");
            }

            content.CheckLength((long)count * shape.Length);
            sink.Expect(count);
            var pixels = new byte[shape.Length];
            var i = 0;
            var which = () => $"image {i:N0} of {count:N0}";
            for (; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                content.Fill(pixels, which);
                sink.AddAnyShape(pixels, shape, labels?[i] ?? -1);
            }

            content.ExpectEnd();
            return null;
        });

    private static T Reading<T>(string path, Func<Content, T> read)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferLength, FileOptions.SequentialScan);
            var zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using var inflated = zipped ? new BufferedStream(new GZipStream(file, CompressionMode.Decompress), BufferLength) : null;
            return read(new Content(path, file, inflated));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(DataDiagnostics.FileCorrupt, $"The file can't be read: {Cause.Of(e)}", new SourcePosition(path));
        }
    }

    /// <summary>The bytes of a file, inflated, with the place that is read.</summary>
    private sealed class Content(string path, FileStream file, BufferedStream? inflated)
    {
        private readonly Stream _stream = inflated ?? (Stream)file;
        private long _offset;

        public int[] Header(int magic, string what)
        {
            Span<byte> bytes = stackalloc byte[4];
            Fill(bytes, () => "the magic number");
            var found = BinaryPrimitives.ReadInt32BigEndian(bytes);
            if (found != magic)
            {
                throw Corrupt($"It is not an IDX file of {what}: its first four bytes are 0x{found:X8}.");
            }

            var sizes = new int[magic & 0xFF];
            for (var i = 0; i < sizes.Length; i++)
            {
                Fill(bytes, () => "the sizes");
                sizes[i] = BinaryPrimitives.ReadInt32BigEndian(bytes);
                var most = i == 0 ? MostImages : LargestSide;
                if (sizes[i] < (i == 0 ? 0 : 1) || sizes[i] > most)
                {
                    throw Corrupt($"The header says that dimension {i} is {sizes[i]:N0}, which is not between 1 and {most:N0} (at byte {_offset - 4}).");
                }
            }

            return sizes;
        }

        public void CheckLength(long rest)
        {
            if (inflated is null && file.Length is var all && all != _offset + rest)
            {
                var end = all < _offset + rest ? "it is truncated" : "it has more than its header counts";
                throw Corrupt($"The header asks for {_offset + rest:N0} bytes, but the file has {all:N0}: {end}.");
            }

            if (inflated is not null && _offset + rest > (file.Length + 64) * MostInflated)
            {
                throw Corrupt($"The header asks for {_offset + rest:N0} bytes, which no gzip file of {file.Length:N0} bytes can hold: it is damaged.");
            }
        }

        /// <param name="bytes">Filled to the end.</param>
        /// <param name="what">Says what they are, where that is asked for.</param>
        public void Fill(Span<byte> bytes, Func<string> what)
        {
            try
            {
                var read = _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                _offset += read;
                if (read < bytes.Length)
                {
                    throw Corrupt($"It ends at byte {_offset:N0} in {what()}: it is truncated, or its header counts too many.");
                }
            }
            catch (InvalidDataException e)
            {
                throw Corrupt($"Inflating fails at byte {_offset:N0} of the content, in {what()}: {Cause.Of(e)}");
            }
        }

        public void ExpectEnd()
        {
            try
            {
                if (_stream.ReadByte() >= 0)
                {
                    throw Corrupt($"It goes on after byte {_offset:N0}, where its header says that it ends: the count in the header is wrong.");
                }

                if (inflated is not null && LengthInTrailer() != (uint)_offset)
                {
                    throw Corrupt($"The end of the gzip file is missing or damaged, after byte {_offset:N0} of the content.");
                }
            }
            catch (InvalidDataException e)
            {
                throw Corrupt($"The end of the file, at byte {_offset:N0} of the content, is damaged: {Cause.Of(e)}");
            }
        }

        /// <summary>RFC 1952, ISIZE: .NET checks the end of a gzip file when it is there, but doesn't miss it.</summary>
        private uint LengthInTrailer()
        {
            Span<byte> bytes = stackalloc byte[4];
            return RandomAccess.Read(file.SafeFileHandle, bytes, file.Length - 4) == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        }

        public DiagnosticException Corrupt(string message) => new(DataDiagnostics.FileCorrupt, message, new SourcePosition(path));
    }
}
