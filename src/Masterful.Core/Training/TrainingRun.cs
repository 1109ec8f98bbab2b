using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>The state of one training between its epochs, and how an epoch and a step change it.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingJob _job;
    private readonly List<double> _losses;
    private readonly Checkpoint? _checkpoint;
    private readonly int[] _images;
    private readonly List<AddedImages> _added;
    private readonly List<AddedDraws> _draws;
    private readonly BatchAugmenter _augmenter;
    private readonly OneCycleSchedule _schedule;
    private readonly Classifier _model;
    private readonly FlatParameters _parameters;
    private readonly FlatOptimizer _optimizer;
    private readonly WeightAverage? _average;
    private readonly Tensor _lossSum;
    private readonly int _stepsPerEpoch;
    private bool _isFinished;

    public TrainingRun(TrainingJob job, List<double> losses, Func<string, Checkpoint> openCheckpoint)
    {
        var recipe = job.Recipe;
        (_job, _losses) = (job, losses);
        _images = ImagesOf(job);
        var sources = Sources(job).ToList();
        (_added, _draws) = ([.. sources.Select(s => s.Images)], [.. sources.Select(s => s.Draws)]);
        Epochs = job.Fidelity.Epochs(recipe);
        _stepsPerEpoch = Shape(job).Steps;
        _augmenter = new BatchAugmenter(job.Policy, job.Train.Classes.Count);
        _schedule = new OneCycleSchedule(recipe.LearningRate, (long)Epochs * _stepsPerEpoch, recipe.WarmupShare);

        Seed("init");
        _model = job.CreateModel();
        _model.to(job.Train.Device);
        _parameters = FlatParameters.Of(_model);
        _optimizer = FlatOptimizer.Create(recipe, _parameters);
        _average = recipe.EmaDecay > 0 ? new WeightAverage(_parameters, recipe.EmaDecay) : null;
        _lossSum = zeros(1, device: job.Train.Device).DetachFromDisposeScope();
        _checkpoint = job.CheckpointPath is { } path ? openCheckpoint(path) : null;
    }

    /// <summary>Epochs done.</summary>
    public int Epoch => _losses.Count;

    /// <summary>Epochs of the whole training.</summary>
    public int Epochs { get; }

    /// <summary>3 for each image that a job trains on in so many epochs.</summary>
    public static long ImagePasses(TrainingJob job, int epochs)
    {
        var (batchSize, steps) = Shape(job);
        return 3L * batchSize * steps * epochs;
    }

    /// <summary>Goes on from the checkpoint, if there is one.</summary>
    public void Restore() => _checkpoint?.Restore(State(), _losses, Epochs);

    /// <summary>Trains one epoch and keeps its state; returns the number of images trained on.</summary>
    public int RunEpoch(CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var order = EpochOrder.Create(_images, _draws, _job.Recipe.BatchSize, Derive($"order/{Epoch}"));
        var positions = tensor(Array.ConvertAll(order.Positions, p => (long)p), ScalarType.Int64).to(_job.Train.Device);
        using var generator = new Generator((ulong)Derive($"augment/{Epoch}"), CPU);
        Seed($"dropout/{Epoch}");
        _model.train();
        _lossSum.zero_();
        var step = (long)Epoch * _stepsPerEpoch;
        _job.Meter?.Begin();
        foreach (var (done, batch) in order.Batches.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            Step(batch, positions, generator, ++step);
            _job.Meter?.Step(Epoch, Epochs, _losses.Count > 0 ? _losses[^1] : 0, done + 1, order.Batches.Count, batch.Counts.Sum());
        }

        _losses.Add(_lossSum.item<float>() / order.Batches.Count);
        if (double.IsFinite(_losses[^1]) && Epoch < Epochs)
        {
            _checkpoint?.SaveIfDue(State(), _losses);
        }

        return order.Positions.Length;
    }

    /// <summary>The trained model, for the caller to own, or null when its weights are not finite.</summary>
    public Classifier? Finish()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_average is not null)
        {
            _parameters.Values.copy_(_average.Values);
        }

        foreach (var parameter in _model.parameters())
        {
            parameter.grad = null;
        }

        _model.eval();
        _isFinished = _parameters.Values.isfinite().all().item<bool>();
        return _isFinished ? _model : null;
    }

    public void Dispose()
    {
        _lossSum.Dispose();
        _average?.Dispose();
        _optimizer.Dispose();
        _parameters.Dispose();
        if (!_isFinished)
        {
            _model.Dispose();
        }
    }

    /// <summary>One step; nothing is read back from the device.</summary>
    private void Step(BatchRange range, Tensor positions, Generator generator, long step)
    {
        using var scope = NewDisposeScope();
        var (images, labels) = Gather(range, positions);
        var batch = _augmenter.Apply(images, labels, generator);
        _parameters.Gradients.zero_();
        Tensor logits;
        using (_job.Recipe.Precision == PrecisionKind.Bf16 ? Autocast.Enter(_job.Train.Device) : default)
        {
            logits = _model.call(ChannelsLast.Of(batch.Images));
        }

        var loss = SoftCrossEntropy.Of(logits, batch.Targets);
        loss.backward();

        using var noGradient = no_grad();
        ClipGradient();
        _optimizer.Step(_schedule[step - 1], step);
        _average?.Update(step);
        _lossSum.add_(loss.detach());
    }

    private (Tensor Images, Tensor Labels) Gather(BatchRange range, Tensor positions)
    {
        var (images, labels) = (new List<Tensor>(), new List<Tensor>());
        var start = range.Start;
        for (var source = 0; source < range.Counts.Count; source++)
        {
            var count = range.Counts[source];
            if (count == 0)
            {
                continue;
            }

            var index = positions.narrow(0, start, count);
            var (from, classes) = source == 0 ? (_job.Train, _job.Train.Labels) : (_added[source - 1].Source, _added[source - 1].Labels);
            images.Add(from.Images.index_select(0, index));
            labels.Add(classes.index_select(0, index));
            start += count;
        }

        return images.Count == 1 ? (images[0], labels[0]) : (cat(images), cat(labels));
    }

    /// <summary>Scales the gradient to at most the recipe's norm, as PyTorch's <c>clip_grad_norm_</c> does.</summary>
    private void ClipGradient()
    {
        if (_job.Recipe.ClipNorm > 0)
        {
            var scale = _parameters.Gradients.norm().add_(1e-6).reciprocal_().mul_(_job.Recipe.ClipNorm).clamp_(max: 1);
            _parameters.Gradients.mul_(scale);
        }
    }

    /// <summary>Every tensor that the next epoch depends on.</summary>
    private Dictionary<string, Tensor> State()
    {
        var state = _optimizer.State.ToDictionary(s => $"optimizer.{s.Key}", s => s.Value);
        foreach (var (name, value) in _model.State)
        {
            state[$"model.{name}"] = value;
        }

        if (_average is not null)
        {
            state["average"] = _average.Values;
        }

        return state;
    }

    private long Derive(string purpose) => Seeds.Derive(_job.Seed, purpose);

    private void Seed(string purpose) => manual_seed(Derive(purpose)).Dispose();

    private static (int BatchSize, int Steps) Shape(TrainingJob job)
    {
        var images = job.Fidelity.Images(job.Train.Count) + Sources(job).Sum(s => s.Draws.Count);
        var batchSize = Math.Min(job.Recipe.BatchSize, images);
        return (batchSize, images / batchSize);
    }

    /// <summary>The sources of added images that the policy uses, and what an epoch draws from each.</summary>
    private static IEnumerable<(AddedImages Images, AddedDraws Draws)> Sources(TrainingJob job)
    {
        (Technique Technique, AddedImages? Images)[] sources =
        [
            (Technique.Synthetic, job.Synthetic is { } synthetic ? AddedImages.All(synthetic) : null),
            (Technique.Unlabeled, job.PseudoLabelled),
        ];
        foreach (var (technique, images) in sources)
        {
            if (job.Policy[technique] is var ratio and > 0)
            {
                var name = TechniqueAxis.Of(technique).Name;
                yield return images is { Choices.Count: > 0 }
                    ? (images, new AddedDraws(name, images.Choices, (int)Math.Round(ratio * job.Fidelity.Images(job.Train.Count), MidpointRounding.AwayFromZero)))
                    : throw new DiagnosticException(
                        TrainingDiagnostics.NoAddedImages, $"Policy '{job.Policy.Name}' adds {name} images, but there are none.");
            }
        }
    }

    private static int[] ImagesOf(TrainingJob job)
    {
        if (job.Train.Count == 0)
        {
            throw new DiagnosticException(TrainingDiagnostics.NoTrainingImages, "The training split has no images.");
        }

        using var labels = job.Train.Labels.cpu();
        var classes = Array.ConvertAll(labels.data<long>().ToArray(), l => (int)l);
        var ranks = new ulong[classes.Length];
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = Stratification.Rank((ulong)i, (ulong)Seeds.Derive(job.Seed, "subset"));
        }

        return Stratification.Take(classes, ranks, job.Fidelity.Images(classes.Length));
    }
}
