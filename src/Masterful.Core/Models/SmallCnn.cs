using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// Six 3×3 convolutions with batch norm and ReLU, 32 to 128 channels, three of them of stride 2, then a global average pool and a linear
/// layer: small enough for a CPU, good enough for images of 28×28 to 64×64.
/// </summary>
internal sealed class SmallCnn : Network
{
    private static readonly (int Width, int Stride)[] Blocks = [(32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 2)];
    private readonly Chain _all;

    public SmallCnn(int channels, int classCount)
        : base("small-cnn")
    {
        var input = channels;
        var layers = new List<nn.Module<Tensor, Tensor>>();
        foreach (var (width, stride) in Blocks)
        {
            layers.Add(nn.Sequential(
                Layers.Convolution(input, width, 3, stride),
                nn.BatchNorm2d(width),
                nn.ReLU(inplace: true)));
            input = width;
        }

        layers.AddRange([new GlobalAverage(), nn.Flatten(), nn.Linear(input, classCount)]);
        foreach (var (index, layer) in layers.Index())
        {
            register_module($"{index}", layer);
        }

        _all = new Chain(layers);
    }

    public override Tensor forward(Tensor input) => _all.Run(input);
}
