using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// A convolution with a 1×1 kernel. State: <c>weight</c>, <c>[output, input, 1, 1]</c>, and <c>bias</c> where there is one, as PyTorch's.
/// On a CPU it is a matrix product over the pixels: libtorch's convolution library divides by zero, which ends the process, for the wide
/// ones of a ResNet-50 on processors whose caches it misjudges.
/// </summary>
internal sealed class PointwiseConvolution : nn.Module<Tensor, Tensor>
{
    private const string WeightName = "weight";
    private const string BiasName = "bias";
    private readonly int _stride;

    /// <param name="input">Channels.</param>
    /// <param name="output">Channels.</param>
    /// <param name="stride">Step: of each pixel that is skipped nothing is seen.</param>
    /// <param name="hasBias">Whether a number of its own is added to each channel.</param>
    public PointwiseConvolution(int input, int output, int stride = 1, bool hasBias = false)
        : base(nameof(PointwiseConvolution))
    {
        _stride = stride;
        var convolution = nn.Conv2d(input, output, 1, bias: hasBias);
        register_parameter(WeightName, convolution.weight);
        if (convolution.bias is { } bias)
        {
            register_parameter(BiasName, bias);
        }
    }

    /// <summary>The kernels.</summary>
    public TorchSharp.Modules.Parameter Weight => get_parameter(WeightName)!;

    /// <summary>What is added, or null.</summary>
    public TorchSharp.Modules.Parameter? Bias => get_parameter(BiasName);

    public override Tensor forward(Tensor input)
    {
        if (input.device_type != TorchSharp.DeviceType.CPU)
        {
            return nn.functional.conv2d(input, Weight, Bias, strides: [_stride, _stride]);
        }

        using var scope = NewDisposeScope();
        var pixels = (_stride == 1 ? input : input[.., .., TensorIndex.Slice(step: _stride), TensorIndex.Slice(step: _stride)]).permute(0, 2, 3, 1);
        return nn.functional.linear(pixels, Weight.flatten(1), Bias).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
