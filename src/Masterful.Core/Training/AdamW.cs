using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101, algorithm 2, without its schedule factor on the
/// decay's learning rate, as in PyTorch): θ ← (1 − ηλ)θ − η m̂ / (√v̂ + ε), β₂ = 0.999, ε = 1e-8.
/// </summary>
internal sealed class AdamW : FlatOptimizer
{
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;
    private readonly double _beta1;
    private readonly double _weightDecay;
    private readonly Tensor _first;
    private readonly Tensor _second;

    public AdamW(FlatParameters parameters, double beta1, double weightDecay)
        : base(parameters)
    {
        (_beta1, _weightDecay) = (beta1, weightDecay);
        (_first, _second) = (NewState(), NewState());
        State = new Dictionary<string, Tensor> { ["first"] = _first, ["second"] = _second };
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    public override void Step(double learningRate, long step)
    {
        var (gradients, values) = (Parameters.Gradients, Parameters.Values);
        _first.mul_(_beta1).add_(gradients, alpha: 1 - _beta1);
        _second.mul_(Beta2).addcmul_(gradients, gradients, 1 - Beta2);

        Parameters.DecayedValues.mul_(1 - (learningRate * _weightDecay));
        var denominator = _second.sqrt().div_(Math.Sqrt(1 - Math.Pow(Beta2, step))).add_(Epsilon);
        values.addcdiv_(_first, denominator, -learningRate / (1 - Math.Pow(_beta1, step)));
    }
}
