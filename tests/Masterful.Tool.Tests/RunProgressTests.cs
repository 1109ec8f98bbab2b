using Masterful.Core.Pipeline;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Tool.Output;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Masterful.Tool.Tests;

public sealed class RunProgressTests : IDisposable
{
    private readonly RecordingHost _host = new();
    private readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("progress");

    public void Dispose() => _cache.Delete(recursive: true);

    [Fact]
    public void Epochs_of_the_trials_under_way_move_the_share_and_the_time_left()
    {
        var lines = Told(
            view => view.Stage(new PipelineProgress(PipelineStage.Final, null, 2, 6, 200, 600, 400)),
            view => view.Epoch(Trial(worker: 0, epoch: 5)),
            view => view.Epoch(Trial(worker: 1, epoch: 5)));

        // One trial is 100 of 600; two half done are one more, and a quarter of the four that are left.
        Assert.Equal(
            [
                "final trainings · trial 3 of 6 · 33% of the work · about 6m 40s left",
                "final trainings · trial 3 of 6 · epoch 5/10, 100 img/s · 42% of the work · about 5m 50s left",
                "final trainings · trial 3 to 4 of 6 · epoch 5/10 and 5/10, 200 img/s · 50% of the work · about 5m 00s left",
            ],
            lines);
    }

    [Fact]
    public void Before_the_first_trial_has_ended_a_trial_is_taken_for_its_part_of_the_plan()
    {
        var lines = Told(
            view => view.Stage(new PipelineProgress(PipelineStage.Final, null, 0, 4, 0, 400, null)),
            view => view.Epoch(Trial(worker: 0, epoch: 2)));

        Assert.Equal("final trainings · trial 1 of 4 · epoch 2/10, 100 img/s · 5% of the work", lines[^1]);
    }

    [Fact]
    public void The_end_of_one_of_two_trials_takes_nothing_back()
    {
        var lines = Told(
            view => view.Stage(new PipelineProgress(PipelineStage.Final, null, 0, 4, 0, 400, null)),
            view => view.Epoch(Trial(worker: 0, epoch: 9)),
            view => view.Epoch(Trial(worker: 1, epoch: 5)),
            view => view.Epoch(Trial(worker: 0, epoch: 10)),
            view => view.Stage(new PipelineProgress(PipelineStage.Final, null, 1, 4, 100, 400, 300)),
            view => view.Epoch(Trial(worker: 0, epoch: 1)));

        Assert.Equal(
            [
                "final trainings · trial 1 to 2 of 4 · epoch 9/10 and 5/10, 200 img/s · 35% of the work",
                "final trainings · trial 1 to 2 of 4 · epoch 5/10, 100 img/s · 38% of the work",
                "final trainings · trial 2 of 4 · epoch 5/10, 100 img/s · 38% of the work · about 4m 10s left",
                "final trainings · trial 2 to 3 of 4 · epoch 1/10 and 5/10, 200 img/s · 40% of the work · about 4m 00s left",
            ],
            lines[2..]);
    }

    [Fact]
    public void Batches_of_an_epoch_move_the_share_too_and_none_takes_an_epochs_end_back()
    {
        var lines = Told(
            view => view.Stage(new PipelineProgress(PipelineStage.Baseline, null, 0, 4, 0, 400, null)),
            view => view.Epoch(Batch(worker: 0, epoch: 0, batch: 5)),
            view => view.Epoch(Trial(worker: 0, epoch: 1)),
            view => view.Epoch(Batch(worker: 0, epoch: 0, batch: 10)));

        Assert.Equal(
            [
                "baseline · trial 1 of 4 · starting workers · 0% of the work",
                "baseline · trial 1 of 4 · epoch 1/10 batch 5/20, 2.5 img/s · 1% of the work",
                "baseline · trial 1 of 4 · epoch 1/10, 100 img/s · 3% of the work",
                "baseline · trial 1 of 4 · epoch 1/10, 100 img/s · 3% of the work · for 20s",
            ],
            lines);
    }

    private static TrialProgress Batch(int worker, int epoch, int batch) => new($"key{worker}", "none", new EpochProgress(epoch, 10, 1, 2.5, batch, 20, 4), worker);

    private static TrialProgress Trial(int worker, int epoch) => new($"key{worker}", "none", new EpochProgress(epoch, 10, 1, 100), worker);

    private string[] Told(params Action<RunProgress>[] reports)
    {
        var host = _host.Host();
        using var line = new ProgressLine(host, new ToolLog(host, LogFormat.Text, LogLevel.Information));
        using var record = new ProgressRecord(_cache.FullName, _host.Clock);
        var view = new RunProgress(line, record);
        foreach (var report in reports)
        {
            report(view);
            _host.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        return _host.Error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
