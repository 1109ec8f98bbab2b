using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data.Readers;

/// <summary>
/// The binary versions of CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009): records of
/// one label byte (CIFAR-100: coarse, then fine, which is the one used) and 3×32×32 bytes in C×H×W order.
/// </summary>
internal sealed class CifarReader : IDatasetReader
{
    private const int LongestNames = 1 << 16;
    private static readonly ImageShape Shape = new(32, 32, 3);
    private readonly DataRoot _root;
    private readonly int _classCount;
    private readonly int _labelBytes;
    private readonly string _namesFile;

    private CifarReader(DataRoot root, int classCount, int labelBytes, string namesFile) =>
        (_root, _classCount, _labelBytes, _namesFile) = (root, classCount, labelBytes, namesFile);

    public static CifarReader Cifar10(DataRoot root) => new(root, 10, 1, "batches.meta.txt");

    public static CifarReader Cifar100(DataRoot root) => new(root, 100, 2, "fine_label_names.txt");

    public LabelScheme Scheme => LabelScheme.Positions;

    private int RecordLength => _labelBytes + Shape.Length;

    public SplitListing List(SplitRequest request)
    {
        var files = _root.Files(request);
        var names = NamesFile(files[0].Path);
        return new SplitListing(request, files) { Classes = Names(names), Besides = names is null ? [] : [names] };
    }

    public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        var record = new byte[RecordLength];
        foreach (var file in listing.Files)
        {
            try
            {
                using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
                CheckLength(file.Path, stream.Length);
                sink.Expect(stream.Length / RecordLength);
                for (var i = 0L; i < stream.Length / RecordLength; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    stream.ReadExactly(record);
                    sink.AddAnyShape(record.AsSpan(_labelBytes), Shape, listing.Request.Labelled ? Label(record, file.Path, i) : -1);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Corrupt(file.Path, $"The file can't be read: {Cause.Of(e)}");
            }
        }

        return listing.Classes;
    }

    private int Label(byte[] record, string path, long index)
    {
        var label = record[_labelBytes - 1];
        return label < _classCount
            ? label
            : throw Corrupt(path, $"Record {index:N0} (at byte {index * RecordLength:N0}) has label {label}, but the labels end at {_classCount - 1}: this is no file of CIFAR-{_classCount}.");
    }

    private void CheckLength(string path, long length)
    {
        if (length == 0 || length % RecordLength != 0)
        {
            throw Corrupt(path, $"It has {length:N0} bytes, which is no whole number of records of {RecordLength:N0} bytes: after record {length / RecordLength:N0} the file breaks off (is it CIFAR-{_classCount}'s binary version?).");
        }
    }

    private string? NamesFile(string beside) =>
        new[] { Path.GetDirectoryName(beside)!, _root.Path }.Select(f => Path.Combine(f, _namesFile)).FirstOrDefault(File.Exists);

    private string[] Names(string? path)
    {
        var numbers = Enumerable.Range(0, _classCount).Select(n => n.ToString()).ToArray();
        if (path is null || new FileInfo(path).Length > LongestNames)
        {
            return numbers;
        }

        try
        {
            var names = File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0).ToArray();
            return names.Length == _classCount && names.Distinct().Count() == _classCount
                ? names
                : throw Corrupt(path, $"It should have {_classCount} different class names, one a line, but has {names.Distinct().Count()}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Corrupt(path, $"The file can't be read: {Cause.Of(e)}");
        }
    }

    private static DiagnosticException Corrupt(string path, string message) => new(DataDiagnostics.FileCorrupt, message, new SourcePosition(path));
}
