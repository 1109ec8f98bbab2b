using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// EfficientNet (Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", table 1), scaled in width
/// and depth, with torchvision's names, rounding, dropout and stochastic depth.
/// </summary>
internal sealed class EfficientNet : Network
{
    private const double StochasticDepthProbability = 0.2;

    private static readonly (int Expansion, int Kernel, int Stride, int Input, int Output, int Layers)[] Stages =
    [
        (1, 3, 1, 32, 16, 1),
        (6, 3, 2, 16, 24, 2),
        (6, 5, 2, 24, 40, 2),
        (6, 3, 2, 40, 80, 3),
        (6, 5, 1, 80, 112, 3),
        (6, 5, 2, 112, 192, 4),
        (6, 3, 1, 192, 320, 1),
    ];

    private readonly Chain _all;

    /// <param name="width">Multiplies channels.</param>
    /// <param name="depth">Multiplies layers of a stage.</param>
    /// <param name="dropout">Probability before the last layer.</param>
    /// <param name="channels">Of the images.</param>
    /// <param name="classCount">Number of logits.</param>
    /// <param name="strides">Of the seven stages, or null for the paper's. The stem's stride stays 2.</param>
    public EfficientNet(double width, double depth, double dropout, int channels, int classCount, IReadOnlyList<int>? strides)
        : base(nameof(EfficientNet))
    {
        int Width(int planes) => Layers.RoundToEight(planes * width);
        int Depth(int layers) => (int)Math.Ceiling(layers * depth);

        var blockCount = Stages.Sum(s => Depth(s.Layers));
        var block = 0;
        var features = new List<nn.Module<Tensor, Tensor>>
        {
            Layers.ConvNorm(channels, Width(Stages[0].Input), 3, 2, nn.SiLU(), BatchNorm.Default),
        };
        foreach (var (index, stage) in Stages.Index())
        {
            var blocks = new List<nn.Module<Tensor, Tensor>>();
            for (var layer = 0; layer < Depth(stage.Layers); layer++)
            {
                blocks.Add(new InvertedResidual(
                    layer == 0 ? Width(stage.Input) : Width(stage.Output),
                    Width(stage.Output),
                    stage.Expansion,
                    stage.Kernel,
                    layer == 0 ? strides?[index] ?? stage.Stride : 1,
                    StochasticDepthProbability * block++ / blockCount));
            }

            features.Add(nn.Sequential(blocks));
        }

        var last = Width(Stages[^1].Output);
        features.Add(Layers.ConvNorm(last, 4 * last, 1, 1, nn.SiLU(), BatchNorm.Default));

        var featureLayers = nn.Sequential(features);
        var linear = nn.Linear(4 * last, classCount);
        var classifier = nn.Sequential(nn.Dropout(dropout, inplace: true), linear);
        register_module("features", featureLayers);
        register_module("classifier", classifier);
        _all = new Chain(featureLayers, new GlobalAverage(), nn.Flatten(), classifier);

        Layers.InitialiseConvolutions(this);
        var bound = 1 / Math.Sqrt(classCount);
        nn.init.uniform_(linear.weight, -bound, bound);
        nn.init.zeros_(linear.bias);
    }

    public override Tensor forward(Tensor input) => _all.Run(input);

    /// <summary>MBConv: expand, depthwise convolution, squeeze-and-excitation, project, with a residual where shapes allow.</summary>
    private sealed class InvertedResidual : nn.Module<Tensor, Tensor>
    {
        private readonly Chain _block;
        private readonly Chain _drop;
        private readonly bool _residual;

        public InvertedResidual(int input, int output, int expansion, int kernel, int stride, double dropProbability)
            : base(nameof(InvertedResidual))
        {
            var expanded = Layers.RoundToEight(input * expansion);
            var layers = new List<nn.Module<Tensor, Tensor>>();
            if (expanded != input)
            {
                layers.Add(Layers.ConvNorm(input, expanded, 1, 1, nn.SiLU(), BatchNorm.Default));
            }

            layers.Add(Layers.ConvNorm(expanded, expanded, kernel, stride, nn.SiLU(), BatchNorm.Default, groups: expanded));
            layers.Add(new SqueezeExcitation(expanded, Math.Max(1, input / 4), nn.SiLU(), nn.Sigmoid()));
            layers.Add(Layers.ConvNorm(expanded, output, 1, 1, null, BatchNorm.Default));

            _residual = stride == 1 && input == output;
            var block = nn.Sequential(layers);
            var drop = new StochasticDepth(dropProbability);
            register_module("block", block);
            register_module("stochastic_depth", drop);
            _block = new Chain(block);
            _drop = new Chain(drop);
        }

        public override Tensor forward(Tensor input)
        {
            var output = _block.Run(input);
            if (!_residual)
            {
                return output;
            }

            using (output)
            {
                return _drop.Run(output).add_(input);
            }
        }
    }
}
