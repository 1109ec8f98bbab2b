using System.Buffers.Binary;
using System.IO.Compression;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>A folder with a data set in it, made for one test, and the loader on it.</summary>
internal sealed class TestData : IDisposable
{
    public static readonly ImageShape Small = new(4, 4, 1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("masterful-data-");

    public TestData() => Directory.CreateDirectory(Root);

    public string Root => System.IO.Path.Combine(_folder.FullName, "data");

    public string Cache { get; set; } = "";

    /// <summary>Of the loader: what a test has just written is an hour old for it, as data are for most runs.</summary>
    public TimeProvider Clock { get; set; } = new LaterClock(TimeSpan.FromHours(1));

    public string CacheFolder => Cache.Length > 0 ? Cache : System.IO.Path.Combine(_folder.FullName, "cache");

    public IEnumerable<string> CacheFiles =>
        Directory.Exists(CacheFolder) ? Directory.EnumerateFiles(CacheFolder, "*.bin", SearchOption.AllDirectories) : [];

    public string Path(string relative) => System.IO.Path.Combine(Root, relative);

    public string Write(string relative, byte[] bytes)
    {
        var path = Path(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Write(string relative, string text) => Write(relative, System.Text.Encoding.UTF8.GetBytes(text));

    public DatasetSpec Spec(DatasetFormat format, string train, string? test = null) => new()
    {
        Name = "test",
        Format = format,
        Root = Root,
        Splits = new SplitsSpec { Train = [train], Test = test is null ? [] : [test] },
    };

    public DatasetSplits Load(DatasetSpec spec, ImageShape? shape = null, IProgress<DataProgress>? progress = null, Abstractions.IImageSource? custom = null) =>
        new DatasetLoader(CacheFolder, NullLogger.Instance, clock: Clock)
            .LoadAsync(spec, shape ?? Small, custom, key => new SourcePosition("masterful.yaml", key.Length, 1), progress, CancellationToken.None)
            .GetAwaiter().GetResult();

    /// <summary>The errors that loading ends with.</summary>
    public IReadOnlyList<Diagnostic> Errors(DatasetSpec spec, ImageShape? shape = null, Abstractions.IImageSource? custom = null) =>
        [.. Assert.Throws<DiagnosticException>(() => Load(spec, shape, null, custom).Dispose()).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)];

    /// <summary>The one error that loading ends with.</summary>
    public Diagnostic Error(DatasetSpec spec, ImageShape? shape = null, Abstractions.IImageSource? custom = null) => Assert.Single(Errors(spec, shape, custom));

    /// <summary>An IDX pair of 4×4 noise with these labels; <paramref name="seed"/> makes its images differ from another pair's.</summary>
    public void WriteIdx(string split, int[] labels, int seed = 0, bool zipped = true)
    {
        var extension = zipped ? ".gz" : "";
        Write($"{split}-images-idx3-ubyte{extension}", Zipped(IdxImages(labels.Length, seed), zipped));
        Write($"{split}-labels-idx1-ubyte{extension}", Zipped(IdxLabels(labels), zipped));
    }

    public static byte[] IdxImages(int count, int seed = 0, int? claimed = null)
    {
        var bytes = new byte[16 + (count * Small.Length)];
        new Random(seed).NextBytes(bytes);
        WriteIdxHeader(bytes, claimed ?? count, Small);
        return bytes;
    }

    /// <summary>The 16 bytes before the pixels of an IDX file of images.</summary>
    public static void WriteIdxHeader(Span<byte> bytes, int count, ImageShape shape)
    {
        Span<int> header = [0x0803, count, shape.Height, shape.Width];
        for (var i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes[(i * 4)..], header[i]);
        }
    }

    public static byte[] IdxLabels(int[] labels)
    {
        var bytes = new byte[8 + labels.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x0801);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), labels.Length);
        labels.Select(l => (byte)l).ToArray().CopyTo(bytes, 8);
        return bytes;
    }

    public static byte[] Zipped(byte[] bytes, bool zipped = true)
    {
        if (!zipped)
        {
            return bytes;
        }

        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    /// <summary>Labels that go round the classes.</summary>
    public static int[] Labels(int count, int classes) => [.. Enumerable.Range(0, count).Select(i => i % classes)];

    public void Dispose() => _folder.Delete(recursive: true);

    private sealed class LaterClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
