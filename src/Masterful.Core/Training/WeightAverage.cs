using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>
/// The exponential moving average of the parameters: one interpolation a step. Early on the decay is (1 + t) / (10 + t), as in
/// TensorFlow's ExponentialMovingAverage with num_updates, so that a short training does not remember its initialisation. Buffers
/// (statistics of batch norm) are not averaged: they are averages already, and at the end of the schedule the weights hardly move.
/// </summary>
internal sealed class WeightAverage(FlatParameters parameters, double decay) : IDisposable
{
    /// <summary>The average, <c>float32 [Count]</c>.</summary>
    public Tensor Values { get; } = parameters.Values.clone().DetachFromDisposeScope();

    /// <summary>Takes in the parameters after a step, counted from 1.</summary>
    public void Update(long step) => Values.lerp_(parameters.Values, 1 - Math.Min(decay, (1.0 + step) / (10 + step)));

    /// <summary>Frees the average.</summary>
    public void Dispose() => Values.Dispose();
}
