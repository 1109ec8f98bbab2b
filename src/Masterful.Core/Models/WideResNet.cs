using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// Wide ResNet in its CIFAR form (Zagoruyko and Komodakis 2016, "Wide Residual Networks", table 1): a 3×3 stem of 16 channels, three
/// groups of pre-activated blocks of 16k, 32k and 64k channels at strides 1, 2 and 2, batch norm, global average pool, linear layer.
/// State: <c>conv1, group1.0.bn1, group1.0.conv1, group1.0.bn2, group1.0.conv2, group1.0.shortcut, …, bn, fc</c>.
/// </summary>
internal sealed class WideResNet : Network
{
    private readonly Chain _all;

    /// <param name="depth">Layers: 6 n + 4, with n blocks a group.</param>
    /// <param name="widening">The paper's k.</param>
    /// <param name="channels">Of the images.</param>
    /// <param name="classCount">Number of logits.</param>
    public WideResNet(int depth, int widening, int channels, int classCount)
        : base(nameof(WideResNet))
    {
        var conv1 = Layers.Convolution(channels, 16, 3, 1);
        register_module("conv1", conv1);
        var layers = new List<nn.Module<Tensor, Tensor>> { conv1 };
        var width = 16;
        for (var group = 0; group < 3; group++)
        {
            var planes = (16 << group) * widening;
            var blocks = new List<nn.Module<Tensor, Tensor>>();
            for (var i = 0; i < (depth - 4) / 6; i++)
            {
                blocks.Add(new Block(width, planes, i == 0 && group > 0 ? 2 : 1));
                width = planes;
            }

            var layer = nn.Sequential(blocks);
            register_module($"group{group + 1}", layer);
            layers.Add(layer);
        }

        var bn = nn.BatchNorm2d(width);
        var fc = nn.Linear(width, classCount);
        register_module("bn", bn);
        register_module("fc", fc);
        _all = new Chain([.. layers, bn, nn.ReLU(inplace: true), new GlobalAverage(), nn.Flatten(), fc]);
        Layers.InitialiseConvolutions(this);
        nn.init.zeros_(fc.bias);
    }

    public override Tensor forward(Tensor input) => _all.Run(input);

    /// <summary>Norm, ReLU and 3×3 convolution, twice; where the width changes, the shortcut projects the activated input.</summary>
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly Chain _activate;
        private readonly Chain _path;
        private readonly Chain? _shortcut;

        public Block(int input, int output, int stride)
            : base(nameof(Block))
        {
            var bn1 = nn.BatchNorm2d(input);
            var conv1 = Layers.Convolution(input, output, 3, stride);
            var bn2 = nn.BatchNorm2d(output);
            var conv2 = Layers.Convolution(output, output, 3, 1);
            register_module("bn1", bn1);
            register_module("conv1", conv1);
            register_module("bn2", bn2);
            register_module("conv2", conv2);
            _activate = new Chain(bn1, nn.ReLU(inplace: true));
            _path = new Chain(conv1, bn2, nn.ReLU(inplace: true), conv2);
            if (input != output)
            {
                var shortcut = Layers.Convolution(input, output, 1, stride);
                register_module("shortcut", shortcut);
                _shortcut = new Chain(shortcut);
            }
        }

        public override Tensor forward(Tensor input)
        {
            using var activated = _activate.Run(input);
            var output = _path.Run(activated);
            using var shortcut = _shortcut?.Run(activated) ?? input.alias();
            return output.add_(shortcut);
        }
    }
}
