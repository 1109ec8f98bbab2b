using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>What another machine needs to load the same splits.</summary>
public sealed class DataFilesTests : IDisposable
{
    private readonly TestData _data = new();

    private static string OfNothing { get; } = Convert.ToHexStringLower(SHA256.HashData([]));

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Labels_found_beside_images_and_sources_belong_to_the_data()
    {
        _data.WriteIdx("train", [0, 1]);
        _data.WriteIdx("t10k", [0, 1], seed: 1);
        _data.Write("notes.txt", "");
        var readme = _data.Write("readme.txt", "");
        var spec = _data.Spec(DatasetFormat.Idx, "train-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz");

        Assert.Equal(
            ["readme.txt", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"],
            await FilesAsync(spec with { Sources = [new SourceSpec(new Uri("http://127.0.0.1:1/readme.txt"), OfNothing, readme, _data.Root)] }));
    }

    [Fact]
    public async Task Names_of_classes_and_lists_of_images_belong_to_the_data()
    {
        _data.Write("one.bin", new byte[3073]);
        _data.Write("batches.meta.txt", string.Join('\n', "abcdefghij".Select(c => c.ToString())));
        _data.Write("images/1.png", Images.Encoded(4, 4, 1));
        _data.Write("images/2.png", Images.Encoded(4, 4, 2));
        _data.Write("train.csv", Encoding.UTF8.GetBytes("images/1.png,a\n"));

        Assert.Equal(["batches.meta.txt", "one.bin"], await FilesAsync(_data.Spec(DatasetFormat.Cifar10, "one.bin")));
        Assert.Equal(["images/1.png", "train.csv"], await FilesAsync(_data.Spec(DatasetFormat.Csv, "train.csv")));
    }

    [Fact]
    public async Task Of_an_image_source_everything_below_its_entries_belongs_to_the_data_and_an_entry_that_is_no_path_is_told()
    {
        _data.Write("all/deep/1.raw", "");
        _data.Write("all/2.raw", "");
        _data.Write("other.raw", "");
        var spec = _data.Spec(DatasetFormat.Custom, "all") with { Type = "My.Source" };

        Assert.Equal(["all/2.raw", "all/deep/1.raw"], await FilesAsync(spec));
        foreach (var entry in new[] { "nowhere", ".." })
        {
            var error = await Assert.ThrowsAsync<DiagnosticException>(() => FilesAsync(_data.Spec(DatasetFormat.Custom, entry) with { Type = "My.Source" }));
            Assert.Equal(DataDiagnostics.SplitNotFound, error.Diagnostics[0].Code);
        }
    }

    private async Task<IEnumerable<string>> FilesAsync(DatasetSpec dataset)
    {
        var spec = new MasterfulSpec { Path = _data.Path("masterful.yaml"), Dataset = dataset, Model = new ModelSpec() };
        var files = await new DatasetLoader(_data.Cache, NullLogger.Instance).FilesAsync(spec, null, TestContext.Current.CancellationToken);
        return files.Select(f => Path.GetRelativePath(_data.Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal);
    }
}
