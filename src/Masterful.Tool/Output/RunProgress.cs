using Masterful.Core.Pipeline;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Tool.Output;

/// <summary>Joins what the stages and the trainings report into one line.</summary>
/// <param name="line">Shows it.</param>
/// <param name="record">Keeps it for the front-end.</param>
/// <param name="estimate">Says how long the run takes, or null.</param>
internal sealed class RunProgress(ProgressLine line, ProgressRecord record, RunEstimate? estimate = null)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, TrialProgress> _trials = [];
    private PipelineProgress? _stage;
    private bool _hasTrained;

    public void Stage(PipelineProgress progress)
    {
        lock (_gate)
        {
            if (progress.Stage != _stage?.Stage)
            {
                _trials.Clear();
            }
            else
            {
                ForgetEnded(progress.TrialsDone - _stage.TrialsDone);
            }

            _stage = progress;
        }

        Tell();
    }

    /// <summary>What each worker trains: an epoch or a batch of it is done.</summary>
    public void Epoch(TrialProgress progress)
    {
        lock (_gate)
        {
            if (_trials.GetValueOrDefault(progress.Worker) is { } before && before.Key == progress.Key && before.Epoch.Share() > progress.Epoch.Share())
            {
                return; // A batch that was told of after its epoch's end.
            }

            _hasTrained = true;
            _trials[progress.Worker] = progress;
            if (_stage is not { TrialsPlanned: > 0 })
            {
                return;
            }
        }

        Tell();
    }

    private void Tell()
    {
        PipelineProgress stage;
        TrialProgress[] underWay;
        double? whole;
        lock (_gate)
        {
            if (_stage is null)
            {
                return;
            }

            underWay = _stage.TrialsPlanned > 0 ? [.. _trials.Values] : [];
            stage = WithRunning(_stage, underWay);
            whole = estimate?.Take(stage, underWay);
        }

        TrialProgress[] trials = [.. underWay.Where(t => !HasTrained(t))];
        line.Tell(Text(stage, trials, Math.Max(1, underWay.Length), whole), new { stage, trial = trials.FirstOrDefault(), trials, runSecondsLeft = whole });
        record.Note(new ProgressFile
        {
            RunId = stage.RunId,
            Stage = stage.Stage,
            Detail = stage.Detail,
            TrialsDone = stage.TrialsDone,
            TrialsPlanned = stage.TrialsPlanned,
            ImagePasses = stage.ImagePasses,
            ImagePassesPlanned = stage.ImagePassesPlanned,
            SecondsLeft = stage.SecondsLeft,
            Training = trials.Length == 0
                ? null
                : string.Join("; ", trials.Select(t => $"{t.PolicyName}: epoch {(t.Epoch.Batches > 0 ? $"{t.Epoch.Epoch + 1} of {t.Epoch.Epochs}, batch {t.Epoch.Batch} of {t.Epoch.Batches}" : $"{t.Epoch.Epoch} of {t.Epoch.Epochs}")}, {Speed(t.Epoch.ImagesPerSecond)} images a second")),
        });
    }

    /// <summary>Between its last epoch and its result a trial is evaluated: its work is done, and no stage has counted it yet.</summary>
    private static bool HasTrained(TrialProgress trial) => trial.Epoch.Share() >= 1;

    /// <summary>A stage does not say whose results it counts; they are of the trials that have trained.</summary>
    private void ForgetEnded(int count)
    {
        foreach (var worker in _trials.Where(t => HasTrained(t.Value)).Select(t => t.Key).Take(count).ToList())
        {
            _trials.Remove(worker);
        }
    }

    /// <summary>
    /// Stages count trials that are over. The epochs of those under way are added, each trial at the mean work of one, so that the share
    /// and the time left move between two trials' ends, minutes apart.
    /// </summary>
    private static PipelineProgress WithRunning(PipelineProgress stage, TrialProgress[] trials)
    {
        var running = trials.Sum(t => t.Epoch.Share());
        var remaining = stage.TrialsPlanned - stage.TrialsDone;
        if (running == 0 || remaining <= 0)
        {
            return stage;
        }

        var passes = stage.TrialsDone > 0
            ? (double)stage.ImagePasses / stage.TrialsDone
            : (double)(stage.ImagePassesPlanned ?? 0) / stage.TrialsPlanned;
        return stage with
        {
            ImagePasses = stage.ImagePasses + (long)(running * passes),
            SecondsLeft = stage.SecondsLeft * Math.Max(0, 1 - (running / remaining)),
        };
    }

    private string Text(PipelineProgress stage, TrialProgress[] trials, int count, double? whole)
    {
        var epochs = trials.Select(t => t.Epoch.Batches > 0 ? $"{t.Epoch.Epoch + 1}/{t.Epoch.Epochs} batch {t.Epoch.Batch}/{t.Epoch.Batches}" : $"{t.Epoch.Epoch}/{t.Epoch.Epochs}");
        var parts = new List<string?>
        {
            Name(stage.Stage),
            stage.Detail,
            stage.TrialsPlanned > 0 ? $"trial {Running(stage, count)} of {stage.TrialsPlanned}" : null,
            trials.Length > 0 ? $"epoch {string.Join(" and ", epochs)}, {Speed(trials.Sum(t => t.Epoch.ImagesPerSecond))} img/s"
                : stage is { TrialsPlanned: > 0, TrialsDone: 0 } && !_hasTrained ? "starting workers" : null,
            stage.ImagePassesPlanned is > 0 and var planned ? $"{Math.Min(1, (double)stage.ImagePasses / planned):0%} of the work" : null,
            stage.SecondsLeft is { } left ? $"about {Duration.Text(TimeSpan.FromSeconds(left))} left" : null,
            whole is { } seconds ? $"the run about {Duration.Text(TimeSpan.FromSeconds(seconds))}" : null,
        };
        return string.Join(" · ", parts.Where(p => p is { Length: > 0 }));
    }

    private static string Running(PipelineProgress stage, int count)
    {
        var (first, last) = (Math.Min(stage.TrialsDone + 1, stage.TrialsPlanned), Math.Min(stage.TrialsDone + count, stage.TrialsPlanned));
        return first == last ? $"{first}" : $"{first} to {last}";
    }

    private static string Speed(double imagesPerSecond) => imagesPerSecond < 10 ? $"{imagesPerSecond:0.#}" : $"{imagesPerSecond:N0}";

    /// <summary>What people call a stage.</summary>
    internal static string Name(string stage) => stage switch
    {
        PipelineStage.Data => "reading data",
        PipelineStage.Model => "checking the model",
        PipelineStage.Final => "final trainings",
        PipelineStage.Labels => "judging labels fold by fold",
        PipelineStage.Report => "writing the report",
        _ => stage,
    };
}
