using Masterful.Core.Spec;
using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>
/// Applies a policy to batches, on whatever device they are. Techniques work in search order: first what moves pixels (mirror,
/// quarter turns, rotate, spatial and the geometry of TrivialAugment and RandAugment, as one resampling), then colours and
/// blur, then erase, mixup, cutmix and label smoothing. <see cref="Technique.Synthetic"/> and <see cref="Technique.Unlabeled"/> say
/// which images make up a batch, which is not decided here: they are ignored.
/// </summary>
public sealed class BatchAugmenter
{
    private readonly int _classCount;
    private readonly IReadOnlyList<IImageTechnique> _imageTechniques;
    private readonly IReadOnlyList<IBatchTechnique> _batchTechniques;

    /// <summary>Prepares a policy for a number of classes.</summary>
    public BatchAugmenter(Policy policy, int classCount)
    {
        _classCount = classCount;
        var techniques = policy.Values.Where(v => v.Value > 0).OrderBy(v => v.Technique).Select(v => Create(v, policy.Calibration)).ToArray();
        _imageTechniques = [.. techniques.OfType<IImageTechnique>()];
        _batchTechniques = [.. techniques.OfType<IBatchTechnique>()];
    }

    /// <summary>
    /// Augments a batch. Equal generators give equal batches; draws of a technique do not depend on which others are on. Nothing is
    /// read back from the device.
    /// </summary>
    /// <param name="images">uint8 or float [N, C, H, W] of 0..255 with 1 or 3 channels, on any device; not changed.</param>
    /// <param name="labels">int64 [N] of 0..K−1, on the same device.</param>
    /// <param name="generator">A CPU generator; it moves on by the same number of draws whatever the policy.</param>
    /// <exception cref="ArgumentException">The images are not [N, 1 or 3, H, W], there are none, or there are not as many labels.</exception>
    public AugmentedBatch Apply(Tensor images, Tensor labels, Generator generator)
    {
        if (images.dim() != 4 || images.shape[0] == 0 || images.shape[1] is not (1 or 3) || labels.shape is not [var count] || count != images.shape[0])
        {
            throw new ArgumentException(
                $"Images are [N, 1 or 3, H, W] and labels [N]; these are [{string.Join(", ", images.shape)}] and [{string.Join(", ", labels.shape)}].");
        }

        using var noGradient = torch.no_grad();
        using var scope = NewDisposeScope();
        var draws = Draws.Sample((int)images.shape[0], generator);
        var batch = new AugmentedBatch(
            images.to(ScalarType.Float32, copy: true), nn.functional.one_hot(labels, _classCount).to(ScalarType.Float32));
        var plan = new TransformPlan(images.shape);
        foreach (var technique in _imageTechniques)
        {
            technique.Plan(draws, plan);
        }

        plan.Run(batch.Images);
        foreach (var technique in _batchTechniques)
        {
            technique.Apply(batch, draws);
        }

        batch.Images.MoveToOuterDisposeScope();
        batch.Targets.MoveToOuterDisposeScope();
        return batch;
    }

    private static object? Create(PolicyValue value, Calibration calibration) => value.Technique switch
    {
        Technique.HorizontalMirror => new HorizontalMirror(value.Value),
        Technique.Rotate90 => new Rotate90(value.Value),
        Technique.Rotate => new Rotate(value.Value),
        Technique.Spatial or Technique.Hsv or Technique.Contrast or Technique.Blur =>
            new OperationCluster(value.Technique, value.Value, calibration),
        Technique.TrivialAugment => new TrivialAugment(value.Value),
        Technique.RandAugment => new RandAugment(value.Value),
        Technique.Erase => new Erase(value.Value),
        Technique.Mixup => new Mixup(value.Value),
        Technique.Cutmix => new Cutmix(value.Value),
        Technique.LabelSmoothing => new LabelSmoothing(value.Value),
        Technique.Synthetic or Technique.Unlabeled => null,
        _ => throw new ArgumentOutOfRangeException(nameof(value), value.Technique, "Not a technique."),
    };
}
