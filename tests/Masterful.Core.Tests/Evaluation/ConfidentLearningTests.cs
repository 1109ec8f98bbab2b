using Masterful.Core.Evaluation;
using Xunit;

namespace Masterful.Core.Tests.Evaluation;

public sealed class ConfidentLearningTests
{
    /// <summary>Probabilities of class 0 of two classes.</summary>
    private static ClassProbabilities TwoClasses(int[] labels, params double[] first) =>
        new([.. first.SelectMany(p => (double[])[p, 1 - p])], 2, labels);

    [Fact]
    public void Two_classes_worked_by_hand()
    {
        // Thresholds (0.9 + 0.8 + 0.1) / 3 and (0.8 + 0.7 + 0.15) / 3; the third image confidently belongs to class 1, the last to class 0.
        var learning = ConfidentLearning.Of(TwoClasses([0, 0, 0, 1, 1, 1], 0.9, 0.8, 0.1, 0.2, 0.3, 0.85));
        Assert.Equal(0.6, learning.Thresholds[0], 1e-12);
        Assert.Equal(0.55, learning.Thresholds[1], 1e-12);
        Assert.Equal([[2, 1], [1, 2]], learning.ConfidentJoint);
        Assert.Equal(1 / 3.0, learning.Joint[0][0], 1e-12);
        Assert.Equal(1 / 6.0, learning.Joint[1][0], 1e-12);
        Assert.Equal(1 / 3.0, learning.WrongShare, 1e-12);
        Assert.Equal(1 / 3.0, learning.WrongShareOf(0), 1e-12);
        Assert.Equal(1 / 3.0, learning.ErrorRate, 1e-12);
        Assert.Equal((1, 0), (learning.MostOftenInstead(0)!.Value, learning.MostOftenInstead(1)!.Value));
        Assert.Equal([(2, 1, 0.8), (5, 0, 0.7)], learning.Issues().OrderBy(i => i.Image).Select(i => (i.Image, i.Suggested, Math.Round(i.Score, 12))));
    }

    [Fact]
    public void An_image_that_belongs_to_no_class_confidently_is_not_counted_and_rows_are_scaled_to_the_labels()
    {
        // Thresholds 0.7 and 0.725: the second and the last image reach neither.
        var learning = ConfidentLearning.Of(TwoClasses([0, 0, 1, 1], 0.9, 0.5, 0.1, 0.45));
        Assert.Equal([[1, 0], [0, 1]], learning.ConfidentJoint);
        Assert.Equal([0.5, 0], learning.Joint[0]);
        Assert.Equal(0, learning.WrongShare);
        Assert.Empty(learning.Issues());
        Assert.Null(learning.MostOftenInstead(0));
    }

    [Fact]
    public void Class_thresholds_differ_so_that_a_class_that_models_are_unsure_of_is_not_all_wrong()
    {
        // A hard class 1, never given more than 0.4, in which nothing is wrong; argmax alone would doubt all of it.
        var learning = ConfidentLearning.Of(TwoClasses([0, 0, 0, 1, 1, 1], 0.99, 0.98, 0.97, 0.6, 0.62, 0.64));
        Assert.Equal(0.5, learning.ErrorRate);
        Assert.Empty(learning.Issues());
    }

    [Fact]
    public void A_class_without_images_takes_none()
    {
        var learning = ConfidentLearning.Of(new ClassProbabilities([0.2, 0.1, 0.7, 0.1, 0.8, 0.1], 3, [0, 1]));
        Assert.True(double.IsPositiveInfinity(learning.Thresholds[2]));
        Assert.All(learning.ConfidentJoint, row => Assert.Equal(0, row[2]));
        Assert.Equal(0, learning.WrongShareOf(2));
    }

    [Fact]
    public void Shares_of_labels_flipped_at_random_are_found_where_models_know_the_truth()
    {
        var random = new Random(7);
        int[] truth = [.. Enumerable.Range(0, 3000).Select(i => i % 3)];
        int[] labels = [.. truth.Select(t => random.NextDouble() < 0.1 ? (t + 1) % 3 : t)];
        var values = truth.SelectMany(t => Enumerable.Range(0, 3).Select(c => c == t ? 0.8 + (0.1 * random.NextDouble()) : 0).ToArray() is var row
            ? row.Select(v => v > 0 ? v : (1 - row.Sum()) / 2) : []).ToArray();
        var learning = ConfidentLearning.Of(new ClassProbabilities(values, 3, labels));
        Assert.Equal(labels.Zip(truth).Count(x => x.First != x.Second) / 3000.0, learning.WrongShare, 0.01);
        Assert.Equal(1, learning.MostOftenInstead(2) is { } instead ? instead : -1);
        Assert.All(learning.Issues(), i => Assert.Equal(truth[i.Image], i.Suggested));
    }

    [Fact]
    public void Of_copies_with_different_labels_the_less_probable_one_is_doubted()
    {
        var probabilities = TwoClasses([0, 1, 0, 1], 0.55, 0.55, 0.95, 0.05);
        var ranked = LabelRanking.Of(probabilities, ConfidentLearning.Of(probabilities), [[0, 1]]);
        var issue = Assert.Single(ranked);
        Assert.Equal((1, 0, false), (issue.Image, issue.Suggested, issue.IsConfident));
        Assert.Equal([0], issue.Copies);
        Assert.Equal(0.1, issue.Score, 1e-12);
    }
}
