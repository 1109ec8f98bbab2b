using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Masterful.Core.Models;

/// <summary>
/// A convolution of each channel with a kernel of its own, padded so that a stride of 1 keeps the size, without bias. State: <c>weight</c>,
/// <c>[channels, 1, kernel, kernel]</c>, as PyTorch's. On a CPU its gradients come from <see cref="DepthwiseKernel"/>.
/// </summary>
internal sealed class DepthwiseConvolution : nn.Module<Tensor, Tensor>
{
    private const string WeightName = "weight";
    private readonly int _kernel;
    private readonly int _stride;
    private readonly int _channels;

    /// <param name="channels">Of the input and of the output.</param>
    /// <param name="kernel">Side of the kernel: odd.</param>
    /// <param name="stride">Step of the kernel.</param>
    public DepthwiseConvolution(int channels, int kernel, int stride)
        : base(nameof(DepthwiseConvolution))
    {
        (_channels, _kernel, _stride) = (channels, kernel, stride);
        var convolution = nn.Conv2d(channels, channels, kernel, groups: channels, bias: false);
        register_parameter(WeightName, convolution.weight);
    }

    /// <summary>The kernels.</summary>
    public TorchSharp.Modules.Parameter Weight => get_parameter(WeightName)!;

    public override Tensor forward(Tensor input)
    {
        // A tensor of more than 2 GiB has no span.
        var isOwn = input.device_type == TorchSharp.DeviceType.CPU && _kernel is 3 or 5 && _channels % DepthwiseKernel.Lanes == 0
            && input.dtype is ScalarType.Float32 or ScalarType.BFloat16 && input.numel() * sizeof(float) <= int.MaxValue;
        return isOwn ? Function.apply(input, Weight, _stride) : Convolve(input, Weight, _stride);
    }

    private static Tensor Convolve(Tensor input, Tensor weight, long stride)
    {
        var (channels, pad) = (weight.shape[0], (weight.shape[2] - 1) / 2);
        return nn.functional.conv2d(input, weight, strides: [stride, stride], padding: [pad, pad], groups: channels);
    }

    /// <summary>The same images with N, H, W, C as the order of dimensions and of memory.</summary>
    private static Tensor Inner(Tensor images) => images.permute(0, 2, 3, 1).contiguous();

    private static Tensor Outer(Tensor images) => images.permute(0, 3, 1, 2);

    /// <summary>The convolution as a node of the graph: input, weight, stride.</summary>
    private sealed class Function : SingleTensorFunction<Function>
    {
        public override string Name => nameof(DepthwiseConvolution);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var (input, weight, stride) = ((Tensor)vars[0], (Tensor)vars[1], (int)vars[2]);
            ctx.save_for_backward([input, weight]);
            ctx.save_data(nameof(stride), stride);
            if (input.dtype == weight.dtype)
            {
                return Convolve(input, weight, stride);
            }

            using var rounded = weight.to(input.dtype);
            return Convolve(input, rounded, stride);
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        {
            using var scope = NewDisposeScope();
            var saved = ctx.get_saved_variables();
            var (inner, weight) = (Inner(saved[0]), saved[1]);
            var gradient = Inner(grad_output.to(inner.dtype));
            var kernel = KernelOf(inner, weight, (int)ctx.get_data("stride"));
            var inputGradient = empty_like(inner);
            var weightGradient = kernel.Backward(
                Pixels.Of(inner), Values(weight), Pixels.Of(gradient), Pixels.Of(inputGradient), (int)inner.shape[0], get_num_threads());
            return [Outer(inputGradient).MoveToOuterDisposeScope(), tensor(weightGradient).view(weight.shape).MoveToOuterDisposeScope(), null!];
        }

        private static DepthwiseKernel KernelOf(Tensor inner, Tensor weight, int stride) =>
            new((int)weight.shape[2], stride, (int)inner.shape[3], (int)inner.shape[1], (int)inner.shape[2]);

        private static float[] Values(Tensor weight) => weight.detach().contiguous().data<float>().ToArray();
    }
}
