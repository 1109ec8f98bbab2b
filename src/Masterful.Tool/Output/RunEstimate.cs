using System.Globalization;
using Masterful.Core.Pipeline;
using Masterful.Core.Trials;

namespace Masterful.Tool.Output;

/// <summary>
/// Says, from the first batches that were trained, how long the whole run takes; and, where that is over an hour, with which settings it
/// would take less, before the time is spent.
/// </summary>
/// <param name="log">Told.</param>
/// <param name="clock">The time.</param>
internal sealed class RunEstimate(ToolLog log, TimeProvider clock)
{
    /// <summary>A shorter measurement is of the cache's warming up.</summary>
    private const double ShortestMeasurement = 3;

    /// <summary>How long the other workers are waited for, once one has a speed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    /// <summary>By what factor a measured speed must differ from the one that was told, to be told.</summary>
    private const double SlightlyOtherwise = 1.25;

    private readonly Dictionary<int, double> _speeds = [];
    private readonly Dictionary<string, long> _done = [];
    private RunPlan? _plan;
    private long _measured;
    private double? _told;
    private double _otherwise = SlightlyOtherwise;
    private bool _isMeasured;

    /// <summary>Takes in where the run is; tells when enough is known.</summary>
    /// <returns>Seconds to the run's end, or null while nothing is known.</returns>
    public double? Take(PipelineProgress stage, IReadOnlyList<TrialProgress> trials)
    {
        _plan ??= stage.Plan;
        if (_plan is null)
        {
            return null;
        }

        if (_plan.Work.Any(w => w.Stage == stage.Stage))
        {
            _done[stage.Stage] = stage.ImagePasses;
        }

        foreach (var trial in trials.Where(t => t.Epoch.Seconds >= ShortestMeasurement))
        {
            _speeds[trial.Worker] = trial.Epoch.ImagesPerSecond;
            _measured = _measured == 0 ? clock.GetTimestamp() : _measured;
        }

        var wanted = Math.Min(_plan.Parallelism, Math.Max(1, stage.TrialsPlanned - stage.TrialsDone));
        _isMeasured |= _speeds.Count > 0 && (_speeds.Count >= wanted || clock.GetElapsedTime(_measured) >= Patience);
        if ((_isMeasured ? _speeds.Values.Average() : Probed(_plan)) is not { } speed)
        {
            return null;
        }

        var forecast = RunForecast.Of(_plan, speed, name => _done.TryGetValue(name, out var passes) ? passes : null);
        if (_told is not { } told || (_isMeasured && Math.Abs(Math.Log(speed / told)) > Math.Log(_otherwise)))
        {
            (_told, _otherwise) = (speed, _isMeasured ? double.PositiveInfinity : SlightlyOtherwise);
            Tell(_plan, forecast, speed);
        }

        return forecast.Seconds;
    }

    /// <summary>Where a batch takes so long that its speed would be known too late.</summary>
    private static double? Probed(RunPlan plan) => plan.ProbedSpeed is { } speed && plan.Template.Recipe.BatchSize / speed > ShortestMeasurement ? speed : null;

    private void Tell(RunPlan plan, RunForecast forecast, double speed)
    {
        var advice = forecast.Seconds > Long.TotalSeconds ? RunAdvice.For(plan, speed, Long.TotalSeconds) : [];
        log.Event("estimate", new { forecast.Seconds, forecast.Stages, imagesPerSecond = speed, plan.Parallelism, advice });
        if (log.Format == LogFormat.Json)
        {
            return;
        }

        var stages = forecast.Stages.Select(s => $"{RunProgress.Name(s.Stage)} {(s.IsMost ? "up to " : "")}{Time(s.Seconds)}");
        log.Info(string.Create(
            CultureInfo.InvariantCulture,
            $"The run takes about {Time(forecast.Seconds)} from here: {string.Join(", ", stages)} ({speed:0.#} images a second in each of {plan.Parallelism} trainings at a time)."));
        if (advice.Count > 0 && advice[0].Settings.Count > 0)
        {
            log.Info($"note: that is over an hour. About {Time(advice[0].Seconds)} with {Options(advice[0])}");
            if (advice.Count > 1)
            {
                log.Info($"note: each alone: {string.Join("; ", advice.Skip(1).Select(a => $"{Time(a.Seconds)} with {Options(a)}"))}");
            }
        }
    }

    private static string Time(double seconds) => Duration.Text(TimeSpan.FromSeconds(seconds));

    /// <summary>In quotes where a shell would take brackets for a pattern.</summary>
    private static string Options(RunAdvice advice) => string.Join(' ', advice.Settings.Select(s => $"--set {(s.Contains('[', StringComparison.Ordinal) ? $"'{s}'" : s)}"));
}
