using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// ResNet (He et al. 2016, "Deep Residual Learning for Image Recognition", table 1) with torchvision's names; bottlenecks have their stride
/// in the 3×3 convolution, as torchvision's do.
/// </summary>
internal sealed class ResNet : Network
{
    private readonly Chain _all;

    private ResNet(IReadOnlyList<int> depths, bool bottleneck, int channels, int classCount, bool smallStem)
        : base(nameof(ResNet))
    {
        nn.Module<Tensor, Tensor> conv1 = smallStem
            ? Layers.Convolution(channels, 64, 3, 1)
            : Layers.Convolution(channels, 64, 7, 2);
        var bn1 = nn.BatchNorm2d(64);
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        var layers = new List<nn.Module<Tensor, Tensor>> { conv1, bn1, nn.ReLU(inplace: true) };
        if (!smallStem)
        {
            layers.Add(nn.MaxPool2d(3, 2, 1));
        }

        var width = 64;
        for (var stage = 0; stage < 4; stage++)
        {
            var planes = 64 << stage;
            var blocks = new List<nn.Module<Tensor, Tensor>>();
            for (var i = 0; i < depths[stage]; i++)
            {
                var output = bottleneck ? 4 * planes : planes;
                blocks.Add(new Block(width, planes, output, i == 0 && stage > 0 ? 2 : 1, bottleneck));
                width = output;
            }

            var layer = nn.Sequential(blocks);
            register_module($"layer{stage + 1}", layer);
            layers.Add(layer);
        }

        var fc = nn.Linear(width, classCount);
        register_module("fc", fc);
        _all = new Chain([.. layers, new GlobalAverage(), nn.Flatten(), fc]);
        Layers.InitialiseConvolutions(this);
    }

    /// <param name="channels">Of the images.</param>
    /// <param name="classCount">Number of logits.</param>
    /// <param name="smallStem">A 3×3 stem of stride 1 without max-pool, for small images.</param>
    public static ResNet Of18(int channels, int classCount, bool smallStem) => new([2, 2, 2, 2], false, channels, classCount, smallStem);

    /// <inheritdoc cref="Of18"/>
    public static ResNet Of34(int channels, int classCount, bool smallStem) => new([3, 4, 6, 3], false, channels, classCount, smallStem);

    /// <inheritdoc cref="Of18"/>
    public static ResNet Of50(int channels, int classCount, bool smallStem) => new([3, 4, 6, 3], true, channels, classCount, smallStem);

    public override Tensor forward(Tensor input) => _all.Run(input);

    /// <summary>Two 3×3 convolutions, or a bottleneck of 1×1, 3×3 and 1×1, beside a shortcut.</summary>
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly Chain _path;
        private readonly Chain? _downsample;

        public Block(int input, int planes, int output, int stride, bool bottleneck)
            : base(nameof(Block))
        {
            (int Width, int Kernel, int Stride)[] convolutions = bottleneck
                ? [(planes, 1, 1), (planes, 3, stride), (output, 1, 1)]
                : [(planes, 3, stride), (output, 3, 1)];
            var path = new List<nn.Module<Tensor, Tensor>>();
            var width = input;
            foreach (var (index, convolution) in convolutions.Index())
            {
                var conv = Layers.Convolution(width, convolution.Width, convolution.Kernel, convolution.Stride);
                var norm = nn.BatchNorm2d(convolution.Width);
                register_module($"conv{index + 1}", conv);
                register_module($"bn{index + 1}", norm);
                path.AddRange(index == 0 ? [conv, norm] : [nn.ReLU(inplace: true), conv, norm]);
                width = convolution.Width;
            }

            _path = new Chain(path);
            if (stride != 1 || input != output)
            {
                var downsample = nn.Sequential(Layers.Convolution(input, output, 1, stride), nn.BatchNorm2d(output));
                register_module("downsample", downsample);
                _downsample = new Chain(downsample);
            }
        }

        public override Tensor forward(Tensor input)
        {
            var output = _path.Run(input);
            using var shortcut = _downsample?.Run(input) ?? input.alias();
            return output.add_(shortcut).relu_();
        }
    }
}
