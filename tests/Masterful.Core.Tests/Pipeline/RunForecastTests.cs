using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Tests.Trials;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

/// <summary>How long a run takes, and what makes it shorter, from its plan and a speed.</summary>
public sealed class RunForecastTests
{
    private static readonly RunPlan Plan = new()
    {
        Template = TrialSpecs.Trial with { Policy = Policy.None, Fidelity = Fidelity.Full, Recipe = TrialSpecs.Trial.Recipe with { Epochs = 30 } },
        Sizes = new SplitSizes(3000, 300, 400),
        Shape = new ImageShape(224, 224, 3),
        Budget = new BudgetSpec(null, 1.5),
        Seeds = 3,
        LearningRate = true,
        BatchSize = true,
        Attributes = true,
        FitsAnySize = true,
        Parallelism = 2,
    };

    [Fact]
    public void Every_stage_that_trains_is_in_it_and_those_that_are_over_are_not()
    {
        var before = RunForecast.Of(Plan, 10, _ => null);
        var whole = Plan.Work.Single(w => w.Stage == PipelineStage.Final).ImagePasses;
        var during = RunForecast.Of(Plan, 10, stage => stage switch { PipelineStage.Baseline => 5, PipelineStage.Final => whole / 2, _ => null });

        Assert.Equal([PipelineStage.Baseline, PipelineStage.Search, PipelineStage.Final, PipelineStage.Attribution], before.Stages.Select(s => s.Stage));
        // Two arms, three seeds, thirty epochs of 3,000 images at 2 × 10 images a second; inference is a third of a training image.
        Assert.Equal((2 * 3 * 30 * 3000 / 20.0) + (2 * 3 * 700 / 60.0), before.Stages[2].Seconds, 1.0);
        Assert.Equal(1.5 * before.Stages[2].Seconds, before.Stages[0].Seconds + before.Stages[1].Seconds, 1.0);
        Assert.True(before.Stages[1].IsMost);
        Assert.Equal([PipelineStage.Final, PipelineStage.Attribution], during.Stages.Select(s => s.Stage));
        Assert.Equal(before.Stages[2].Seconds / 2, during.Stages[0].Seconds, 1.0);
    }

    [Fact]
    public void A_cap_on_time_bounds_the_search_and_a_lock_leaves_it_out()
    {
        var capped = RunForecast.Of(Plan with { Budget = new BudgetSpec(TimeSpan.FromMinutes(45), 1.5) }, 10, _ => null);
        var locked = RunForecast.Of(Plan with { Locked = Policy.None.With(Technique.Rotate, 20) }, 10, _ => null);
        var none = RunForecast.Of(Plan with { Locked = Policy.None }, 10, _ => null);

        Assert.Equal(2700, capped.Stages[0].Seconds + capped.Stages[1].Seconds, 1.0);
        Assert.Equal([PipelineStage.Final], locked.Stages.Select(s => s.Stage));
        Assert.Equal(locked.Seconds / 2, none.Seconds, 1.0);
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(10.0)]
    [InlineData(60.0)]
    public void The_advice_brings_the_run_under_the_hour_by_settings_that_exist(double speed)
    {
        var advice = RunAdvice.For(Plan, speed, 3600);

        Assert.InRange(advice[0].Seconds, 1, 3600);
        Assert.True(advice[0].Seconds < RunForecast.Of(Plan, speed, _ => null).Seconds);
        Assert.All(advice.Skip(1), alone => Assert.Single(alone.Settings));
        Assert.Equal(advice[0].Settings.Order(), advice.Skip(1).SelectMany(a => a.Settings).DefaultIfEmpty(advice[0].Settings[0]).Order());
        Assert.All(advice[0].Settings, s => Assert.Matches(@"^(policy\.budget\.ratio=(1|0\.5)|training\.(epochs|seeds)=\d+|model\.input_shape=\[\d+,\d+,3\]|dataset\.limit\.train=\d+)$", s));
    }

    [Fact]
    public void A_setting_that_another_cap_makes_idle_is_not_advised() =>
        Assert.DoesNotContain(RunAdvice.For(Plan with { Budget = new BudgetSpec(TimeSpan.FromMinutes(10), 1.5) }, 5, 3600)[0].Settings, s => s.Contains("ratio=1", StringComparison.Ordinal));

    [Fact]
    public void Where_a_model_takes_one_size_alone_no_other_is_advised() =>
        Assert.DoesNotContain(RunAdvice.For(Plan with { FitsAnySize = false }, 2, 3600)[0].Settings, s => s.Contains("input_shape", StringComparison.Ordinal));
}
