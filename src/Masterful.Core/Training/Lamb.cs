using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>
/// Layer-wise adaptive moments (You et al., arXiv:1904.00962, algorithm 2 with φ the identity): u = m̂ / (√v̂ + ε) + λθ,
/// θ ← θ − η (‖θ‖ / ‖u‖) u for each parameter, the ratio being 1 where a norm is 0; β₂ = 0.999, ε = 1e-6. Norms and biases, which do
/// not decay, are not scaled by the ratio either, as in the authors' own BERT training.
/// </summary>
internal sealed class Lamb : FlatOptimizer
{
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-6;
    private readonly double _beta1;
    private readonly double _weightDecay;
    private readonly Tensor _first;
    private readonly Tensor _second;
    private readonly long[] _lengths;

    public Lamb(FlatParameters parameters, double beta1, double weightDecay)
        : base(parameters)
    {
        (_beta1, _weightDecay) = (beta1, weightDecay);
        (_first, _second) = (NewState(), NewState());
        _lengths = [.. parameters.DecayedLengths];
        State = new Dictionary<string, Tensor> { ["first"] = _first, ["second"] = _second };
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    public override void Step(double learningRate, long step)
    {
        var gradients = Parameters.Gradients;
        _first.mul_(_beta1).add_(gradients, alpha: 1 - _beta1);
        _second.mul_(Beta2).addcmul_(gradients, gradients, 1 - Beta2);

        var denominator = _second.div(1 - Math.Pow(Beta2, step)).sqrt_().add_(Epsilon);
        var update = _first.div(1 - Math.Pow(_beta1, step)).div_(denominator);
        var decayed = update.narrow(0, 0, Parameters.DecayedCount);
        decayed.add_(Parameters.DecayedValues, alpha: _weightDecay);
        ScaleByTrustRatio(decayed);
        Parameters.Values.add_(update, alpha: -learningRate);
    }

    private void ScaleByTrustRatio(Tensor update)
    {
        for (var (i, offset) = (0, 0L); i < _lengths.Length; offset += _lengths[i++])
        {
            var part = update.narrow(0, offset, _lengths[i]);
            var weight = Parameters.DecayedValues.narrow(0, offset, _lengths[i]).norm();
            var length = part.norm();
            part.mul_(where((weight > 0).logical_and(length > 0), weight / length, ones_like(length)));
        }
    }
}
