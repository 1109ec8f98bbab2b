using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Training;
using static TorchSharp.torch;

namespace Masterful.Benchmarks.Speed;

/// <summary>Forward and backward alone, of one fixed batch, in the formats that the engine trains in.</summary>
internal sealed class FixedBatch : IDisposable
{
    private readonly Classifier _model;
    private readonly Tensor _images;
    private readonly Tensor _targets;
    private readonly PrecisionKind _precision;

    /// <summary>Prepares a batch and takes a first step.</summary>
    public FixedBatch(ModelSpec model, int batch, PrecisionKind precision)
    {
        _model = ModelBuilder.Create(model, 10);
        _model.train();
        _images = ChannelsLast.Of(rand(batch, 3, 32, 32).mul(255));
        _targets = nn.functional.one_hot(randint(0, 10, [batch], ScalarType.Int64), 10).to(ScalarType.Float32);
        _precision = precision;
        Step();
    }

    /// <summary>Images per second.</summary>
    public double Rate(double seconds) => Pace.Of(Step, (int)_images.shape[0], seconds);

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        _images.Dispose();
        _targets.Dispose();
    }

    private void Step()
    {
        using var scope = NewDisposeScope();
        Tensor logits;
        using (_precision == PrecisionKind.Bf16 ? Autocast.Enter(_images.device) : default)
        {
            logits = _model.call(_images);
        }

        SoftCrossEntropy.Of(logits, _targets).backward();
    }
}
