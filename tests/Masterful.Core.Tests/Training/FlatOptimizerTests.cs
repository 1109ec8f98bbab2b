using Masterful.Core.Spec;
using Masterful.Core.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Training;

public class FlatOptimizerTests
{
    private const double LearningRate = 0.05;
    private const double Decay = 0.1;

    [Fact]
    public void Parameters_of_another_type_than_float32_are_refused_by_name()
    {
        using var network = nn.Linear(3, 2, dtype: ScalarType.Float64);

        var e = Assert.Throws<DiagnosticException>(() => FlatParameters.Of(network));

        Assert.Equal(TrainingDiagnostics.ParametersNotFloat, Assert.Single(e.Diagnostics).Code);
        Assert.Contains("The model's parameter 'weight' is Float64", e.Message);
    }

    [Fact]
    public void Nesterov_sgd_takes_the_steps_of_torch()
    {
        using var scope = NewDisposeScope();
        AssertSameSteps(
            OptimizerKind.Sgd,
            (decayed, rest) => optim.SGD(
                [
                    new SGD.ParamGroup(decayed, LearningRate, 0.9, 0, Decay, nesterov: true),
                    new SGD.ParamGroup(rest, LearningRate, 0.9, 0, 0, nesterov: true),
                ],
                LearningRate, 0.9, nesterov: true));
    }

    [Fact]
    public void Adamw_takes_the_steps_of_torch()
    {
        using var scope = NewDisposeScope();
        AssertSameSteps(
            OptimizerKind.AdamW,
            (decayed, rest) => optim.AdamW(
                [
                    new TorchSharp.Modules.AdamW.ParamGroup(decayed, LearningRate, weight_decay: Decay),
                    new TorchSharp.Modules.AdamW.ParamGroup(rest, LearningRate, weight_decay: 0),
                ],
                LearningRate));
    }

    [Fact]
    public void Lamb_scales_each_weight_by_its_trust_ratio()
    {
        using var scope = NewDisposeScope();
        var network = nn.Linear(2, 1);
        using (no_grad())
        {
            network.weight!.copy_(tensor(new float[,] { { 3, 4 } }));
            network.bias!.copy_(tensor(new float[] { 1 }));
        }

        using var parameters = FlatParameters.Of(network);
        using var optimizer = FlatOptimizer.Create(RecipeOf(OptimizerKind.Lamb), parameters);
        parameters.Gradients.copy_(tensor(new float[] { 0.5f, -2, 1 }));
        optimizer.Step(LearningRate, 1);

        // At the first step m̂ / √v̂ is the gradient's sign: u = (1, −1) + 0.1 · (3, 4) = (1.3, −0.6), ‖θ‖ = 5, ‖u‖ = √2.05.
        var ratio = 5 / Math.Sqrt((1.3 * 1.3) + (0.6 * 0.6));
        var weight = network.weight.data<float>().ToArray();
        Assert.Equal(3 - (LearningRate * ratio * 1.3), weight[0], 4);
        Assert.Equal(4 + (LearningRate * ratio * 0.6), weight[1], 4);
        Assert.Equal(1 - LearningRate, network.bias.item<float>(), 4);
    }

    [Fact]
    public void Lamb_leaves_out_the_ratio_where_a_weight_is_zero()
    {
        using var scope = NewDisposeScope();
        var network = nn.Linear(2, 1, hasBias: false);
        using (no_grad())
        {
            network.weight!.zero_();
        }

        using var parameters = FlatParameters.Of(network);
        using var optimizer = FlatOptimizer.Create(RecipeOf(OptimizerKind.Lamb), parameters);
        parameters.Gradients.fill_(1);
        optimizer.Step(LearningRate, 1);

        Assert.All(network.weight.data<float>().ToArray(), w => Assert.Equal(-LearningRate, w, 4));
    }

    [Fact]
    public void Gradients_of_a_backward_pass_land_in_the_flat_buffer()
    {
        using var scope = NewDisposeScope();
        var network = Network();
        using var parameters = FlatParameters.Of(network);

        network.forward(ones(4, 3)).sum().backward();

        Assert.Equal(parameters.Count, network.parameters().Sum(p => p.numel()));
        Assert.Equal(18 + 12, parameters.DecayedCount);
        Assert.Equal(
            network.parameters().Sum(p => p.grad!.sum().item<float>()), parameters.Gradients.sum().item<float>(), 1e-3f);
        Assert.NotEqual(0, parameters.Gradients.abs().sum().item<float>());
    }

    private static Recipe RecipeOf(OptimizerKind optimizer) =>
        new() { Epochs = 1, BatchSize = 1, LearningRate = LearningRate, Optimizer = optimizer, Momentum = 0.9, WeightDecay = Decay };

    private static nn.Module<Tensor, Tensor> Network() => nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.Linear(6, 2));

    private static void AssertSameSteps(
        OptimizerKind kind, Func<IEnumerable<Parameter>, IEnumerable<Parameter>, optim.Optimizer> reference)
    {
        manual_seed(1);
        var ours = Network();
        var theirs = Network();
        theirs.load_state_dict(ours.state_dict());
        using var parameters = FlatParameters.Of(ours);
        using var optimizer = FlatOptimizer.Create(RecipeOf(kind), parameters);
        var torchs = reference(theirs.parameters().Where(p => p.dim() > 1), theirs.parameters().Where(p => p.dim() <= 1));

        for (var step = 1; step <= 5; step++)
        {
            var input = randn(8, 3);
            parameters.Gradients.zero_();
            ours.forward(input).square().sum().backward();
            using (no_grad())
            {
                optimizer.Step(LearningRate, step);
            }

            torchs.zero_grad();
            theirs.forward(input).square().sum().backward();
            torchs.step();
            foreach (var (a, b) in ours.parameters().Zip(theirs.parameters()))
            {
                Assert.True(allclose(a, b, 1e-5, 1e-6), $"step {step}: off by {(a - b).abs().max().item<float>()}");
            }
        }
    }
}
