using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>Names, links and rights by which images could vanish: they are read, or refused by name.</summary>
public sealed class OddFolderTests : IDisposable
{
    private static readonly ImageShape Shape = new(8, 8, 3);
    private readonly TestData _data = new();
    private int _seed;

    private DatasetSpec Spec => _data.Spec(DatasetFormat.Folder, "train");

    public OddFolderTests()
    {
        Write("train/cat", 6);
        Write("train/dog", 6);
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
        {
            OddNames.Remove(_data.Root);
        }

        _data.Dispose();
    }

    [Theory]
    [InlineData("train/cat/0.png", @"caf\351.png")]
    [InlineData("train/cat/0.png", @"\223\372.PNG")]
    [InlineData("train/cat/0.png", @"notes\377.txt")]
    [InlineData("train/cat", @"k\344tzchen")]
    [InlineData("train", @"tr\344in")]
    public void A_name_that_is_not_utf8_is_refused(string path, string name)
    {
        OddNames.Rename(_data.Path(path), name);

        var error = _data.Error(path == "train" ? Spec with { Splits = new SplitsSpec { Train = ["."] } } : Spec, Shape);

        Assert.Equal(DataDiagnostics.NameNotText, error.Code);
        Assert.Contains('\uFFFD', error.Position!.Value.File);
    }

    [Fact]
    public void Names_that_are_not_utf8_are_refused_in_unlabelled_images_and_all_are_counted()
    {
        for (var i = 0; i < 25; i++)
        {
            OddNames.Rename(_data.Write($"more/{i}.png", Images.Encoded(8, 8, 500 + i)), $@"{i}\351.png");
        }

        var errors = _data.Errors(Spec with { Splits = Spec.Splits with { Unlabeled = ["more"] } }, Shape);

        Assert.Equal(21, errors.Count);
        Assert.StartsWith("25 names", errors[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mark_for_what_is_no_text_may_itself_stand_in_a_name()
    {
        _data.Write("train/cat/a\uFFFD.png", Images.Encoded(8, 8, 77));
        _data.Write("train/cat/new\nline.png", Images.Encoded(8, 8, 78));
        using var splits = _data.Load(Spec, Shape);
        OddNames.Rename(_data.Path("train/cat/0.png"), @"a\351.png");

        Assert.Equal(14, splits.Train.Count + splits.Select.Count);
        Assert.Equal(DataDiagnostics.NameNotText, _data.Error(Spec, Shape).Code);
    }

    [Fact]
    public void Links_to_folders_are_followed_once_and_links_in_a_circle_end()
    {
        Write("elsewhere/cow", 4);
        Link("train/cow", "../elsewhere/cow");
        Link("train/cat/again", ".");
        Link("train/cat/up", "../cat");
        Link("train/dog/loop", "../../train/dog");

        using var splits = _data.Load(Spec, Shape);

        Assert.Equal(["cat", "cow", "dog"], splits.Classes);
        Assert.Equal(16, splits.Train.Count + splits.Select.Count);
        var warnings = splits.Health.Diagnostics.Where(d => d.Code == DataDiagnostics.LinkRepeated).ToList();
        Assert.StartsWith("3 links", Assert.Single(warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_that_fan_out_are_not_followed_along_every_way()
    {
        for (var i = 0; i < 40; i++)
        {
            Directory.CreateDirectory(_data.Path($"train/cat/{i}"));
            Link($"train/cat/{i}/a", $"../{i + 1}");
            Link($"train/cat/{i}/b", $"../{i + 1}");
        }

        Directory.CreateDirectory(_data.Path("train/cat/40"));

        using var splits = _data.Load(Spec, Shape);

        Assert.Equal(12, splits.Train.Count + splits.Select.Count);
        Assert.StartsWith("80 links", Assert.Single(splits.Health.Diagnostics).Message, StringComparison.Ordinal);
        Assert.Equal(12, splits.Files.Count(f => f.EndsWith(".png", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("train/cow", "/no/such/disk/cow")]
    [InlineData("train/cat/more", "nowhere")]
    [InlineData("train/self", "self")]
    public void A_link_that_leads_nowhere_is_refused(string link, string target)
    {
        Link(link, target);

        var error = _data.Error(Spec, Shape);

        Assert.Equal((DataDiagnostics.LinkBroken, _data.Path(link)), (error.Code, error.Position!.Value.File));
    }

    [Fact]
    public void A_link_of_an_image_that_leads_nowhere_is_an_image_that_cannot_be_read()
    {
        Link("train/cat/x.png", "nowhere.png");

        var error = _data.Error(Spec, Shape);

        Assert.Equal(DataDiagnostics.ImageUnreadable, error.Code);
        Assert.Contains("leads nowhere, to nowhere.png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_of_any_depth_are_read_and_those_too_deep_for_a_path_are_refused()
    {
        Write("train/cat/" + string.Join('/', Enumerable.Range(0, 60)), 2);
        using var splits = _data.Load(Spec, Shape);
        OddNames.MakeDeep(_data.Path("train/dog"));

        Assert.Equal(14, splits.Train.Count + splits.Select.Count);
        Assert.Equal(DataDiagnostics.FolderUnreadable, _data.Error(Spec, Shape).Code);
    }

    [Fact]
    public void A_folder_without_the_right_to_read_it_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "root may read everything");
#pragma warning disable CA1416 // Skipped there.
        File.SetUnixFileMode(_data.Path("train/cat"), UnixFileMode.None);

        var error = _data.Error(Spec, Shape);

        File.SetUnixFileMode(_data.Path("train/cat"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        Assert.Equal(DataDiagnostics.FolderUnreadable, error.Code);
    }

    [Fact]
    public void A_pipe_named_like_an_image_is_refused_without_waiting_for_it()
    {
        OddNames.MakePipe(_data.Path("train/cat/x.png"));

        Assert.Equal(DataDiagnostics.ImageUnreadable, _data.Error(Spec, Shape).Code);
    }

    [Theory]
    [InlineData("caf\u00E9", "cafe\u0301", "accents")]
    [InlineData("\u304C", "\u304B\u3099", "accents")]
    [InlineData("cat ", "cat", "spaces")]
    [InlineData("1", "1.0", "number")]
    [InlineData("c\u0430t", "cat", "another script")]
    [InlineData("ca\u200Bt", "cat", "seen")]
    [InlineData("sea\u2011lion", "sea-lion", "dashes")]
    public void Classes_that_look_the_same_are_refused_in_one_split_and_across_splits(string one, string other, string difference)
    {
        Write($"same/{one}", 3);
        Write($"same/{other}", 3);
        Write($"a/{one}", 3);
        Write("a/x", 3);
        Write($"b/{other}", 3);
        Write("b/x", 3);

        var same = _data.Error(_data.Spec(DatasetFormat.Folder, "same"), Shape);
        var across = _data.Errors(_data.Spec(DatasetFormat.Folder, "a", "b"), Shape);

        Assert.All([same, across[0]], e => Assert.Equal(DataDiagnostics.NamesAlike, e.Code));
        Assert.All([same, across[0]], e => Assert.Contains(difference, e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Classes_that_the_spec_names_may_look_the_same()
    {
        Write("alike/1", 3);
        Write("alike/01", 3);

        using var splits = _data.Load(_data.Spec(DatasetFormat.Folder, "alike") with { Classes = ["1", "01"] }, Shape);

        Assert.Equal(["1", "01"], splits.Classes);
    }

    [Fact]
    public void Letters_are_classes_in_both_cases_with_a_warning_and_a_class_in_another_case_elsewhere_is_explained()
    {
        Write("letters/A", 3);
        Write("letters/a", 3);
        using var splits = _data.Load(_data.Spec(DatasetFormat.Folder, "letters"), Shape);
        Write("test/Cat", 1);
        Write("test/dog", 1);

        var thrown = Assert.Throws<DiagnosticException>(() => _data.Load(_data.Spec(DatasetFormat.Folder, "train", "test"), Shape));

        Assert.Equal(["A", "a"], splits.Classes);
        Assert.Equal([DataDiagnostics.NamesAlike], splits.Health.Diagnostics.Select(d => d.Code));
        Assert.Contains(thrown.Diagnostics, d => d.Code == DataDiagnostics.NamesAlike && d.Message.Contains("upper and lower case", StringComparison.Ordinal));
        Assert.Contains(thrown.Diagnostics, d => d.Code == DataDiagnostics.ClassAbsentFromTrain);
    }

    [Fact]
    public void A_folder_that_is_left_out_and_looks_like_a_class_is_told_as_that()
    {
        Write("train/Cow ", 2);
        Write("train/cow", 2);

        using var splits = _data.Load(Spec with { Classes = ["cat", "dog", "cow"] }, Shape);

        Assert.Contains("'Cow ' (its 'cow' differs in spaces and upper and lower case)", Assert.Single(splits.Health.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pics/caf\u00E9.png", "pics/cafe\u0301.png", "accents")]
    [InlineData("pics/img 1.png", "Pics/img 1.png", "upper and lower case")]
    [InlineData("pics\u00A0/x.png", "pics /x.png", "spaces")]
    public void A_path_of_a_list_that_looks_like_a_file_is_told_with_the_difference(string listed, string there, string difference)
    {
        _data.Write(there, Images.Encoded(8, 8, 1));
        _data.Write("list.csv", $"path,label\n{listed},cat\ntrain/dog/0.png,dog\n");

        var error = _data.Error(_data.Spec(DatasetFormat.Csv, "list.csv"), Shape);

        Assert.Equal(DataDiagnostics.ImageNotFound, error.Code);
        Assert.Contains(difference, error.Message, StringComparison.Ordinal);
    }

    private void Link(string path, string target)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there");
        File.CreateSymbolicLink(_data.Path(path), target);
    }

    private void Write(string folder, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _data.Write($"{folder}/{i}.png", Images.Encoded(8, 8, 1000 + _seed++));
        }
    }
}
