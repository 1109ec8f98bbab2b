using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>
/// Stochastic gradient descent with Nesterov momentum and L2 decay, as PyTorch's <c>SGD(nesterov=True)</c> has it:
/// g ← g + λθ, b ← μb + g, θ ← θ − η(g + μb).
/// </summary>
internal sealed class NesterovSgd : FlatOptimizer
{
    private readonly double _momentum;
    private readonly double _weightDecay;
    private readonly Tensor _velocity;

    public NesterovSgd(FlatParameters parameters, double momentum, double weightDecay)
        : base(parameters)
    {
        (_momentum, _weightDecay) = (momentum, weightDecay);
        _velocity = NewState();
        State = new Dictionary<string, Tensor> { ["velocity"] = _velocity };
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    public override void Step(double learningRate, long step)
    {
        Parameters.DecayedGradients.add_(Parameters.DecayedValues, alpha: _weightDecay);
        _velocity.mul_(_momentum).add_(Parameters.Gradients);
        Parameters.Gradients.add_(_velocity, alpha: _momentum);
        Parameters.Values.add_(Parameters.Gradients, alpha: -learningRate);
    }
}
