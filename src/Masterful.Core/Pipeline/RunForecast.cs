namespace Masterful.Core.Pipeline;

/// <summary>How long a stage is going to take.</summary>
/// <param name="Stage">One of <see cref="PipelineStage"/>.</param>
/// <param name="Seconds">From now on.</param>
/// <param name="IsMost">Whether it may take less.</param>
public sealed record StageTime(string Stage, double Seconds, bool IsMost);

/// <summary>How long a run is going to take from now on, from the speed that was measured.</summary>
/// <param name="Stages">What is to come, in order.</param>
public sealed record RunForecast(IReadOnlyList<StageTime> Stages)
{
    /// <summary>Training on an image is three passes: forward, and twice as much backward.</summary>
    private const double PassesOfTraining = 3;

    /// <summary>From now to the end.</summary>
    public double Seconds { get; } = Stages.Sum(s => s.Seconds);

    /// <summary>The forecast.</summary>
    /// <param name="plan">What is to be done in all.</param>
    /// <param name="imagesPerSecond">That one of the trials which run at once trains on.</param>
    /// <param name="done">Image-passes that a stage has done, what the journal had included; null where it has not begun.</param>
    public static RunForecast Of(RunPlan plan, double imagesPerSecond, Func<string, long?> done)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(done);
        var work = plan.Work;
        var pace = PassesOfTraining * imagesPerSecond * plan.Parallelism;
        // What began later is under way: all before it is over, whatever of its plan it left.
        var current = Enumerable.Range(0, work.Count).LastOrDefault(i => done(work[i].Stage) is not null);
        var stages = new List<StageTime>();
        var capped = 0.0;
        foreach (var stage in work.Skip(current))
        {
            var seconds = Math.Max(0, stage.ImagePasses - (done(stage.Stage) ?? 0)) / pace;
            if (stage.MostSeconds is { } most)
            {
                seconds = Math.Min(seconds, Math.Max(0, most - capped));
                capped += seconds;
            }

            stages.Add(new StageTime(stage.Stage, seconds, stage.IsMost));
        }

        return new RunForecast([.. stages.Where(s => s.Seconds > 0)]);
    }
}
