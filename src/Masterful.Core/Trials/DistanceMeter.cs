using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Techniques;
using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Trials;

/// <summary>Measures how far operations move a model, all on the same images and with the same draws.</summary>
internal sealed class DistanceMeter : IDisposable
{
    private readonly Classifier _model;
    private readonly ResidentDataset _images;
    private readonly int[] _labels;
    private readonly long _drawSeed;

    /// <summary>Moves the model to the device, takes the images and measures the model on them unchanged.</summary>
    public DistanceMeter(Classifier model, Device device, ResidentDataset select, DistanceProbe probe)
    {
        _model = model;
        _model.to(device);
        _drawSeed = Seeds.Derive(probe.Trial.Seed, "probe");
        _images = Sample(select, probe.MaximumImages);
        using var labels = _images.Labels.cpu();
        _labels = Array.ConvertAll(labels.data<long>().ToArray(), l => (int)l);
        (CleanLoss, CleanError) = Score(image => image, CancellationToken.None);
    }

    /// <summary>Mean cross-entropy in nats on the images as they are.</summary>
    public double CleanLoss { get; }

    /// <summary>Error rate on the images as they are.</summary>
    public double CleanError { get; }

    /// <summary>Images inferred so far.</summary>
    public long ImagePasses { get; private set; }

    /// <summary>An operation's curve. Strength 0 is the clean model, whatever the operation.</summary>
    public OperationDistance Measure(string operation, IReadOnlyList<double> strengths, CancellationToken cancellation)
    {
        var losses = new double[strengths.Count];
        var errors = new double[strengths.Count];
        for (var i = 0; i < strengths.Count; i++)
        {
            using var generator = new Generator((ulong)_drawSeed, CPU);
            var strength = strengths[i];
            (losses[i], errors[i]) = strength == 0
                ? (CleanLoss, CleanError)
                : Score(images => OperationProbe.Apply(operation, strength, images, generator), cancellation);
        }

        return new OperationDistance(operation, losses, errors);
    }

    public void Dispose() => _images.Dispose();

    private (double Loss, double Error) Score(Func<Tensor, Tensor> change, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var logits = Predictor.Logits(_model, _images.Images, change, cancellation).cpu();
        var predictions = new Predictions([.. logits.data<float>()], (int)logits.shape[1], _labels);
        ImagePasses += predictions.Count;
        return (ClassificationMetrics.MeanCrossEntropy(predictions), ClassificationMetrics.ErrorRateOf(predictions));
    }

    /// <summary>A stratified subset, the same for every probe of a split.</summary>
    private static ResidentDataset Sample(ResidentDataset select, int count)
    {
        using var labels = select.Labels.cpu();
        var classes = Array.ConvertAll(labels.data<long>().ToArray(), l => (int)l);
        var ranks = Enumerable.Range(0, classes.Length).Select(i => Stratification.Rank((ulong)i, 0)).ToArray();
        return select.Subset(Stratification.Take(classes, ranks, Math.Min(count, classes.Length)));
    }
}
