using Masterful.Core.Models;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public sealed class DepthwiseConvolutionTests
{
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 3, 1, 16, 8, 8 }, { 3, 2, 16, 8, 8 }, { 5, 1, 24, 9, 7 }, { 5, 2, 24, 9, 7 }, { 3, 2, 8, 7, 10 }, { 5, 1, 8, 1, 1 }, { 5, 2, 8, 2, 3 },
        { 7, 1, 8, 9, 9 }, { 3, 1, 5, 6, 6 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Output_and_gradients_are_those_of_libtorch(int kernel, int stride, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var layer = new DepthwiseConvolution(channels, kernel, stride);
        using var generator = new Generator(3);
        foreach (var isChannelsLast in new[] { false, true })
        {
            var pixels = randn([6, channels, height, width], generator: generator);
            var input = (isChannelsLast ? pixels.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : pixels).detach().requires_grad_(true);
            layer.Weight.grad = null;
            var output = layer.call(input);
            var gradient = randn(output.shape, generator: generator);
            output.backward([gradient]);

            var exactInput = pixels.to(ScalarType.Float64).detach().requires_grad_(true);
            var exactWeight = layer.Weight.detach().to(ScalarType.Float64).requires_grad_(true);
            var exact = nn.functional.conv2d(
                exactInput, exactWeight, strides: [stride, stride], padding: [(kernel - 1) / 2, (kernel - 1) / 2], groups: channels);
            exact.backward([gradient.to(ScalarType.Float64)]);

            AssertClose(exact, output, 1e-5);
            AssertClose(exactInput.grad!, input.grad!, 1e-5);
            AssertClose(exactWeight.grad!, layer.Weight.grad!, 1e-4);
        }
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 1)]
    [InlineData(5, 2)]
    public void Bfloat16_is_rounded_once(int kernel, int stride)
    {
        using var scope = NewDisposeScope();
        using var layer = new DepthwiseConvolution(16, kernel, stride);
        using var generator = new Generator(4);
        var input = randn([5, 16, 9, 9], generator: generator).to(ScalarType.BFloat16).requires_grad_(true);
        var output = layer.call(input);
        var gradient = randn(output.shape, generator: generator).to(ScalarType.BFloat16);
        output.backward([gradient]);

        var exactInput = input.detach().to(ScalarType.Float32).requires_grad_(true);
        var exactWeight = layer.Weight.detach().requires_grad_(true);
        nn.functional.conv2d(
            exactInput, exactWeight, strides: [stride, stride], padding: [(kernel - 1) / 2, (kernel - 1) / 2], groups: 16)
            .backward([gradient.to(ScalarType.Float32)]);

        Assert.Equal(ScalarType.BFloat16, output.dtype);
        Assert.Equal(ScalarType.BFloat16, input.grad!.dtype);

        // Half a unit in the last of bfloat16's 8 binary digits.
        var error = (input.grad.to(ScalarType.Float32) - exactInput.grad!).abs();
        Assert.True((error <= (exactInput.grad!.abs() / 256) + 1e-5).all().item<bool>());
        AssertClose(exactWeight.grad!, layer.Weight.grad!, 1e-4);
    }

    [Fact]
    public void Threads_change_nothing()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        using var layer = new DepthwiseConvolution(16, 5, 1);
        var pixels = randn([13, 16, 12, 12], generator: generator);
        var gradient = randn([13, 16, 12, 12], generator: generator);
        var before = get_num_threads();
        var seen = new List<(Tensor Output, Tensor Input, Tensor Weight)>();
        try
        {
            foreach (var threads in new[] { 1, 3 })
            {
                set_num_threads(threads);
                layer.Weight.grad = null;
                var input = pixels.detach().clone().requires_grad_(true);
                var output = layer.call(input);
                output.backward([gradient]);
                seen.Add((output.detach(), input.grad!, layer.Weight.grad!.clone()));
            }
        }
        finally
        {
            set_num_threads(before);
        }

        Assert.True(seen[0].Output.eq(seen[1].Output).all().item<bool>());
        Assert.True(seen[0].Input.eq(seen[1].Input).all().item<bool>());
        Assert.True(seen[0].Weight.eq(seen[1].Weight).all().item<bool>());
    }

    [Fact]
    public void A_number_that_is_none_stays_none()
    {
        using var scope = NewDisposeScope();
        using var layer = new DepthwiseConvolution(16, 3, 1);
        var input = zeros([1, 16, 4, 4], ScalarType.BFloat16).requires_grad_(true);
        var gradient = full([1, 16, 4, 4], float.NaN).to(ScalarType.BFloat16);
        layer.call(input).backward([gradient]);

        Assert.True(input.grad!.isnan().all().item<bool>());
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.to(ScalarType.Float32).allclose(actual, tolerance, tolerance), $"{(expected - actual).abs().max().to(ScalarType.Float64).item<double>()}");
    }
}
