using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Layouts;
using Masterful.Core.Tests.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Spec;

/// <summary>Which folders <c>init</c> lets train and judge, and that what it writes loads as it is.</summary>
public sealed class ClassFolderLayoutTests : IDisposable
{
    private const int PerClass = 5;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("masterful-layout-");
    private int _seed;

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Folders that get two or more class folders, then what is proposed: root, train, test ("" for a share), validation ("" for a share).</summary>
    [Theory]
    [InlineData("train/animals|test/animals", ".", "train/animals", "test/animals", "")]
    [InlineData("train/train|test/test", ".", "train/train", "test/test", "")]
    [InlineData("seg_train/seg_train|seg_test/seg_test|seg_pred/seg_pred/x", ".", "seg_train/seg_train", "seg_test/seg_test", "")]
    [InlineData("training_set/training_set|test_set/test_set", ".", "training_set/training_set", "test_set/test_set", "")]
    [InlineData("Training|Testing", ".", "Training", "Testing", "")]
    [InlineData("archive/train|archive/test|archive/valid", "archive", "train", "test", "valid")]
    [InlineData("animals/train|animals/holdout|animals/dev", "animals", "train", "holdout", "dev")]
    [InlineData("a/b/c/train|a/b/c/hold-out", "a/b/c", "train", "hold-out", "")]
    [InlineData("train|validation|eval", ".", "train", "eval", "validation")]
    [InlineData("animals/train|animals/val", "animals", "train", "", "val")]
    [InlineData("traindata|testdata", ".", "traindata", "testdata", "")]
    [InlineData("train2017|val2017", ".", "train2017", "", "val2017")]
    [InlineData("images/train/set1|images/test/set1", "images", "train/set1", "test/set1", "")]
    [InlineData("test-project/train|test-project/test", "test-project", "train", "test", "")]
    [InlineData("latest/contest", "latest/contest", ".", "", "")]
    [InlineData("train", ".", "train", "", "")]
    [InlineData("train/animals", "train", "animals", "", "")]
    [InlineData(".|test", ".", ".", "test", "")]
    [InlineData(".|test|val", ".", ".", "test", "val")]
    [InlineData("animals|test", ".", "animals", "test", "")]
    [InlineData("PetImages", "PetImages", ".", "", "")]
    [InlineData("old/cats|new/train|new/test", "new", "train", "test", "")]
    [InlineData("train/mammals|train/birds|test/mammals|test/birds", ".", "train", "test", "")]
    public void What_is_called_a_test_judges_and_the_best_is_proposed(string folders, string root, string train, string test, string validation)
    {
        foreach (var folder in folders.Split('|'))
        {
            AddClasses(folder);
        }

        var proposal = SpecInitializer.Describe(_folder.FullName);
        var spec = Load();

        Assert.Equal(Path.GetFullPath(root, _folder.FullName), proposal.Root);
        Assert.Equal([train], proposal.Splits.Train);
        Assert.Equal(test.Length == 0 ? [] : [test], proposal.Splits.Test);
        Assert.Equal(validation.Length == 0 ? null : validation, proposal.Validation.Name);
        Assert.Equal(2, spec.Classes.Count);
    }

    [Theory]
    [InlineData("test")]
    [InlineData("Testing")]
    [InlineData("data/holdout")]
    [InlineData("eval/animals")]
    [InlineData("val")]
    public void Nothing_called_a_test_trains_when_it_is_all_that_there_is(string folder)
    {
        AddClasses(folder);

        var error = Assert.Throws<DiagnosticException>(() => SpecInitializer.Describe(_folder.FullName)).Diagnostics[0];

        Assert.Equal(SpecDiagnostics.OnlyTestFound, error.Code);
    }

    [Fact]
    public void A_test_folder_that_is_asked_about_trains_only_without_a_train_folder_beside_it()
    {
        AddClasses("test");
        var alone = SpecInitializer.Describe(Full("test"));
        AddClasses("train");

        var error = Assert.Throws<DiagnosticException>(() => SpecInitializer.Describe(Full("test"))).Diagnostics[0];

        Assert.Equal(["."], alone.Splits.Train);
        Assert.Equal(SpecDiagnostics.OnlyTestFound, error.Code);
    }

    [Fact]
    public void Splits_within_the_classes_are_told_by_a_star()
    {
        foreach (var split in new[] { "train", "test", "val" })
        {
            Add($"animals/cat/{split}");
            Add($"animals/dog/{split}");
        }

        var proposal = SpecInitializer.Describe(_folder.FullName);
        var (classes, counts) = Load();

        Assert.Equal((Full("animals"), "*/train", "*/test", "*/val"), (proposal.Root, proposal.Splits.Train[0], proposal.Splits.Test[0], proposal.Validation.Name));
        Assert.Equal(["cat", "dog"], classes);
        Assert.Equal([PerClass, PerClass], counts["train"]);
        Assert.Equal([PerClass, PerClass], counts["test"]);
    }

    [Fact]
    public void Images_called_a_test_among_the_classes_are_no_class()
    {
        AddClasses(".");
        Add("test");

        var proposal = SpecInitializer.Describe(_folder.FullName);

        Assert.Equal(["cat", "dog"], proposal.Classes);
        Assert.Equal(["cat", "dog"], Load().Classes);
    }

    [Fact]
    public void A_train_may_be_a_vehicle_and_classes_may_hold_one_folder_of_images_each()
    {
        foreach (var vehicle in new[] { "bus", "car", "train" })
        {
            Add($"vehicles/{vehicle}");
        }

        var flat = Load();
        Directory.Delete(Full("vehicles"), recursive: true);
        Add("train/n01/images");
        Add("train/n02/images");

        Assert.Equal(["bus", "car", "train"], flat.Classes);
        Assert.Equal(["n01", "n02"], Load().Classes);
        Assert.Equal(["train"], SpecInitializer.Describe(_folder.FullName).Splits.Train);
    }

    [Fact]
    public void A_class_may_have_a_word_for_a_split_in_its_name()
    {
        foreach (var name in new[] { "test tubes", "dev board", "valve", "training shoe" })
        {
            Add($"things/{name}");
        }

        Assert.Equal(["dev board", "test tubes", "training shoe", "valve"], Load().Classes);
    }

    [Fact]
    public void A_test_folder_with_other_classes_is_not_the_test_of_these()
    {
        AddClasses("pets/train");
        Add("digits/test/0");
        Add("digits/test/1");

        var proposal = SpecInitializer.Describe(_folder.FullName);

        Assert.Equal((Full("pets"), 0.2), (proposal.Root, proposal.Splits.TestShare));
        Assert.Contains(Full("digits"), proposal.Others);
    }

    [Fact]
    public void What_runs_and_systems_leave_changes_no_proposal()
    {
        AddClasses(".");
        var before = SpecInitializer.Yaml(SpecInitializer.Describe(_folder.FullName), _folder.FullName);
        Add("masterful-report/charts");
        Add("__MACOSX/cat");
        Add("__MACOSX/dog");
        Add("reports/charts");
        File.WriteAllText(Full("reports/result.json"), "");
        File.WriteAllText(Full("reports/policies.json"), "");

        Assert.Equal(before, SpecInitializer.Yaml(SpecInitializer.Describe(_folder.FullName), _folder.FullName));
    }

    [Theory]
    [InlineData("20%", "0.3")]
    [InlineData("it's #1", "a: b")]
    [InlineData("train ", " test")]
    [InlineData("trai\u0308n", "tést")]
    [InlineData("C:\\train", "C:\\test")]
    [InlineData("*train", "&test")]
    public void Paths_load_as_they_are_written_whatever_is_in_them(string train, string test)
    {
        AddClasses("train");
        AddClasses("test");
        var proposal = SpecInitializer.Describe(_folder.FullName);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "such names are for Unix");
        Directory.Move(Full("train"), Full(train));
        Directory.Move(Full("test"), Full(test));

        var loaded = Load(proposal with { Splits = proposal.Splits with { Train = [train], Test = [test] } });

        Assert.Equal(["cat", "dog"], loaded.Classes);
        Assert.Equal([PerClass, PerClass], loaded.Counts["test"]);
    }

    [Fact]
    public void A_line_end_in_a_path_is_refused_and_in_a_class_is_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "such names are for Unix");
        Add("train/c\na\"t\\");
        Add("train/dog");
        Add("train/test");
        var classes = Load().Classes;
        Directory.Move(Full("train"), Full("tr\nain"));

        var error = Assert.Throws<DiagnosticException>(() => SpecInitializer.Yaml(SpecInitializer.Describe(_folder.FullName), _folder.FullName)).Diagnostics[0];

        Assert.Equal(["c\na\"t\\", "dog"], classes);
        Assert.Equal(SpecDiagnostics.PathNotWritable, error.Code);
    }

    [Fact]
    public void Names_that_are_not_utf8_are_told()
    {
        AddClasses("train");
        OddNames.Rename(Full("train/cat/0.png"), @"\351.png");

        var warning = Assert.Single(SpecInitializer.Describe(_folder.FullName).Warnings);
        OddNames.Remove(Full("train"));

        Assert.Equal(SpecDiagnostics.NamesNotText, warning.Code);
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        AddClasses("train");
        OddNames.MakePipe(Full("train/cat/.0.png"));
        File.Move(Full("train/cat/.0.png"), Full("train/cat/0.png"), overwrite: true);
        OddNames.MakePipe(Full("labels.csv"));
        OddNames.MakePipe(Full("train_32x32.mat"));

        Assert.Equal(["train"], SpecInitializer.Describe(_folder.FullName).Splits.Train);
    }

    [Fact]
    public void Folders_that_cannot_be_looked_at_are_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "root may read everything");
        AddClasses(".");
#pragma warning disable CA1416 // Skipped there.
        File.SetUnixFileMode(Full("dog"), UnixFileMode.None);

        var thrown = Assert.Throws<DiagnosticException>(() => SpecInitializer.Describe(_folder.FullName));

        File.SetUnixFileMode(Full("dog"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        Assert.Equal([SpecDiagnostics.LayoutNotRecognized, SpecDiagnostics.FoldersNotReadable], thrown.Diagnostics.Select(d => d.Code));
    }

    [Fact]
    public void A_split_that_looks_like_a_folder_is_told_with_the_difference()
    {
        AddClasses("e\u0301tude");
        var proposal = SpecInitializer.Describe(_folder.FullName) with { Root = _folder.FullName };
        File.WriteAllText(Full("masterful.yaml"), SpecInitializer.Yaml(proposal with { Splits = proposal.Splits with { Train = ["\u00E9tude"] } }, _folder.FullName));

        var error = Assert.Throws<DiagnosticException>(() => SpecLoader.Load(Full("masterful.yaml"), [], _ => null)).Diagnostics[0];

        Assert.Equal(SpecDiagnostics.FileMissing, error.Code);
        Assert.Contains("'e\\u0301tude' is there, which differs from '\\u00E9tude' in how accents are written", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "train")]
    [InlineData("images_train", "train")]
    [InlineData("trainLabels", "train")]
    [InlineData("TestSet", "test")]
    [InlineData("x-test-2", "test")]
    [InlineData("held_out", "test")]
    [InlineData("t10k-images-idx3-ubyte", "test")]
    [InlineData("dev", "validation")]
    [InlineData("train_val", "train")]
    [InlineData("unlabeled_train", "unlabeled")]
    [InlineData("train_test_split", null)]
    [InlineData("contest", null)]
    [InlineData("device", null)]
    [InlineData("trainers", null)]
    [InlineData("values", null)]
    public void Whole_words_say_the_split(string name, string? split) => Assert.Equal(split, SplitWords.SplitOf(name));

    private (IReadOnlyList<string> Classes, IReadOnlyDictionary<string, IReadOnlyList<int>> Counts) Load(SpecProposal? proposal = null)
    {
        File.WriteAllText(Full("masterful.yaml"), SpecInitializer.Yaml(proposal ?? SpecInitializer.Describe(_folder.FullName), _folder.FullName));
        var (spec, warnings) = SpecLoader.Load(Full("masterful.yaml"), [], _ => null);
        Assert.Empty(warnings);
        using var splits = new DatasetLoader(Full(".masterful"), NullLogger.Instance).LoadAsync(spec, null, CancellationToken.None).GetAwaiter().GetResult();
        return (splits.Classes, splits.Health.ClassCounts);
    }

    private void AddClasses(string folder)
    {
        Add($"{folder}/cat");
        Add($"{folder}/dog");
    }

    private void Add(string folder)
    {
        Directory.CreateDirectory(Full(folder));
        for (var i = 0; i < PerClass; i++)
        {
            File.WriteAllBytes(Full($"{folder}/{i}.png"), Images.Encoded(12, 12, _seed++));
        }
    }

    private string Full(string path) => Path.Combine(_folder.FullName, path);
}
