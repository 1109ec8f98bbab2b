using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class CrossValidationTests
{
    private static DatasetSplits Splits(int[] labels, Func<int, int> content, int select = 0)
    {
        var store = new MemoryImageStore(TestData.Small);
        for (var i = 0; i < labels.Length; i++)
        {
            var bytes = new byte[TestData.Small.Length];
            new Random(content(i)).NextBytes(bytes);
            store.Add(bytes);
        }

        var images = new ImageDataset(store, [.. Enumerable.Range(0, labels.Length)], labels, ["a", "b", "c"], "all");
        return new DatasetSplits
        {
            Train = images.Subset([.. Enumerable.Range(0, labels.Length - select)]),
            Select = images.Subset([.. Enumerable.Range(labels.Length - select, select)]),
            Test = images.Subset([]),
            Fingerprint = "all",
            Health = new DatasetHealth { ClassCounts = new Dictionary<string, IReadOnlyList<int>>(), Mean = [0], StandardDeviation = [1], Sizes = [] },
        };
    }

    [Fact]
    public void Every_image_is_held_out_once_and_every_fold_has_its_share_of_each_class()
    {
        var folds = CrossValidation.Of(Splits(TestData.Labels(90, 3), i => i, select: 20), 4, 1);
        Assert.Equal(Enumerable.Range(0, 90), folds.Members.SelectMany(m => m).Order());
        foreach (var (members, fold) in folds.Members.Zip(folds.Folds))
        {
            Assert.Equal(90, fold.Train.Count + fold.Select.Count);
            Assert.Equal(members.Length, fold.Select.Count);
            Assert.All(Enumerable.Range(0, 3), c => Assert.InRange(fold.Select.Labels.Count(l => l == c), 7, 8));
            Assert.Equal(members.Select(m => folds.Images.Image(m).ToArray()), Enumerable.Range(0, fold.Select.Count).Select(i => fold.Select.Image(i).ToArray()));
        }

        Assert.Equal(4, folds.Folds.Select(f => f.Fingerprint).Distinct().Count());
    }

    [Fact]
    public void Copies_lie_in_one_fold_also_with_different_labels()
    {
        var folds = CrossValidation.Of(Splits(TestData.Labels(90, 3), i => i < 40 ? i / 2 : i), 3, 1);
        for (var pair = 0; pair < 20; pair++)
        {
            Assert.Single(folds.Members, m => m.Contains(2 * pair) && m.Contains((2 * pair) + 1));
        }
    }

    [Fact]
    public void The_seed_decides_and_the_same_seed_cuts_the_same()
    {
        var splits = Splits(TestData.Labels(60, 3), i => i);
        Assert.Equal(CrossValidation.Of(splits, 3, 1).Members, CrossValidation.Of(splits, 3, 1).Members);
        Assert.NotEqual(CrossValidation.Of(splits, 3, 1).Members, CrossValidation.Of(splits, 3, 2).Members);
    }

    [Fact]
    public void A_class_with_fewer_images_than_folds_is_told_with_the_remedy()
    {
        var thrown = Assert.Throws<DiagnosticException>(() => CrossValidation.Of(Splits([0, 0, 0, 0, 1, 1, 2, 2, 2, 2], i => i), 4, 1));
        Assert.Contains("'b' (2)", thrown.Message);
        Assert.Contains("--folds 2", thrown.Message);
    }
}
