using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Tool.Output;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Masterful.Tool.Tests;

public sealed class RunEstimateTests
{
    private readonly RecordingHost _host = new();

    private static RunPlan Plan { get; } = new()
    {
        Template = new TrialSpec
        {
            Policy = Policy.None,
            Recipe = new Recipe { Epochs = 30, BatchSize = 128, LearningRate = 0.1 },
            Fidelity = Fidelity.Full,
            Seed = 0,
            DataFingerprint = "data",
            ModelFingerprint = "model",
            DeviceKind = "cpu",
            EngineVersion = "1",
        },
        Sizes = new SplitSizes(3000, 300, 400),
        Shape = new ImageShape(224, 224, 3),
        Budget = new BudgetSpec(TimeSpan.FromMinutes(45), 1.5),
        Seeds = 3,
        LearningRate = true,
        BatchSize = true,
        Attributes = true,
        FitsAnySize = true,
        Parallelism = 2,
    };

    [Fact]
    public void The_whole_run_is_told_once_both_workers_have_a_speed_and_over_an_hour_with_settings()
    {
        var estimate = Estimate(LogFormat.Text);

        Assert.Null(estimate.Take(Stage(PipelineStage.Model) with { Plan = Plan }, []));
        Assert.Null(estimate.Take(Stage(PipelineStage.Baseline, 9), [Trial(0, 8, 2)]));
        Assert.Null(estimate.Take(Stage(PipelineStage.Baseline, 9), [Trial(0, 8, 16)]));
        var seconds = estimate.Take(Stage(PipelineStage.Baseline, 9), [Trial(0, 8, 16), Trial(1, 12, 12)]);
        estimate.Take(Stage(PipelineStage.Baseline, 9), [Trial(0, 9, 16), Trial(1, 12, 12)]);

        var lines = _host.Error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^The run takes about \d+h \d\dm from here: baseline \w+ \w+, search up to \w+ \w+, final trainings 7h \d\dm, attribution \d+h \d\dm \(10 images a second in each of 2 trainings at a time\)\.$", lines[0]);
        Assert.Matches(@"^note: that is over an hour\. About \w+ \w+ with --set .*--set 'model\.input_shape=\[112,112,3\]'", lines[1]);
        Assert.StartsWith("note: each alone: ", lines[2], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.InRange(seconds!.Value, 15 * 3600, 19 * 3600);
    }

    [Fact]
    public void A_model_whose_first_batch_takes_long_is_estimated_before_it_and_again_when_it_was_wrong()
    {
        var estimate = Estimate(LogFormat.Text);

        estimate.Take(Stage(PipelineStage.Model) with { Plan = Plan with { ProbedSpeed = 5 } }, []);
        var atOnce = _host.Error.ToString();
        estimate.Take(Stage(PipelineStage.Baseline, 9), [Trial(0, 5.5, 16), Trial(1, 5.5, 12)]);
        var alike = _host.Error.ToString();
        estimate.Take(Stage(PipelineStage.Baseline, 9), [Trial(0, 9, 16), Trial(1, 9, 12)]);

        Assert.Contains("(5 images a second", atOnce, StringComparison.Ordinal);
        Assert.Equal(atOnce, alike);
        Assert.Contains("(9 images a second", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_batches_are_fast_the_probe_is_not_believed()
    {
        Estimate(LogFormat.Text).Take(Stage(PipelineStage.Model) with { Plan = Plan with { ProbedSpeed = 800 } }, []);

        Assert.Empty(_host.Error.ToString());
    }

    [Fact]
    public void In_json_it_is_one_event_with_stages_and_settings()
    {
        Estimate(LogFormat.Json).Take(Stage(PipelineStage.Model) with { Plan = Plan with { ProbedSpeed = 5 } }, []);

        var told = System.Text.Json.JsonDocument.Parse(_host.Output.ToString()).RootElement;
        Assert.Equal("estimate", told.GetProperty("type").GetString());
        Assert.Equal(["baseline", "search", "final", "attribution"], told.GetProperty("data").GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("stage").GetString()));
        Assert.StartsWith("training.epochs=", told.GetProperty("data").GetProperty("advice")[0].GetProperty("settings")[0].GetString(), StringComparison.Ordinal);
        Assert.Empty(_host.Error.ToString());
    }

    private RunEstimate Estimate(LogFormat format) => new(new ToolLog(_host.Host(), format, LogLevel.Information), _host.Clock);

    private static PipelineProgress Stage(string stage, int planned = 0) => new(stage, null, 0, planned, 0, null, null);

    private static TrialProgress Trial(int worker, double speed, double seconds) => new($"key{worker}", "none", new EpochProgress(0, 30, 0, speed, 3, 23, seconds), worker);
}
