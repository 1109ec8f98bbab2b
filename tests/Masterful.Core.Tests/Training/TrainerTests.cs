using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using Xunit;

namespace Masterful.Core.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private static readonly Recipe Recipe = new() { Epochs = 4, BatchSize = 32, LearningRate = 0.05 };
    private static readonly Policy Augmented = Policy.None.With(Technique.HorizontalMirror, 0.5).With(Technique.Mixup, 0.5);
    private readonly ResidentDataset _train = new(Blobs.Create(160, seed: 1), torch.CPU);
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-training-").FullName;

    private TrainingJob Job => new()
    {
        CreateModel = () => ModelBuilder.Create(Blobs.Model, Blobs.Classes),
        Train = _train,
        Policy = Policy.None,
        Recipe = Recipe,
        Seed = 7,
    };

    public void Dispose()
    {
        _train.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.05, PrecisionKind.Fp32, 0)]
    [InlineData(OptimizerKind.AdamW, 0.003, PrecisionKind.Fp32, 0.99)]
    [InlineData(OptimizerKind.Lamb, 0.01, PrecisionKind.Fp32, 0)]
    [InlineData(OptimizerKind.Sgd, 0.05, PrecisionKind.Bf16, 0)]
    public void A_few_epochs_teach_an_easy_task(OptimizerKind optimizer, double learningRate, PrecisionKind precision, double emaDecay)
    {
        using var outcome = Train(Job with
        {
            Recipe = Recipe with { Epochs = 8, Optimizer = optimizer, LearningRate = learningRate, Precision = precision, EmaDecay = emaDecay },
        });
        using var unseen = new ResidentDataset(Blobs.Create(200, seed: 2), torch.CPU);
        var predictions = Predictor.Predict(outcome.Model!, unseen, TestContext.Current.CancellationToken);

        Assert.True(ClassificationMetrics.ErrorRateOf(predictions) < 0.03, $"error {ClassificationMetrics.ErrorRateOf(predictions)}");
        Assert.True(outcome.EpochLosses[^1] < outcome.EpochLosses[0]);
        Assert.Equal(3L * 160 * 8, outcome.ImagePasses);
    }

    [Fact]
    public void The_same_job_gives_the_same_bits_and_another_seed_does_not()
    {
        var first = WeightsOf(Job with { Policy = Augmented });

        Assert.Equal(first, WeightsOf(Job with { Policy = Augmented }));
        Assert.NotEqual(first, WeightsOf(Job with { Policy = Augmented, Seed = 8 }));
    }

    [Fact]
    public void Jobs_that_differ_in_policy_alone_share_initialisation_and_order()
    {
        // At a learning rate of next to nothing the first epoch's loss is that of the initial weights over the same batches.
        var still = Job with { Recipe = Recipe with { Epochs = 1, LearningRate = 1e-12, WeightDecay = 0 } };
        var zero = new Policy { Name = "zero", Values = [new PolicyValue(Technique.HorizontalMirror, 0)] };
        using var none = Train(still);
        using var off = Train(still with { Policy = zero });
        using var augmented = Train(still with { Policy = Augmented });

        Assert.Equal(none.EpochLosses, off.EpochLosses);
        Assert.NotEqual(none.EpochLosses, augmented.EpochLosses);
        Assert.Equal(WeightsOf(none.Model!)[..100], WeightsOf(augmented.Model!)[..100]);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, 1)]
    [InlineData(OptimizerKind.AdamW, 3)]
    public void A_training_cancelled_and_resumed_equals_one_that_was_not(OptimizerKind optimizer, int stopAfter)
    {
        var job = Job with { Policy = Augmented, Recipe = Recipe with { Optimizer = optimizer, EmaDecay = 0.9 } };
        using var whole = Train(job);
        var path = Path.Combine(_folder, "checkpoint");
        using var stop = new CancellationTokenSource();
        var resumable = job with { CheckpointPath = path };

        Assert.Throws<OperationCanceledException>(() => Train(
            resumable, new Told<EpochProgress>(p => { if (p.Epoch == stopAfter) { stop.Cancel(); } }), stop.Token));
        Assert.True(File.Exists(path));
        var told = new List<EpochProgress>();
        using var resumed = Train(resumable, new Told<EpochProgress>(told.Add), TestContext.Current.CancellationToken);

        Assert.Equal(4 - stopAfter, told.Count);
        Assert.Equal(whole.EpochLosses, resumed.EpochLosses);
        Assert.Equal(WeightsOf(whole.Model!), WeightsOf(resumed.Model!));
        Assert.Equal(whole.ImagePasses, resumed.ImagePasses);
    }

    [Fact]
    public void A_damaged_checkpoint_costs_the_head_start_and_nothing_else()
    {
        var path = Path.Combine(_folder, "checkpoint");
        File.WriteAllBytes(path, [1, 2, 3]);
        using var whole = Train(Job);
        using var outcome = Train(Job with { CheckpointPath = path });

        Assert.Equal(whole.EpochLosses, outcome.EpochLosses);
    }

    [Fact]
    public void Checkpoints_are_five_seconds_apart()
    {
        var path = Path.Combine(_folder, "checkpoint");
        using var outcome = new Trainer(new SteppingClock(TimeSpan.Zero), NullLogger.Instance)
            .Train(Job with { CheckpointPath = path }, null, TestContext.Current.CancellationToken);

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_training_that_diverges_fails_with_its_reason()
    {
        using var outcome = Train(Job with { Recipe = Recipe with { LearningRate = 1e9, ClipNorm = 0 } });

        Assert.Null(outcome.Model);
        Assert.Contains("diverged", outcome.Failure, StringComparison.Ordinal);
        Assert.False(outcome.FailureIsTransient);
    }

    [Fact]
    public void A_lack_of_memory_is_told_from_other_failures()
    {
        using var outcome = Train(Job with { CreateModel = () => throw new InsufficientMemoryException("no room") });

        Assert.Equal(("no room", true, true), (outcome.Failure, outcome.FailureIsTransient, outcome.RanOutOfMemory));
    }

    [Fact]
    public void Fewer_images_than_a_batch_are_one_batch()
    {
        using var outcome = Train(Job with { Recipe = Recipe with { BatchSize = 1000 } });

        Assert.Null(outcome.Failure);
        Assert.Equal(3L * 160 * 4, outcome.ImagePasses);
    }

    [Fact]
    public void Fidelity_takes_a_share_of_epochs_and_of_images()
    {
        using var outcome = Train(Job with { Fidelity = new Fidelity(0.5, 0.4) });

        Assert.Equal(2, outcome.EpochLosses.Count);
        Assert.Equal(3L * 64 * 2, outcome.ImagePasses);
    }

    [Fact]
    public void Synthetic_images_are_added_in_their_ratio()
    {
        using var synthetic = new ResidentDataset(Blobs.Create(40, seed: 3), torch.CPU);
        var job = Job with { Synthetic = synthetic, Policy = Policy.None.With(Technique.Synthetic, 0.6) };
        using var outcome = Train(job);

        Assert.Equal(3L * 256 * 4, outcome.ImagePasses);
        Assert.Throws<DiagnosticException>(() => Train(job with { Synthetic = null }));
    }

    private static TrainingOutcome Train(TrainingJob job) => Train(job, null, TestContext.Current.CancellationToken);

    private static TrainingOutcome Train(TrainingJob job, IProgress<EpochProgress>? progress, CancellationToken cancellation) =>
        new Trainer(new SteppingClock(TimeSpan.FromSeconds(6)), NullLogger.Instance).Train(job, progress, cancellation);

    private static float[] WeightsOf(TrainingJob job)
    {
        using var outcome = Train(job);
        return WeightsOf(outcome.Model!);
    }

    private static float[] WeightsOf(Classifier model) =>
        [.. model.State.SelectMany(s => s.Value.to(torch.ScalarType.Float32).data<float>().ToArray())];

    private sealed class Told<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }

    /// <summary>Moves on by the same step whenever it is looked at.</summary>
    private sealed class SteppingClock(TimeSpan step) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += step.Ticks;
    }
}
