using Masterful.Core.Training;
using Xunit;

namespace Masterful.Core.Tests.Training;

public class OneCycleScheduleTests
{
    [Fact]
    public void Rises_from_a_25th_to_the_maximum_and_falls_to_a_250000th()
    {
        var schedule = new OneCycleSchedule(maximum: 0.5, steps: 101, warmupShare: 26 / 101.0);

        Assert.Equal(0.02, schedule[0], 12);
        Assert.Equal(0.5, schedule[25], 12);
        Assert.Equal(2e-6, schedule[100], 15);
    }

    [Fact]
    public void Follows_a_cosine_on_both_sides()
    {
        // 8 steps, a quarter of them warm-up: the peak is at step 1 and the fall takes 6 steps; values by hand.
        var schedule = new OneCycleSchedule(maximum: 1, steps: 8, warmupShare: 0.25);
        var final = 1 / 250_000.0;

        Assert.Equal(0.04, schedule[0], 12);
        Assert.Equal(1, schedule[1], 12);
        Assert.Equal(final + ((1 - final) / 2 * (1 + (Math.Sqrt(3) / 2))), schedule[2], 12);
        Assert.Equal((1 + final) / 2, schedule[4], 12);
        Assert.Equal(final, schedule[7], 12);
    }

    [Fact]
    public void The_peak_may_fall_between_steps()
    {
        // 0.25 × 10 − 1 = 1.5: step 1 is two thirds up the rise, step 2 half a step down the fall of 7.5 steps.
        var schedule = new OneCycleSchedule(maximum: 1, steps: 10, warmupShare: 0.25);
        var final = 1 / 250_000.0;

        Assert.Equal(1 + ((0.04 - 1) / 2 * (1 + Math.Cos(Math.PI * 2 / 3))), schedule[1], 12);
        Assert.Equal(final + ((1 - final) / 2 * (1 + Math.Cos(Math.PI / 15))), schedule[2], 12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_training_too_short_for_a_warm_up_starts_at_the_maximum(int steps)
    {
        var schedule = new OneCycleSchedule(maximum: 0.1, steps, warmupShare: 0.25);

        Assert.Equal(0.1, schedule[0], 12);
        Assert.All(Enumerable.Range(0, steps), s => Assert.InRange(schedule[s], 0, 0.1));
    }
}
