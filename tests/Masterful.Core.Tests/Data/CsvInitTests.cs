using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>What <c>init</c> writes for folders with CSVs loads as it is.</summary>
public sealed class CsvInitTests : IDisposable
{
    private readonly TestData _data = new();

    public void Dispose() => _data.Dispose();

    public static TheoryData<string, string, string?> Lists => new()
    {
        // Header, a line of image {0} of class {1}, and what the spec must say.
        { "path,label", "train/{0}.png,{1}", null },
        { "filenames;cats", "train\\{0}.png;{1}", null },
        { "", "train/{0}.png,{1}", null },
        { "id,breed", "{0},{1}", "columns: { path: 'train/{id}.png', label: breed }" },
        { "image_id,width,label", "{0},8,{1}", "columns: { path: 'train/{image_id}.png', label: label }" },
        { "foto;tier", "{0}.png;{1}", "columns: { path: 'train/{foto}', label: tier }" },
        { "", "{0}\t{1}", "columns: { path: 'train/{1}.png', label: '2' }" },
        { "picture,animal", "train/{0}.png,{1}", "columns: { path: picture, label: animal }" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void Images_and_labels_load_as_proposed(string header, string line, string? columns)
    {
        var lines = Enumerable.Range(0, 24).Select(i => Line(line, i, i % 2 == 0 ? "cat" : "dog"));
        WriteImages("train", 24);
        _data.Write("labels.csv", string.Join('\n', new[] { header }.Where(h => h.Length > 0).Concat(lines)));

        using var splits = Initialized(out var text);

        Assert.Equal(24, splits.Train.Count + splits.Select.Count + splits.Test.Count);
        Assert.Equal(["cat", "dog"], splits.Classes);
        Assert.Null(splits.Unlabeled);
        Assert.Equal(columns is not null, text.Contains("columns:", StringComparison.Ordinal));
        Assert.Contains(columns ?? "", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("labels.csv", "train")]
    [InlineData("train.csv", "train")]
    [InlineData("b.csv", "b")]
    public void Of_folders_with_images_of_the_same_names_it_is_not_the_test_s(string list, string folder)
    {
        foreach (var name in new[] { "a_test", "test", folder })
        {
            WriteImages(name, 24);
        }

        WriteImages("a_few", 2);
        _data.Write(list, "id,breed\n" + string.Join('\n', Enumerable.Range(0, 24).Select(i => $"{i},{(i % 2 == 0 ? "cat" : "dog")}")));

        using var splits = Initialized(out var text);

        Assert.Contains($"path: '{folder}/{{id}}.png'", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_lack_different_extensions_load_as_proposed()
    {
        WriteImages("photos", 23);
        _data.Write("photos/23.jpg", Images.Encoded(8, 8, 23, SkiaSharp.SKEncodedImageFormat.Jpeg));
        _data.Write("labels.csv", "id,breed\n" + string.Join('\n', Enumerable.Range(0, 24).Reverse().Select(i => $"{i},{(i % 2 == 0 ? "cat" : "dog")}")));

        using var splits = Initialized(out var text);

        Assert.Equal(24, splits.Train.Count + splits.Select.Count + splits.Test.Count);
        Assert.Contains("path: 'photos/{id}'", text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_hot_columns_with_images_elsewhere_load_as_proposed()
    {
        WriteImages("images", 24);
        _data.Write("train.csv", "image_id,healthy,rust\n" + string.Join('\n', Enumerable.Range(0, 24).Select(i => $"{i},{i % 2},{1 - (i % 2)}")));

        using var splits = Initialized(out var text);

        Assert.Equal(["healthy", "rust"], splits.Classes);
        Assert.Contains("columns: { path: 'images/{image_id}.png', label: [healthy, rust] }", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_list_without_labels_and_a_submission_are_no_split()
    {
        WriteImages("all", 30);
        _data.Write("train.csv", "path,label\n" + string.Join('\n', Enumerable.Range(0, 24).Select(i => $"all/{i}.png,{(i % 2 == 0 ? "cat" : "dog")}")));
        _data.Write("test.csv", "path\n" + string.Join('\n', Enumerable.Range(24, 6).Select(i => $"all/{i}.png")));
        _data.Write("sample_submission.csv", "path,label\n" + string.Join('\n', Enumerable.Range(24, 6).Select(i => $"all/{i}.png,cat")));

        using var splits = Initialized(out var text);

        Assert.Equal(24, splits.Train.Count + splits.Select.Count + splits.Test.Count);
        Assert.Null(splits.Unlabeled);
        Assert.DoesNotContain("test.csv", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_named_after_splits_are_the_splits()
    {
        WriteImages("all", 34);
        foreach (var (name, first, count) in new[] { ("train.tsv", 0, 20), ("val.tsv", 20, 4), ("test.tsv", 24, 6) })
        {
            _data.Write(name, "image\ttarget\n" + string.Join('\n', Enumerable.Range(first, count).Select(i => $"all/{i}.png\t{(i % 2 == 0 ? "cat" : "dog")}")));
        }

        _data.Write("unlabeled.tsv", "image\n" + string.Join('\n', Enumerable.Range(30, 4).Select(i => $"all/{i}.png")));

        using var splits = Initialized(out _);

        Assert.Equal((20, 4, 6, 4), (splits.Train.Count, splits.Select.Count, splits.Test.Count, splits.Unlabeled!.Count));
    }

    private DatasetSplits Initialized(out string text)
    {
        text = SpecInitializer.Yaml(SpecInitializer.Describe(_data.Root), _data.Root);
        var path = _data.Write("masterful.yaml", text);
        var (spec, warnings) = SpecLoader.Load(path, [], _ => null);
        Assert.Empty(warnings);
        return _data.Load(spec.Dataset, spec.Model.InputShape);
    }

    private static string Line(string line, int image, string label) =>
        line.Replace("{0}", $"{image}", StringComparison.Ordinal).Replace("{1}", label, StringComparison.Ordinal);

    private void WriteImages(string folder, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _data.Write($"{folder}/{i}.png", Images.Encoded(8, 8, i));
        }
    }
}
