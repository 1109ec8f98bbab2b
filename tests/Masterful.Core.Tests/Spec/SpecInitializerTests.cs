using System.IO.Compression;
using Masterful.Core.Spec;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Spec;

public sealed class SpecInitializerTests : IDisposable
{
    private static readonly byte[] Mat = [.. "MATLAB 5.0 MAT-file, Platform"u8, .. new byte[200]];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("masterful-init-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Svhn_files_are_told_by_their_header_and_names()
    {
        Add("data/svhn_mini_train_32x32.mat", Mat);
        Add("data/svhn_mini_test_32x32.mat", Mat);
        Add("data/extra_32x32.mat", Mat);
        Add("data/notes.mat", "no MATLAB file"u8.ToArray());

        var spec = Initialized();

        Assert.Equal(DatasetFormat.Svhn, spec.Dataset.Format);
        Assert.Equal(Full("data"), spec.Dataset.Root);
        Assert.Equal(["svhn_mini_train_32x32.mat"], spec.Dataset.Splits.Train);
        Assert.Equal(["svhn_mini_test_32x32.mat"], spec.Dataset.Splits.Test);
        Assert.Equal(["extra_32x32.mat"], spec.Dataset.Splits.Unlabeled);
        Assert.Equal(new ImageShape(32, 32, 3), spec.Model.InputShape);
        Assert.DoesNotContain(Technique.HorizontalMirror, spec.Policy.Techniques);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    public void Idx_files_are_told_by_their_header_plain_or_compressed(string extension)
    {
        foreach (var split in new[] { "train", "t10k" })
        {
            Add($"{split}-images-idx3-ubyte{extension}", Idx(extension, 0x0803, 5, 28, 20));
            Add($"{split}-labels-idx1-ubyte{extension}", Idx(extension, 0x0801, 5));
        }

        var spec = Initialized();

        Assert.Equal(DatasetFormat.Idx, spec.Dataset.Format);
        Assert.Equal([$"train-images-idx3-ubyte{extension}"], spec.Dataset.Splits.Train);
        Assert.Equal([$"t10k-images-idx3-ubyte{extension}"], spec.Dataset.Splits.Test);
        Assert.Equal(new ImageShape(28, 20, 1), spec.Model.InputShape);
    }

    [Fact]
    public void Idx_images_without_labels_beside_them_are_not_a_split()
    {
        Add("train-images-idx3-ubyte", Idx("", 0x0803, 5, 28, 28));

        Assert.Throws<DiagnosticException>(() => SpecInitializer.Describe(_folder.FullName));
    }

    [Fact]
    public void Cifar_10_has_batches()
    {
        for (var batch = 1; batch <= 5; batch++)
        {
            Add($"cifar-10-batches-bin/data_batch_{batch}.bin", new byte[2 * 3073]);
        }

        Add("cifar-10-batches-bin/test_batch.bin", new byte[3073]);

        var spec = Initialized();

        Assert.Equal(DatasetFormat.Cifar10, spec.Dataset.Format);
        Assert.Equal(Enumerable.Range(1, 5).Select(b => $"data_batch_{b}.bin"), spec.Dataset.Splits.Train);
        Assert.Equal(["test_batch.bin"], spec.Dataset.Splits.Test);
    }

    [Fact]
    public void Cifar_100_has_two_files()
    {
        Add("train.bin", new byte[2 * 3074]);
        Add("test.bin", new byte[3074]);

        var spec = Initialized();

        Assert.Equal(DatasetFormat.Cifar100, spec.Dataset.Format);
        Assert.Equal(["train.bin"], spec.Dataset.Splits.Train);
        Assert.Equal(["test.bin"], spec.Dataset.Splits.Test);
    }

    [Fact]
    public void Class_folders_without_a_split_give_a_share_as_test()
    {
        Add("photos/cat/1.png", Png(40, 30));
        Add("photos/dog/1.png", Png(40, 30));
        Add("photos/dog/2.png", Png(60, 60));

        var spec = Initialized();

        Assert.Equal(DatasetFormat.Folder, spec.Dataset.Format);
        Assert.Equal(Full("photos"), spec.Dataset.Root);
        Assert.Equal(["."], spec.Dataset.Splits.Train);
        Assert.Equal(0.2, spec.Dataset.Splits.TestShare);
        Assert.Equal(new ImageShape(30, 40, 3), spec.Model.InputShape);
        Assert.Contains(Technique.HorizontalMirror, spec.Policy.Techniques);
    }

    [Fact]
    public void Class_folders_in_folders_named_after_splits_keep_them()
    {
        foreach (var file in new[] { "train/0/a.png", "train/1/a.png", "test/0/b.png", "test/1/b.png", "val/0/c.png", "val/1/c.png" })
        {
            Add(file, Png(300, 150, SKColorType.Gray8));
        }

        Add("unlabeled/d.png", Png(300, 150, SKColorType.Gray8));

        var spec = Initialized();

        Assert.Equal(["train"], spec.Dataset.Splits.Train);
        Assert.Equal(["test"], spec.Dataset.Splits.Test);
        Assert.Equal(["unlabeled"], spec.Dataset.Splits.Unlabeled);
        Assert.Equal(new ShareOrName(null, "val"), spec.Dataset.Validation);
        Assert.Equal(new ImageShape(112, 224, 1), spec.Model.InputShape);
        Assert.DoesNotContain(Technique.Rotate90, spec.Policy.Techniques);
    }

    [Fact]
    public void Csv_lists_are_told_by_the_images_that_they_name()
    {
        Add("images_train/1.png", Png(32, 32));
        Add("images_test/1.png", Png(32, 32));
        Add("train.csv", "images_train/1.png,3\n"u8.ToArray());
        Add("test.csv", "path,label\nimages_test/1.png,3\n"u8.ToArray());
        Add("prices.csv", "date,price\n2020,3\n"u8.ToArray());

        var spec = Initialized();

        Assert.Equal(DatasetFormat.Csv, spec.Dataset.Format);
        Assert.Equal(["train.csv"], spec.Dataset.Splits.Train);
        Assert.Equal(["test.csv"], spec.Dataset.Splits.Test);
        Assert.Equal(new ImageShape(32, 32, 3), spec.Model.InputShape);
    }

    [Fact]
    public void A_single_csv_is_train_with_a_share_as_test()
    {
        Add("i/1.png", Png(32, 32));
        Add("labels.csv", "i/1.png,3\n"u8.ToArray());

        var splits = Initialized().Dataset.Splits;

        Assert.Equal(["labels.csv"], splits.Train);
        Assert.Equal(0.2, splits.TestShare);
    }

    [Fact]
    public void Names_that_YAML_would_read_otherwise_survive()
    {
        Add("it's: ${HOME} #1/no/1.png", Png(32, 32));
        Add("it's: ${HOME} #1/yes/1.png", Png(32, 32));

        var spec = Initialized();

        Assert.Equal("it's: ${HOME} #1", spec.Dataset.Name);
        Assert.Equal(Full("it's: ${HOME} #1"), spec.Dataset.Root);
    }

    [Fact]
    public void Broken_images_and_compressed_files_are_passed_over()
    {
        Add("train-images-idx3-ubyte.gz", [0x1f, 0x8b, 0, 1, 2]);
        Add("train-labels-idx1-ubyte.gz", [0x1f, 0x8b, 0, 1, 2]);
        Add("a/1.png", []);
        Add("b/1.png", [1, 2, 3]);

        var exception = Assert.Throws<DiagnosticException>(() => SpecInitializer.Describe(_folder.FullName));

        Assert.Equal(SpecDiagnostics.LayoutNotRecognized, exception.Diagnostics[0].Code);
    }

    [Fact]
    public void Nothing_known_says_what_would_be()
    {
        Add("readme.txt", []);

        var exception = Assert.Throws<DiagnosticException>(() => SpecInitializer.Describe(_folder.FullName));

        Assert.Contains("train-images-idx3-ubyte", exception.Message, StringComparison.Ordinal);
        Assert.Contains("a folder of images for each class", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_told()
    {
        var exception = Assert.Throws<DiagnosticException>(() => SpecInitializer.Describe(Full("nowhere")));

        Assert.Contains("does not exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_data_sets_give_the_first_and_mention_the_others()
    {
        Add("one/train.bin", new byte[3074]);
        Add("two/train.bin", new byte[3074]);

        var proposal = SpecInitializer.Describe(_folder.FullName);

        Assert.Equal(Full("one"), proposal.Root);
        Assert.Equal([Full("two")], proposal.Others);
        Assert.Contains("# There is data in two, too.\n", SpecInitializer.Yaml(proposal, _folder.FullName), StringComparison.Ordinal);
        Initialized();
    }

    private MasterfulSpec Initialized()
    {
        var text = SpecInitializer.Yaml(SpecInitializer.Describe(_folder.FullName + Path.DirectorySeparatorChar), _folder.FullName);
        Add("masterful.yaml", System.Text.Encoding.UTF8.GetBytes(text));
        var (spec, warnings) = SpecLoader.Load(Full("masterful.yaml"), [], _ => null);
        Assert.Empty(warnings);
        return spec;
    }

    private string Full(string path) => Path.Combine(_folder.FullName, path);

    private void Add(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        File.WriteAllBytes(Full(path), bytes);
    }

    private static byte[] Idx(string extension, params int[] header)
    {
        byte[] bytes = [.. header.SelectMany(h => BitConverter.GetBytes(h).Reverse()), .. new byte[64]];
        if (extension.Length == 0)
        {
            return bytes;
        }

        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private static byte[] Png(int width, int height, SKColorType color = SKColorType.Rgba8888)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, color, SKAlphaType.Opaque));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
