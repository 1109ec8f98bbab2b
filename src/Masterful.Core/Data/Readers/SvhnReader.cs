using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>
/// The cropped digits of SVHN (Netzer et al., "Reading digits in natural images with unsupervised feature learning", 2011): a MAT
/// file with <c>X</c>, height×width×3×N, and <c>y</c>, N labels 1 to 10 where 10 is digit 0. The classes are the digits 0 to 9.
/// </summary>
internal sealed class SvhnReader(DataRoot root) : IDatasetReader
{
    private const int LargestSide = 4096;
    private const int MostImages = 50_000_000;

    /// <summary>Deflate makes at most so many bytes out of one (a match of 258 bytes in two bits).</summary>
    private const long MostInflated = 1032;

    public LabelScheme Scheme => LabelScheme.Positions;

    public SplitListing List(SplitRequest request) => new(request, root.Files(request)) { Classes = [.. Enumerable.Range(0, 10).Select(d => d.ToString())] };

    public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        foreach (var file in listing.Files)
        {
            using var mat = MatFile.Open(file.Path);
            var images = Find(mat, file.Path, "X", "the images");
            var shape = Shape(images, file.Path);
            var count = images.Dimensions.Count == 4 ? images.Dimensions[3] : 1;
            if (images.Count > (Math.Max(0, file.Stamp.Length) + 64) * MostInflated)
            {
                throw Wrong(file.Path, $"{images} has {images.Count:N0} values, which no file of {file.Stamp.Length:N0} bytes can hold: it is damaged.");
            }

            sink.Expect(count);
            var labels = listing.Request.Labelled ? Labels(mat, file.Path, count) : null;
            ReadImages(mat.Values(images), shape, count, labels, sink, cancellation);
        }

        return listing.Classes;
    }

    private static MatVariable Find(MatFile mat, string path, string name, string what) =>
        mat.Variables.FirstOrDefault(v => v.Name == name)
        ?? throw Wrong(path, $"It has no numeric array {name}, {what}; it has {(mat.Variables.Count == 0 ? "none" : string.Join(", ", mat.Variables))}.");

    private static ImageShape Shape(MatVariable images, string path) => images.Dimensions switch
    {
        [>= 1 and <= LargestSide and var h, >= 1 and <= LargestSide and var w, 1 or 3] => new ImageShape(h, w, images.Dimensions[2]),
        [>= 1 and <= LargestSide and var h, >= 1 and <= LargestSide and var w, 1 or 3, <= MostImages] => new ImageShape(h, w, images.Dimensions[2]),
        _ => throw Wrong(path, $"{images} should be height×width×3×N."),
    };

    private static byte[] Labels(MatFile mat, string path, int count)
    {
        var variable = Find(mat, path, "y", "the labels");
        if (variable.Count != count)
        {
            throw Wrong(path, $"It has {count:N0} images, but {variable} has {variable.Count:N0} labels.");
        }

        var labels = new byte[count];
        var values = mat.Values(variable);
        values.Read(labels);
        values.Finish();
        var wrong = labels.AsSpan().IndexOfAnyExceptInRange((byte)1, (byte)10);
        return wrong < 0
            ? labels
            : throw Wrong(path, $"Label {wrong:N0} of y is {labels[wrong]}; SVHN's labels are 1 to 10, and 10 is digit 0.");
    }

    private static void ReadImages(MatValues values, ImageShape shape, int count, byte[]? labels, ImageSink sink, CancellationToken cancellation)
    {
        var columns = new byte[shape.Length];
        var rows = new byte[shape.Length];
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            values.Read(columns);
            Transpose(columns, rows, shape);
            sink.AddAnyShape(rows, shape, labels is null ? -1 : labels[i] % 10);
        }

        values.Finish();
    }

    /// <summary>MATLAB's columns first to rows first, plane by plane.</summary>
    private static void Transpose(byte[] columns, byte[] rows, ImageShape shape)
    {
        var plane = shape.Height * shape.Width;
        for (var c = 0; c < shape.Channels; c++)
        {
            for (var x = 0; x < shape.Width; x++)
            {
                var column = columns.AsSpan((c * plane) + (x * shape.Height), shape.Height);
                var target = rows.AsSpan((c * plane) + x);
                for (var y = 0; y < column.Length; y++)
                {
                    target[y * shape.Width] = column[y];
                }
            }
        }
    }

    private static DiagnosticException Wrong(string path, string message) => new(DataDiagnostics.FileCorrupt, message, new SourcePosition(path));
}
