using Masterful.Core.Evaluation;
using Masterful.Results;
using Xunit;

namespace Masterful.Core.Tests.Evaluation;

public sealed class ClassJudgementTests(ITestOutputHelper output)
{
    /// <summary>Nothing changed: how often is any class called worse? The pages of a hundred classes are the ones that people read most into.</summary>
    [Theory]
    [InlineData(100, 20, 3, 0.0)]
    [InlineData(100, 30, 3, 0.25)]
    [InlineData(100, 20, 2, 0.4)]
    [InlineData(10, 300, 3, 0.25)]
    [InlineData(2, 300, 3, 0.25)]
    public void Of_reports_in_which_nothing_changed_at_most_one_in_twenty_calls_a_class_worse(int classes, int images, int seeds, double luck)
    {
        const int Runs = 120;
        var (recall, precision) = Named(new SimulatedTrainings(classes, images, seeds, luck), Runs, Verdict.Worse);

        // 5% and two standard errors of what 120 runs can tell.
        Assert.InRange(recall, 0, 0.09);
        Assert.InRange(precision, 0, 0.09);
    }

    [Fact]
    public void Classes_that_depend_more_on_luck_than_others_are_not_named_for_it()
    {
        var (recall, precision) = Named(new SimulatedTrainings(50, 40, 3, 0.3) { Uneven = true }, 120, Verdict.Worse);

        Assert.InRange(recall, 0, 0.09);
        Assert.InRange(precision, 0, 0.09);
    }

    [Fact]
    public void One_training_an_arm_names_no_class_for_its_luck()
    {
        var (recall, _) = Named(new SimulatedTrainings(10, 200, 1, 0.2), 120, Verdict.Worse);

        Assert.InRange(recall, 0, 0.09);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    [InlineData(1)]
    public void A_class_that_truly_falls_apart_is_named_and_no_other(int seeds)
    {
        var trainings = new SimulatedTrainings(100, 50, seeds, 0.2) { Effect = c => c == 17 ? 4 : 0 };
        var (found, others) = (0, 0);
        for (var run = 0; run < 10; run++)
        {
            var judged = ClassJudgement.Of(ClassDifference.OfRecall(trainings.Draw(run)), 0.95);
            found += judged[17].Verdict == Verdict.Worse ? 1 : 0;
            others += judged.Where((_, c) => c != 17).Any(j => j.Verdict is Verdict.Worse or Verdict.Better) ? 1 : 0;
        }

        Assert.True(found >= (seeds == 1 ? 7 : 9), $"found {found} of 10");
        Assert.InRange(others, 0, 2);
    }

    /// <summary>How sharp it is, by which a change of the method is judged.</summary>
    [Fact]
    public void Ten_classes_of_a_thousand_images_show_a_third_fewer_errors()
    {
        var trainings = new SimulatedTrainings(10, 1000, 3, 0.15) { Effect = c => c < 5 ? -0.9 : 0 };
        var found = Enumerable.Range(0, 6).Average(run => ClassJudgement.Of(ClassDifference.OfRecall(trainings.Draw(run)), 0.95).Take(5).Count(j => j.Verdict == Verdict.Better));

        output.WriteLine($"{found:0.0} of 5");
        Assert.InRange(found, 3.5, 5);
    }

    [Fact]
    public void An_interval_excludes_0_exactly_where_the_corrected_p_is_under_the_level()
    {
        for (var run = 0; run < 8; run++)
        {
            var pairs = new SimulatedTrainings(20, 80, 3, 0.2) { Effect = c => c % 3 == 0 ? 1.2 : 0 }.Draw(run);
            foreach (var judged in ClassJudgement.Of(ClassDifference.OfRecall(pairs), 0.9).Concat(ClassJudgement.Of(ClassDifference.OfPrecision(pairs), 0.9)))
            {
                Assert.Equal(judged.P <= 0.1, judged.Low > 0 || judged.High < 0);
                Assert.Equal(judged.Low > 0 ? Verdict.Better : judged.High < 0 ? Verdict.Worse : Verdict.WithinNoise, judged.Verdict);
                Assert.InRange(judged.Change, judged.Low, judged.High);
                Assert.InRange(judged.Low, -1, 1);
                Assert.InRange(judged.High, -1, 1);
            }
        }
    }

    [Fact]
    public void A_handful_of_images_that_all_agree_names_no_class()
    {
        int[] labels = [0, 0, 0, 1, 1, 1, 2, 2, 2];
        var worse = new PairedPredictions(labels, 3, [labels, labels, labels], [[1, 1, 1, 1, 1, 1, 2, 2, 2], [1, 1, 1, 1, 1, 1, 2, 2, 2], [1, 1, 1, 1, 1, 1, 2, 2, 2]]);

        Assert.All(ClassJudgement.Of(ClassDifference.OfRecall(worse), 0.95), j => Assert.Equal(Verdict.WithinNoise, j.Verdict));
    }

    [Fact]
    public void What_has_no_figure_in_an_arm_is_undefined_and_does_not_count_among_the_classes()
    {
        int[] labels = [0, 0, 1, 1];
        var pairs = new PairedPredictions(labels, 4, [[0, 0, 0, 1], [0, 0, 0, 1]], [[0, 2, 1, 1], [0, 0, 1, 1]]);

        var (recall, precision) = (ClassDifference.OfRecall(pairs), ClassDifference.OfPrecision(pairs));

        Assert.Equal([false, false, true, true], recall.Select(d => d is null));
        Assert.Equal([false, false, true, true], precision.Select(d => d is null));
        Assert.Equal([-0.25, 0.5], recall.Take(2).Select(d => d!.Change));
        Assert.Equal(1 - (4 / 6.0), precision[0]!.Change, 1e-12);
        Assert.Equal(Verdict.Undefined, ClassJudgement.Of(recall, 0.95)[3].Verdict);
    }

    /// <summary>Not a test: rates over the range of what data may be, to choose the constants by.</summary>
    [Fact(Explicit = true)]
    public void Rates_over_the_range()
    {
        foreach (var (classes, images) in new[] { (100, 30), (10, 300), (2, 300) })
        {
            foreach (var seeds in new[] { 1, 3 })
            {
                foreach (var (luck, uneven) in new[] { (0, false), (0.25, false), (0.25, true), (0.5, false) })
                {
                    var trainings = new SimulatedTrainings(classes, images, seeds, luck) { Uneven = uneven };
                    var (recall, precision) = Named(trainings, 200, Verdict.Worse, quiet: true);
                    var power = Named(trainings with { Effect = c => c == 1 ? 1.2 : 0 }, 30, Verdict.Worse, quiet: true).Recall;
                    output.WriteLine($"{classes,4} × {images,4}, {seeds} seeds, luck {luck:0.00}{(uneven ? " uneven" : "       ")}: worse {recall:0.000} {precision:0.000}, of a true fall {power:0.00}");
                }
            }
        }
    }

    private (double Recall, double Precision) Named(SimulatedTrainings trainings, int runs, string verdict, bool quiet = false)
    {
        var named = Enumerable.Range(0, runs).AsParallel().Select(run =>
        {
            var pairs = trainings.Draw(run);
            bool Any(IReadOnlyList<ClassDifference?> differences) => ClassJudgement.Of(differences, 0.95).Any(j => j.Verdict == verdict);
            return (Recall: Any(ClassDifference.OfRecall(pairs)), Precision: Any(ClassDifference.OfPrecision(pairs)));
        }).ToList();
        var rates = (named.Count(n => n.Recall) / (double)runs, named.Count(n => n.Precision) / (double)runs);
        if (!quiet)
        {
            output.WriteLine($"recall {rates.Item1:0.000}, precision {rates.Item2:0.000}");
        }

        return rates;
    }
}
