using Masterful.Core.Evaluation;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Core.Tests.Trials;

public sealed class PseudoLabelsTests
{
    /// <summary>ln(0.96 / 0.04): the logit that says 96 %.</summary>
    private const float Sure = 3.18f;

    [Fact]
    public void Only_what_the_teacher_is_sure_of_is_kept_as_what_it_says()
    {
        var labels = PseudoLabels.Of(Teacher([Sure, 0], [2.5f, 0], [0, Sure], [0, 0]), 1, [1, 1], 1, seed: 1);

        Assert.Equal([0, 2], labels.Positions);
        Assert.Equal([0, 1], labels.Classes);
    }

    [Fact]
    public void Confidence_is_judged_after_calibration()
    {
        var teacher = Teacher([Sure, 0], [0, Sure]);

        Assert.Empty(PseudoLabels.Of(teacher, 1.2, [1, 1], 1, seed: 1).Positions);
        Assert.Equal(2, PseudoLabels.Of(teacher, 0.8, [1, 1], 1, seed: 1).Positions.Count);
    }

    [Fact]
    public void Classes_come_in_the_proportions_of_the_labelled_images()
    {
        // Six images of class 0 and two of class 1, where labels are half and half: the surest four of the one, the other twice.
        float[][] rows = [.. Enumerable.Range(0, 6).Select(i => new float[] { Sure + i, 0 }), [0, 5], [0, 6]];

        var labels = PseudoLabels.Of(Teacher(rows), 1, [50, 50], 1, seed: 1);

        Assert.Equal([5, 4, 3, 2, 7, 6, 7, 6], labels.Positions);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], labels.Classes);
    }

    [Fact]
    public void A_class_that_is_hardly_found_is_not_repeated_without_end()
    {
        float[][] rows = [.. Enumerable.Range(0, 19).Select(_ => new float[] { 9, 0 }), [0, 9]];

        var labels = PseudoLabels.Of(Teacher(rows), 1, [50, 50], 1, seed: 1);

        Assert.Equal((10, 4), (labels.Classes.Count(c => c == 0), labels.Classes.Count(c => c == 1)));
    }

    [Fact]
    public void A_larger_dose_holds_the_smaller_ones_images()
    {
        var teacher = Teacher([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? new float[] { 9, 0 } : [0, 9])]);

        var (quarter, half) = (Positions(0.25), Positions(0.5));

        Assert.InRange(quarter.Length, 6, 10);
        Assert.NotEqual(quarter, Positions(0.25, seed: 2));
        Assert.True(quarter.Intersect(half).Count() >= quarter.Length - 2, "apart from the balance of classes, the smaller dose is part of the larger");
        Assert.Equal(40, Positions(1).Length);

        int[] Positions(double dose, long seed = 1) => [.. PseudoLabels.Of(teacher, 1, [20, 20], dose, seed).Positions.Distinct().Order()];
    }

    private static Predictions Teacher(params float[][] rows) => new([.. rows.SelectMany(r => r)], 2, [.. rows.Select(_ => -1)]);
}
