using Masterful.Core.Models;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public sealed class PointwiseConvolutionTests
{
    [Theory]
    [InlineData(3, 5, 1, true, 6)]
    [InlineData(16, 8, 2, false, 7)]
    [InlineData(512, 1024, 1, false, 8)]
    [InlineData(512, 1024, 2, false, 4)]
    [InlineData(1024, 256, 1, false, 1)]
    public void Output_and_gradients_are_those_of_a_convolution(int input, int output, int stride, bool hasBias, int side)
    {
        using var scope = NewDisposeScope();
        using var layer = new PointwiseConvolution(input, output, stride, hasBias);
        using var generator = new Generator(3);
        var pixels = randn([2, input, side, side], generator: generator).requires_grad_(true);
        var actual = layer.call(pixels);
        var gradient = randn(actual.shape, generator: generator);
        actual.backward([gradient]);

        // Without libtorch's convolutions: a product at each pixel, in float64.
        var steps = Enumerable.Range(0, side).Where(i => i % stride == 0).Select(i => (long)i).ToArray();
        var exactPixels = pixels.detach().to(ScalarType.Float64).requires_grad_(true);
        var exactWeight = layer.Weight.detach().to(ScalarType.Float64).requires_grad_(true);
        var seen = exactPixels.index_select(2, tensor(steps)).index_select(3, tensor(steps));
        var exact = einsum("nihw,oi->nohw", seen, exactWeight.flatten(1));
        if (hasBias)
        {
            exact += layer.Bias!.detach().to(ScalarType.Float64).view(1, output, 1, 1);
        }

        exact.backward([gradient.to(ScalarType.Float64)]);

        AssertClose(exact, actual);
        AssertClose(exactPixels.grad!, pixels.grad!);
        AssertClose(exactWeight.grad!, layer.Weight.grad!);
        if (hasBias)
        {
            AssertClose(gradient.to(ScalarType.Float64).sum([0, 2, 3]), layer.Bias!.grad!);
        }
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.to(ScalarType.Float32).allclose(actual, 1e-4, 1e-4));
    }
}
