using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>What the families of the zoo are made of, with torchvision's names and order of state.</summary>
internal static class Layers
{
    /// <summary>Convolution without bias, batch norm and an activation, as a Sequential: state <c>0.weight, 1.weight, 1.bias …</c>.</summary>
    public static nn.Module<Tensor, Tensor> ConvNorm(
        int input, int output, int kernel, int stride, nn.Module<Tensor, Tensor>? activation, BatchNorm norm, int groups = 1)
    {
        var layers = new List<nn.Module<Tensor, Tensor>>
        {
            Convolution(input, output, kernel, stride, groups),
            nn.BatchNorm2d(output, norm.Epsilon, norm.Momentum),
        };
        if (activation is not null)
        {
            layers.Add(activation);
        }

        return nn.Sequential(layers);
    }

    /// <summary>A multiple of 8 near the value, at least 8 and never over 10% below it (the MobileNets' rule for scaled widths).</summary>
    public static int RoundToEight(double value)
    {
        var rounded = Math.Max(8, (int)(value + 4) / 8 * 8);
        return rounded < 0.9 * value ? rounded + 8 : rounded;
    }

    /// <summary>A convolution without bias, padded so that a stride of 1 keeps the size.</summary>
    public static nn.Module<Tensor, Tensor> Convolution(int input, int output, int kernel, int stride, int groups = 1) => (kernel, groups) switch
    {
        (1, 1) => new PointwiseConvolution(input, output, stride),
        ( > 1, > 1) when groups == input && groups == output => new DepthwiseConvolution(input, kernel, stride),
        _ => nn.Conv2d(input, output, kernel, stride, (kernel - 1) / 2, groups: groups, bias: false),
    };

    /// <summary>Kaiming-normal (fan-out) convolutions with zero biases; batch norms start as the identity already.</summary>
    public static void InitialiseConvolutions(nn.Module module)
    {
        foreach (var layer in module.modules())
        {
            var (weight, bias) = layer switch
            {
                TorchSharp.Modules.Conv2d convolution => (convolution.weight, convolution.bias),
                DepthwiseConvolution convolution => (convolution.Weight, null),
                PointwiseConvolution convolution => (convolution.Weight, convolution.Bias),
                _ => (null, null),
            };
            if (weight is not null)
            {
                nn.init.kaiming_normal_(weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
            }

            if (bias is not null)
            {
                nn.init.zeros_(bias);
            }
        }
    }
}

/// <summary>Constants of a batch norm.</summary>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Momentum">Weight of a batch in the running statistics.</param>
internal readonly record struct BatchNorm(double Epsilon, double Momentum)
{
    /// <summary>PyTorch's defaults.</summary>
    public static BatchNorm Default { get; } = new(1e-5, 0.1);
}

/// <summary>
/// The mean of each channel over the image, <c>[N, C, 1, 1]</c>. As a sum that is scaled afterwards: the gradient of libtorch's own mean is
/// a whole image in an order of memory that the layers before it are slow with.
/// </summary>
internal sealed class GlobalAverage() : nn.Module<Tensor, Tensor>(nameof(GlobalAverage))
{
    public override Tensor forward(Tensor input)
    {
        using var sum = input.sum([2, 3], keepdim: true);
        return sum * (1.0 / (input.shape[2] * input.shape[3]));
    }
}

/// <summary>
/// Squeeze-and-excitation: channels weighed by a gate computed from their global means (Hu et al. 2018, "Squeeze-and-Excitation Networks").
/// State: <c>fc1.weight, fc1.bias, fc2.weight, fc2.bias</c>, 1×1 convolutions.
/// </summary>
internal sealed class SqueezeExcitation : nn.Module<Tensor, Tensor>
{
    private readonly Chain _weigh;

    public SqueezeExcitation(int channels, int squeezed, nn.Module<Tensor, Tensor> activation, nn.Module<Tensor, Tensor> gate)
        : base(nameof(SqueezeExcitation))
    {
        var fc1 = new PointwiseConvolution(channels, squeezed, hasBias: true);
        var fc2 = new PointwiseConvolution(squeezed, channels, hasBias: true);
        register_module("fc1", fc1);
        register_module("fc2", fc2);
        _weigh = new Chain(new GlobalAverage(), fc1, activation, fc2, gate);
    }

    public override Tensor forward(Tensor input)
    {
        using var weights = _weigh.Run(input);
        return input * weights;
    }
}

/// <summary>
/// Drops the whole input of an example with a probability while training, and scales up what is kept
/// (Huang et al. 2016, "Deep Networks with Stochastic Depth"; the "row" mode of torchvision).
/// </summary>
internal sealed class StochasticDepth(double probability) : nn.Module<Tensor, Tensor>(nameof(StochasticDepth))
{
    public override Tensor forward(Tensor input)
    {
        if (!training || probability == 0)
        {
            return input.alias();
        }

        var keep = 1 - probability;
        using var weights = empty([input.shape[0], 1, 1, 1], input.dtype, input.device).bernoulli_(keep).div_(keep);
        return input * weights;
    }
}
