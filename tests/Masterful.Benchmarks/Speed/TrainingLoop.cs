using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using static TorchSharp.torch;

namespace Masterful.Benchmarks.Speed;

/// <summary>The engine's own training, on random images of 32×32 in colour, so that its speed can be measured.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly ResidentDataset _images;
    private readonly TrainingRun _run;
    private readonly int _epochImages;

    /// <summary>Prepares a training and takes its first epoch.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="batch">Images a step.</param>
    /// <param name="steps">Steps an epoch.</param>
    /// <param name="policy">What is done to the images.</param>
    /// <param name="precision">Of the model's arithmetic.</param>
    public TrainingLoop(ModelSpec model, int batch, int steps, Policy policy, PrecisionKind precision)
    {
        _images = new ResidentDataset(Noise(batch * steps), CPU);
        _run = new TrainingRun(
            new TrainingJob
            {
                CreateModel = () => ModelBuilder.Create(model, 10),
                Train = _images,
                Policy = policy,
                Recipe = new Recipe { Epochs = 1_000_000, BatchSize = batch, LearningRate = 0.01, Precision = precision },
                Seed = 1,
            },
            [],
            _ => throw new InvalidOperationException("Nothing is checkpointed."));
        _epochImages = batch * steps;
        _run.RunEpoch(CancellationToken.None);
    }

    /// <summary>Images per second of whole steps, data to update.</summary>
    public double Rate(double seconds) => Pace.Of(() => _run.RunEpoch(CancellationToken.None), _epochImages, seconds);

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _images.Dispose();
    }

    /// <summary>Random images of ten classes.</summary>
    private static ImageDataset Noise(int count)
    {
        var (random, shape) = (new Random(1), new ImageShape(32, 32, 3));
        var (store, pixels) = (new MemoryImageStore(shape), new byte[shape.Length]);
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(pixels);
            store.Add(pixels);
        }

        return new ImageDataset(
            store, [.. Enumerable.Range(0, count)], [.. Enumerable.Range(0, count).Select(i => i % 10)], [.. Enumerable.Range(0, 10).Select(c => $"{c}")], "noise");
    }
}
