using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Tests.Training;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using Xunit;

namespace Masterful.Core.Tests.Trials;

public sealed class LocalTrialRunnerTests : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("masterful-local-").FullName;
    private readonly DatasetSplits _splits = new()
    {
        Train = Blobs.Create(160, seed: 1),
        Select = Blobs.Create(80, seed: 2),
        Test = Blobs.Create(120, seed: 3),
        Unlabeled = Unlabeled(),
        Fingerprint = "blobs",
        Health = new DatasetHealth { ClassCounts = new Dictionary<string, IReadOnlyList<int>>() },
    };

    private readonly List<TrialProgress> _told = [];
    private readonly LocalTrialRunner _runner;

    public LocalTrialRunnerTests() => _runner = new LocalTrialRunner(
        _splits, Blobs.Model, torch.CPU, _cache, TimeProvider.System, NullLogger.Instance, new Listener(_told));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static TrialSpec Trial => new()
    {
        Policy = Policy.None,
        Recipe = new Recipe { Epochs = 6, BatchSize = 32, LearningRate = 0.05 },
        Seed = 7,
        DataFingerprint = "blobs",
        ModelFingerprint = ModelBuilder.Fingerprint(Blobs.Model),
        DeviceKind = "cpu",
        EngineVersion = "1.0.0",
    };

    public void Dispose()
    {
        _runner.Dispose();
        Directory.Delete(_cache, recursive: true);
    }

    [Fact]
    public async Task A_student_learns_from_what_its_teacher_says_of_the_unlabeled_images()
    {
        var student = Trial with { Policy = (Policy.None with { Name = "student" }).With(Technique.Unlabeled, 0.5) };

        var result = await _runner.RunAsync(student, Stop);
        var again = await _runner.RunAsync(student, Stop);
        var alone = await _runner.RunAsync(Trial, Stop);

        Assert.Equal((TrialStatus.Completed, null), (result.Status, result.Failure));
        Assert.True(result.SelectError < 0.05, $"error {result.SelectError}");
        Assert.Equal(result.SelectLoss, again.SelectLoss);
        Assert.NotEqual(result.SelectLoss, alone.SelectLoss);
        Assert.True(File.Exists(Path.Combine(_cache, "weights", $"{TrialKey.Of(student.Teacher!)}.safetensors")), "the teacher is kept");
        Assert.Equal(TrialKey.Of(Trial), TrialKey.Of(student.Teacher!));
        // 240 images an epoch in batches of 32: seven of them, 224 images.
        Assert.Equal((3 * 224 * 6) + 80 + 200, result.ImagePasses);
    }

    [Fact]
    public async Task A_teacher_that_is_sure_of_nothing_is_a_failed_trial_with_its_reason()
    {
        // One step from where it began, a model knows nothing yet.
        var recipe = Trial.Recipe with { Epochs = 1, BatchSize = 160, LearningRate = 1e-6 };
        var result = await _runner.RunAsync(Trial with { Recipe = recipe, Policy = Policy.None.With(Technique.Unlabeled, 0.5) }, Stop);

        Assert.Equal((TrialStatus.Failed, false), (result.Status, result.FailureIsTransient));
        Assert.Contains("of none of the unlabeled images", result.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_is_trained_and_measured()
    {
        var result = await _runner.RunAsync(Trial, Stop);

        Assert.Equal((TrialStatus.Completed, null, TrialKey.Of(Trial)), (result.Status, result.Failure, result.Key));
        Assert.True(result.SelectError < 0.05, $"error {result.SelectError}");
        Assert.InRange(result.SelectLoss, 0, result.RawSelectLoss + 1e-9);
        Assert.Equal((80, 4), (result.Select!.Count, result.Select.ClassCount));
        Assert.Null(result.Test);
        Assert.Null(result.WeightsPath);
        Assert.Equal((3L * 160 * 6) + 80, result.ImagePasses);
        Assert.True(result.PeakMemory > 10_000_000);
        Assert.Equal(6, result.EpochLosses.Count);
        Assert.Equal([1, 2, 3, 4, 5, 6], _told.Select(t => t.Epoch.Epoch));
        Assert.False(Directory.Exists(Path.Combine(_cache, "weights")), "weights are kept where they are asked for only");
    }

    [Fact]
    public async Task Test_predictions_and_weights_come_when_asked_for_and_the_numbers_stay()
    {
        var plain = await _runner.RunAsync(Trial, Stop);
        var whole = await _runner.RunAsync(Trial with { EvaluateTest = true, KeepWeights = true }, Stop);
        using var model = ModelBuilder.Create(Blobs.Model, Blobs.Classes);
        model.LoadState(whole.WeightsPath!);
        using var select = new ResidentDataset(_splits.Select, torch.CPU);

        Assert.Equal(plain.Select!.Logits, whole.Select!.Logits);
        Assert.Equal(whole.Select.Logits, Core.Evaluation.Predictor.Predict(model, select, Stop).Logits);
        Assert.Equal(120, whole.Test!.Count);
        Assert.Equal(plain.ImagePasses + 120, whole.ImagePasses);
    }

    [Fact]
    public async Task A_divergence_is_a_failed_result()
    {
        var result = await _runner.RunAsync(Trial with { Recipe = Trial.Recipe with { LearningRate = 1e9, ClipNorm = 0 } }, Stop);

        Assert.Equal(TrialStatus.Failed, result.Status);
        Assert.Contains("diverged", result.Failure, StringComparison.Ordinal);
        Assert.True(double.IsNaN(result.SelectLoss));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 3 * 160 * 6)]
    public async Task An_exception_of_the_model_s_own_code_is_a_failed_result_that_may_be_tried_again(bool evaluation, long imagePasses)
    {
        const string Factory = "Masterful.SampleModels.FailingLaterFactory";
        var model = new ModelSpec
        {
            Assembly = SourceTree.SampleModels,
            Type = Factory,
            InputShape = Blobs.Shape,
            Options = new Dictionary<string, object> { ["after"] = 0L, ["evaluation"] = evaluation },
        };
        using var runner = new LocalTrialRunner(_splits, model, torch.CPU, _cache, TimeProvider.System, NullLogger.Instance);

        var result = await runner.RunAsync(Trial with { ModelFingerprint = ModelBuilder.Fingerprint(model) }, Stop);

        Assert.Equal((TrialStatus.Failed, true), (result.Status, result.FailureIsTransient));
        Assert.StartsWith($"{Factory} fails on a batch of shape", result.Failure);
        Assert.Contains("InvalidOperationException: the lookup table is used up (at", result.Failure);
        Assert.Equal(imagePasses, result.ImagePasses);
    }

    [Fact]
    public async Task A_cancelled_trial_throws_and_the_runner_goes_on()
    {
        using var stop = new CancellationTokenSource();
        var cancelled = _runner.RunAsync(Trial with { Recipe = Trial.Recipe with { Epochs = 1000 } }, stop.Token);
        stop.CancelAfter(100);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(TrialStatus.Completed, (await _runner.RunAsync(Trial, Stop)).Status);
    }

    [Fact]
    public async Task A_probe_trains_what_it_needs_and_measures_distances_that_grow()
    {
        var probe = new DistanceProbe(Trial, ["translate_x", "brightness_down"], [0, 0.1, 1], MaximumImages: 40);
        var result = await _runner.ProbeAsync(probe, Stop);
        var again = await _runner.ProbeAsync(probe, Stop);

        Assert.Equal(["translate_x", "brightness_down"], result.Operations.Select(o => o.Operation));
        Assert.All(result.Operations, o => Assert.Equal(result.CleanLoss, o.Losses[0]));
        Assert.True(result.Operations[0].Losses[2] > result.CleanLoss + 0.1);
        Assert.True(result.Operations[0].Errors[2] > result.CleanError);
        Assert.Equal(40 * 5, result.ImagePasses);
        Assert.Equivalent(result.Operations, again.Operations, strict: true);
        Assert.True(File.Exists(Path.Combine(_cache, "weights", $"{TrialKey.Of(Trial)}.safetensors")));
    }

    [Fact]
    public async Task A_trial_of_other_data_or_unsettled_precision_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _runner.RunAsync(Trial with { DataFingerprint = "other" }, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => _runner.RunAsync(Trial with { Fold = new DataFold(0, 2, 1) }, Stop));
        await Assert.ThrowsAsync<ArgumentException>(
            () => _runner.RunAsync(Trial with { Recipe = Trial.Recipe with { Precision = PrecisionKind.Auto } }, Stop));
    }

    [Fact]
    [Trait("Category", "Memory")]
    public async Task Thirty_trials_do_not_make_the_process_grow()
    {
        var policy = Policy.None.With(Technique.HorizontalMirror, 0.5).With(Technique.Mixup, 0.5).With(Technique.Rotate, 30);
        var trial = Trial with { Policy = policy, Recipe = Trial.Recipe with { Epochs = 1, EmaDecay = 0.9 } };
        for (var seed = 0; seed < 8; seed++)
        {
            await _runner.RunAsync(trial with { Seed = seed }, Stop);
        }

        // TorchSharp counts each parameter twice and uncounts it once: what making and freeing a model leaves in the count is no leak.
        var counted = torch.Tensor.TotalCount;
        ModelBuilder.Create(Blobs.Model, Blobs.Classes).Dispose();
        var miscounted = torch.Tensor.TotalCount - counted;

        // An allocator that keeps what it may need again makes a process larger now and then; a leak does so in every part.
        var tensors = torch.Tensor.TotalCount;
        var growths = new List<double>();
        for (var part = 0; part < 3; part++)
        {
            var memory = Environment.WorkingSet;
            for (var seed = 8 + (part * 10); seed < 18 + (part * 10); seed++)
            {
                await _runner.RunAsync(trial with { Seed = seed }, Stop);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            growths.Add(((double)Environment.WorkingSet / memory) - 1);
        }

        Assert.InRange(torch.Tensor.TotalCount - tensors - (30 * miscounted), long.MinValue, 10);
        Assert.True(growths.Min() < 0.01, $"Ten trials and ten more and ten more made the process grow by {string.Join(", ", growths.Select(g => $"{g:P1}"))}.");
    }

    private sealed class Listener(List<TrialProgress> told) : IProgress<TrialProgress>
    {
        public void Report(TrialProgress value) => told.Add(value);
    }

    private static ImageDataset Unlabeled()
    {
        var images = Blobs.Create(200, seed: 4);
        return images with { Labels = [.. images.Labels.Select(_ => -1)] };
    }
}
