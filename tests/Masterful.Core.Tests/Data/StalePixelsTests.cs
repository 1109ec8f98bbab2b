using System.Security.Cryptography;
using Masterful.Core.Data;
using Masterful.Core.Data.Readers;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>However a file comes to another content, of the same length and with the same time of writing: the next start sees the new pixels.</summary>
public sealed class StalePixelsTests : IDisposable
{
    private static readonly ImageShape Shape = new(8, 8, 3);
    private static readonly DateTime Written = new(2020, 5, 6, 7, 8, 9, DateTimeKind.Utc);
    private readonly TestData _data = new();

    public static TheoryData<string> WaysToAnotherContent =>
    [
        "a link leads to another file", "what a link leads to is replaced", "what a link leads to is written in place", "a link of a link leads to another file",
        "a file is written in place", "a file is replaced by a copy", "a file is replaced by a hard link", "a link takes a file's place",
        "a class is a link to another folder", "the split is a link to another folder", "the split stands behind a link further up",
        "a file of a class that is a link is written in place", "two files change places",
    ];

    public void Dispose() => _data.Dispose();

    [Theory]
    [MemberData(nameof(WaysToAnotherContent))]
    public void Another_content_is_seen_in_a_folder(string way)
    {
        var change = Prepare(way);
        var spec = _data.Spec(DatasetFormat.Folder, way == "the split stands behind a link further up" ? "above/train" : "train");
        var before = Load(spec);

        change();

        AssertSeen(before, Load(spec));
    }

    [Theory]
    [MemberData(nameof(WaysToAnotherContent))]
    public void Another_content_is_seen_in_a_table_of_files(string way)
    {
        var change = Prepare(way);
        var train = way == "the split stands behind a link further up" ? "above/train" : "train";
        var files = Directory.EnumerateFiles(_data.Path(train), "*.bmp", SearchOption.AllDirectories).Order().Select(f => Path.GetRelativePath(_data.Root, f));
        _data.Write("all.csv", string.Join('\n', files.Select(f => $"{f.Replace('\\', '/')},{Path.GetFileName(Path.GetDirectoryName(f))}")));
        var spec = _data.Spec(DatasetFormat.Csv, "all.csv");
        var before = Load(spec);

        change();

        AssertSeen(before, Load(spec));
    }

    [Theory]
    [InlineData(DatasetFormat.Idx)]
    [InlineData(DatasetFormat.Svhn)]
    [InlineData(DatasetFormat.Cifar10)]
    public void Another_content_is_seen_in_a_single_file(DatasetFormat format)
    {
        var (name, one, other) = Single(format);
        _data.Write("train-labels-idx1-ubyte", TestData.IdxLabels(TestData.Labels(40, 2)));
        var path = _data.Write(name, one);
        File.SetLastWriteTimeUtc(path, Written);
        var spec = _data.Spec(format, name);
        var before = Load(spec);

        InPlace(path, other);
        var written = Load(spec);
        File.Move(path, path + ".real");
        var elsewhere = _data.Write("elsewhere.bin", one);
        File.SetLastWriteTimeUtc(elsewhere, Written);
        File.CreateSymbolicLink(path, elsewhere);

        AssertSeen(before, written);
        Assert.Equal(before, Load(spec));
    }

    [Fact]
    public void What_was_changed_just_now_is_told_by_its_content_until_its_time_can_tell()
    {
        _data.Clock = TimeProvider.System;
        Prepare("a file is written in place");
        Load(_data.Spec(DatasetFormat.Folder, "train"));
        var atOnce = Remembered();

        _data.Clock = new TestData().Clock;
        Load(_data.Spec(DatasetFormat.Folder, "train"));

        // A second change within the clock's tick would have the same stamp, so that the first start must not trust it.
        Assert.Equal(0, atOnce);
        Assert.Equal(1, Remembered());
    }

    [Fact]
    public void Files_that_change_while_they_are_read_are_told_and_not_kept()
    {
        var path = Write("train.bmp", 0);
        var cache = new DecodedCache(_data.CacheFolder, _data.Clock, NullLogger.Instance);
        DecodedSplit Open(Action meanwhile) =>
            cache.Open(new WatchedReader(_data.Root, path, meanwhile), new WatchedReader(_data.Root, path, meanwhile).List(null!), DatasetFormat.Folder, Shape, ImageRules.Default, null, CancellationToken.None);

        var error = Assert.Throws<DiagnosticException>(() => Open(() => InPlace(path, Bitmap(1))).Dispose()).Diagnostics.Single();
        var files = _data.CacheFiles.ToList();
        using var touched = Open(() => File.SetLastWriteTimeUtc(path, Written.AddDays(1)));

        Assert.Equal((DataDiagnostics.ChangedWhileRead, path), (error.Code, error.Position?.File));
        Assert.Empty(files);
        Assert.Equal(1, touched.Store.Count);
    }

    [Fact]
    public void A_source_that_is_there_with_another_content_is_an_error_and_the_right_one_is_read_once()
    {
        var path = Write("train/a/0.bmp", 0);
        Write("train/b/1.bmp", 1);
        Write("train/b/2.bmp", 2);
        var right = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        var spec = _data.Spec(DatasetFormat.Folder, "train") with { Validation = new ShareOrName(0.4, null), Sources = [new SourceSpec(new Uri("http://127.0.0.1:1/0.bmp"), right.ToUpperInvariant(), path, _data.Root)] };
        _data.Load(spec, Shape).Dispose();
        var remembered = Remembered();

        _data.Load(spec, Shape).Dispose();
        var again = Remembered();
        InPlace(path, Bitmap(9));

        Assert.Equal((2, 2), (remembered, again));
        var error = _data.Error(spec, Shape);
        Assert.Equal(DataDiagnostics.SourceDiffers, error.Code);
        Assert.Contains(right, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("ext4", true)]
    [InlineData("NTFS", true)]
    [InlineData("apfs", true)]
    [InlineData("msdos", false)]
    [InlineData("exFAT", false)]
    [InlineData("squashfs", false)]
    [InlineData("fuse", null)]
    [InlineData("smb2", null)]
    [InlineData(null, null)]
    public void Only_some_file_systems_keep_a_time_of_change(string? format, bool? kept) => Assert.Equal(kept, ChangeTimes.KeptBy(format));

    [Fact]
    public void A_stamp_proves_nothing_without_identity_or_time_of_change_or_of_what_is_not_there()
    {
        var path = Write("a.bmp", 0);
        var stamp = FileStamp.Of(path);
        var later = DateTimeOffset.UtcNow.AddMinutes(1);

        Assert.True(stamp.Proves(path, later));
        Assert.False(stamp.Proves(path, DateTimeOffset.UtcNow));
        Assert.False((stamp with { Changed = 0 }).Proves(path, later));
        Assert.False((stamp with { Number = 0 }).Proves(path, later));
        Assert.Equal(-1, FileStamp.Of(path + ".gone").Length);
        Assert.False(FileStamp.Of(path + ".gone").Proves(path, later));
    }

    /// <summary>Two classes of three images, and what makes the first image another one.</summary>
    private Action Prepare(string way)
    {
        for (var i = 0; i < 6; i++)
        {
            Write($"train/{(i < 3 ? "a" : "b")}/{i}.bmp", i);
        }

        var first = _data.Path("train/a/0.bmp");
        var other = Write("elsewhere/other.bmp", 100);
        switch (way)
        {
            case "a link leads to another file":
                Link(first, Write("elsewhere/one.bmp", 0));
                return () => Link(first, other);
            case "what a link leads to is replaced":
                Link(first, Write("elsewhere/one.bmp", 0));
                return () => File.Move(other, _data.Path("elsewhere/one.bmp"), overwrite: true);
            case "what a link leads to is written in place":
                Link(first, Write("elsewhere/one.bmp", 0));
                return () => InPlace(_data.Path("elsewhere/one.bmp"), Bitmap(100));
            case "a link of a link leads to another file":
                Link(_data.Path("elsewhere/current.bmp"), Write("elsewhere/one.bmp", 0));
                Link(first, _data.Path("elsewhere/current.bmp"));
                return () => Link(_data.Path("elsewhere/current.bmp"), other);
            case "a file is written in place":
                return () => InPlace(first, Bitmap(100));
            case "a file is replaced by a copy":
                return () => File.Move(other, first, overwrite: true);
            case "a file is replaced by a hard link":
                return () =>
                {
                    File.Delete(first);
                    using var link = System.Diagnostics.Process.Start("ln", [other, first]);
                    link.WaitForExit();
                };
            case "a link takes a file's place":
                return () => Link(first, other);
            case "a class is a link to another folder":
                return Retarget("train/a");
            case "the split is a link to another folder":
                return Retarget("train");
            case "the split stands behind a link further up":
                Directory.CreateDirectory(_data.Path("versions/1"));
                Directory.Move(_data.Path("train"), _data.Path("versions/1/train"));
                Directory.CreateSymbolicLink(_data.Path("above"), _data.Path("versions/1"));
                return Retarget("above");
            case "a file of a class that is a link is written in place":
                Retarget("train/a");
                return () => InPlace(first, Bitmap(100));
            case "two files change places":
                return () =>
                {
                    File.Move(first, _data.Path("elsewhere/kept.bmp"));
                    File.Move(_data.Path("train/b/3.bmp"), first);
                    File.Move(_data.Path("elsewhere/kept.bmp"), _data.Path("train/b/3.bmp"));
                };
            default:
                throw new ArgumentException(way);
        }
    }

    /// <summary>Puts a link in a folder's place, and gives what makes it lead to a copy with another first image.</summary>
    private Action Retarget(string folder)
    {
        var (path, one, two) = (_data.Path(folder), _data.Path($"versions/{folder}-one"), _data.Path($"versions/{folder}-two"));
        Directory.CreateDirectory(Path.GetDirectoryName(one)!);
        if (new DirectoryInfo(path).LinkTarget is { } earlier)
        {
            one = earlier;
            Directory.Delete(path);
        }
        else
        {
            Directory.Move(path, one);
        }

        foreach (var file in Directory.EnumerateFiles(one, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(two, Path.GetRelativePath(one, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, Path.GetFileName(file) == "0.bmp" ? Bitmap(100) : File.ReadAllBytes(file));
            File.SetLastWriteTimeUtc(copy, Written);
        }

        Directory.CreateSymbolicLink(path, one);
        return () =>
        {
            Directory.Delete(path);
            Directory.CreateSymbolicLink(path, two);
        };
    }

    private static (string Name, byte[] One, byte[] Other) Single(DatasetFormat format) => format switch
    {
        DatasetFormat.Svhn => ("train.mat", Mat(0), Mat(100)),
        DatasetFormat.Cifar10 => ("train.bin", Cifar(0), Cifar(100)),
        _ => ("train-images-idx3-ubyte", TestData.IdxImages(40), TestData.IdxImages(40, 100)),
    };

    private static byte[] Mat(int seed) =>
        MatFiles.Svhn([.. Enumerable.Range(0, 40).Select(i => Images.Noise(Shape, seed + i))], 8, [.. Enumerable.Range(0, 40).Select(i => (byte)((i % 10) + 1))], compressed: false);

    private static byte[] Cifar(int seed)
    {
        var records = new byte[40 * 3073];
        new Random(seed).NextBytes(records);
        for (var i = 0; i < 40; i++)
        {
            records[i * 3073] = (byte)(i % 10);
        }

        return records;
    }

    private string Write(string relative, int seed)
    {
        var path = _data.Write(relative, Bitmap(seed));
        File.SetLastWriteTimeUtc(path, Written);
        return path;
    }

    private static void InPlace(string path, byte[] content)
    {
        Assert.Equal(new FileInfo(path).Length, content.Length);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.Write(content);
        }

        File.SetLastWriteTimeUtc(path, Written);
    }

    private static void Link(string path, string target)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }

    /// <summary>8×8 pixels of noise, as long for each seed.</summary>
    private static byte[] Bitmap(int seed)
    {
        byte[] file = [.. "BM"u8, 246, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 1, 0, 24, 0, .. new byte[24], .. new byte[192]];
        new Random(seed).NextBytes(file.AsSpan(54));
        return file;
    }

    private int Remembered() => Directory.EnumerateFiles(_data.CacheFolder, "*.key", SearchOption.AllDirectories).Count();

    private string[] Load(DatasetSpec spec)
    {
        using var splits = _data.Load(spec with { Validation = new ShareOrName(0.3, null) }, Shape);
        return [.. new[] { splits.Train, splits.Select }.SelectMany(s => Enumerable.Range(0, s.Count).Select(i => $"{s.Labels[i]} {Convert.ToHexString(s.Image(i))}")).Order()];
    }

    private static void AssertSeen(string[] before, string[] after)
    {
        Assert.Equal(before.Length, after.Length);
        Assert.NotEqual(before, after);
    }

    /// <summary>Reads one file, and something happens meanwhile.</summary>
    private sealed class WatchedReader(string root, string path, Action meanwhile) : IDatasetReader
    {
        public LabelScheme Scheme => LabelScheme.Names;

        public SplitListing List(SplitRequest request) =>
            new(new SplitRequest("train", "dataset.splits.train", ["train"], true), [DataFile.At(root, path)]) { Classes = ["a"], Labels = [0] };

        public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
        {
            sink.Add(Images.Noise(Shape, 0), Shape, 0);
            meanwhile();
            return listing.Classes;
        }
    }
}
