using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Microsoft.Extensions.Logging;
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

    [Theory]
    [InlineData("three bytes")]
    [InlineData("empty")]
    [InlineData("of the first version, minus one epoch")]
    [InlineData("cut short")]
    [InlineData("longer")]
    [InlineData("a bit is turned")]
    [InlineData("another length")]
    [InlineData("minus one epoch")]
    [InlineData("two thousand million epochs")]
    [InlineData("a weight that is no number")]
    public void A_damaged_checkpoint_is_told_and_set_aside_and_costs_the_head_start_and_nothing_else(string damage)
    {
        var path = Path.Combine(_folder, "checkpoint");
        File.WriteAllBytes(path, Damaged(damage, path));
        var log = new Collected();
        using var outcome = new Trainer(new SteppingClock(TimeSpan.Zero), log).Train(Job with { CheckpointPath = path }, null, TestContext.Current.CancellationToken);

        Assert.Equal(Undisturbed(path).Losses, outcome.EpochLosses);
        Assert.Contains(path, Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.StartsWith("MST0215", log.Lines[0], StringComparison.Ordinal);
        Assert.True(File.Exists($"{path}.damaged"));
        Assert.False(File.Exists(path));
        if (damage.Contains("epoch", StringComparison.Ordinal) && !damage.StartsWith("of", StringComparison.Ordinal))
        {
            // A hash that is right says who wrote it, not that it is sound: what it holds was looked at.
            Assert.Contains("epochs, and this training has 4", log.Lines[0], StringComparison.Ordinal);
        }
    }

    private static (IReadOnlyList<double> Losses, byte[] Checkpoint)? _undisturbed;

    /// <summary>The losses of the job, and its checkpoint after the first epoch.</summary>
    private (IReadOnlyList<double> Losses, byte[] Checkpoint) Undisturbed(string path)
    {
        if (_undisturbed is not { } made)
        {
            byte[] checkpoint = [];
            using var outcome = Train(
                Job with { CheckpointPath = path }, new Told<EpochProgress>(p => checkpoint = p.Epoch == 1 ? File.ReadAllBytes(path) : checkpoint), TestContext.Current.CancellationToken);
            File.Delete(path);
            _undisturbed = made = (outcome.EpochLosses, checkpoint);
        }

        return made;
    }

    /// <summary>The bytes of a checkpoint with something wrong in them.</summary>
    private byte[] Damaged(string damage, string path)
    {
        byte[] bytes = [.. Undisturbed(path).Checkpoint];
        switch (damage)
        {
            case "three bytes": return [1, 2, 3];
            case "empty": return [];
            case "of the first version, minus one epoch": return [22, .. "masterful-checkpoint/1"u8, 255, 255, 255, 255];
            case "cut short": return bytes[..^100];
            case "longer": return [.. bytes, 0];
            case "another length": bytes[9] ^= 1; return bytes;
            case "minus one epoch": BitConverter.TryWriteBytes(bytes.AsSpan(16), -1); break;
            case "two thousand million epochs": BitConverter.TryWriteBytes(bytes.AsSpan(16), 2_000_000_000); break;
            case "a weight that is no number": BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 36), float.NaN); break;
            default: bytes[^200] ^= 1; return bytes;
        }

        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }

    private sealed class Collected : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
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
