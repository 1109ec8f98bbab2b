using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Techniques;

namespace Masterful.Core.Training;

/// <summary>What a training is given.</summary>
public sealed record TrainingJob
{
    /// <summary>
    /// Makes the fresh model, on the CPU. Called once, right after torch's generator is seeded with the stream of the initialisation.
    /// </summary>
    public required Func<Classifier> CreateModel { get; init; }

    /// <summary>Training images; their device is where the training runs. Not disposed.</summary>
    public required ResidentDataset Train { get; init; }

    /// <summary>Synthetic images on the same device, needed when the policy blends them in. Not disposed.</summary>
    public ResidentDataset? Synthetic { get; init; }

    /// <summary>Pseudo-labelled images on the same device, needed when the policy has unlabeled images. Not disposed.</summary>
    public AddedImages? PseudoLabelled { get; init; }

    /// <summary>What is done to the images.</summary>
    public required Policy Policy { get; init; }

    /// <summary>How the model is trained; its precision is settled (not auto).</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>How much of a full training it is.</summary>
    public Fidelity Fidelity { get; init; } = Fidelity.Full;

    /// <summary>Origin of every random stream.</summary>
    public required long Seed { get; init; }

    /// <summary>
    /// Full path of the file that the state after an epoch is kept in, or null. When the file is there, training goes on from it; whoever
    /// starts a job names a path that no other job has, and deletes the file when the result is safe.
    /// </summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Notes each batch, or null.</summary>
    public TrainingMeter? Meter { get; init; }
}

/// <summary>An epoch of a training has ended, or a batch of the next one.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Epochs">Epochs of the whole training.</param>
/// <param name="Loss">Mean training loss of the last epoch, in nats; 0 before the first has ended.</param>
/// <param name="ImagesPerSecond">Speed of the epoch, or of the batches.</param>
/// <param name="Batch">Batches done of the epoch after those; 0 at an epoch's end.</param>
/// <param name="Batches">Batches of an epoch; 0 at an epoch's end.</param>
/// <param name="Seconds">How long the speed of batches was measured; 0 at an epoch's end.</param>
public sealed record EpochProgress(int Epoch, int Epochs, double Loss, double ImagesPerSecond, int Batch = 0, int Batches = 0, double Seconds = 0)
{
    /// <summary>How much of the training is done, 0 to 1.</summary>
    public double Share() => (Epoch + (Batches == 0 ? 0 : (double)Batch / Batches)) / Math.Max(1, Epochs);
}

/// <summary>What came of a training; owns the model.</summary>
public sealed record TrainingOutcome : IDisposable
{
    /// <summary>
    /// The trained model in evaluation mode, on the training's device, with the averaged weights where the recipe has an average; null
    /// when the training failed.
    /// </summary>
    public Classifier? Model { get; init; }

    /// <summary>Why it failed, in a sentence; null when it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether the failure is the machine's (no memory left) or the model's own code's, and another attempt may succeed.</summary>
    public bool FailureIsTransient { get; init; }

    /// <summary>Whether memory ran out: smaller batches may fit.</summary>
    public bool RanOutOfMemory { get; init; }

    /// <summary>Mean training loss of each epoch, in nats; of a diverged training the last is NaN or infinite.</summary>
    public required IReadOnlyList<double> EpochLosses { get; init; }

    /// <summary>Work done, epochs restored from a checkpoint included: 3 for each image trained on.</summary>
    public required long ImagePasses { get; init; }

    /// <summary>Wall time of this process, restored epochs not included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Frees the model.</summary>
    public void Dispose() => Model?.Dispose();
}
