using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// MobileNetV3 (Howard et al. 2019, "Searching for MobileNetV3", tables 1 and 2), with torchvision's names, constants and initialisation.
/// </summary>
internal sealed class MobileNetV3 : Network
{
    private static readonly BatchNorm Norm = new(0.001, 0.01);

    private static readonly Bottleneck[] SmallRows =
    [
        new(16, 3, 16, 16, true, false, 2),
        new(16, 3, 72, 24, false, false, 2),
        new(24, 3, 88, 24, false, false, 1),
        new(24, 5, 96, 40, true, true, 2),
        new(40, 5, 240, 40, true, true, 1),
        new(40, 5, 240, 40, true, true, 1),
        new(40, 5, 120, 48, true, true, 1),
        new(48, 5, 144, 48, true, true, 1),
        new(48, 5, 288, 96, true, true, 2),
        new(96, 5, 576, 96, true, true, 1),
        new(96, 5, 576, 96, true, true, 1),
    ];

    private static readonly Bottleneck[] LargeRows =
    [
        new(16, 3, 16, 16, false, false, 1),
        new(16, 3, 64, 24, false, false, 2),
        new(24, 3, 72, 24, false, false, 1),
        new(24, 5, 72, 40, true, false, 2),
        new(40, 5, 120, 40, true, false, 1),
        new(40, 5, 120, 40, true, false, 1),
        new(40, 3, 240, 80, false, true, 2),
        new(80, 3, 200, 80, false, true, 1),
        new(80, 3, 184, 80, false, true, 1),
        new(80, 3, 184, 80, false, true, 1),
        new(80, 3, 480, 112, true, true, 1),
        new(112, 3, 672, 112, true, true, 1),
        new(112, 5, 672, 160, true, true, 2),
        new(160, 5, 960, 160, true, true, 1),
        new(160, 5, 960, 160, true, true, 1),
    ];

    private readonly Chain _all;

    private MobileNetV3(IReadOnlyList<Bottleneck> rows, int hidden, int channels, int classCount)
        : base(nameof(MobileNetV3))
    {
        var last = rows[^1].Output;
        var features = nn.Sequential(
        [
            Layers.ConvNorm(channels, rows[0].Input, 3, 2, nn.Hardswish(), Norm),
            .. rows.Select(row => new InvertedResidual(row)),
            Layers.ConvNorm(last, 6 * last, 1, 1, nn.Hardswish(), Norm),
        ]);
        var classifier = nn.Sequential(
            nn.Linear(6 * last, hidden), nn.Hardswish(), nn.Dropout(0.2, inplace: true), nn.Linear(hidden, classCount));
        register_module("features", features);
        register_module("classifier", classifier);
        _all = new Chain(features, new GlobalAverage(), nn.Flatten(), classifier);

        Layers.InitialiseConvolutions(this);
        foreach (var linear in modules().OfType<TorchSharp.Modules.Linear>())
        {
            nn.init.normal_(linear.weight, 0, 0.01);
            nn.init.zeros_(linear.bias);
        }
    }

    public static MobileNetV3 Small(int channels, int classCount) => new(SmallRows, 1024, channels, classCount);

    public static MobileNetV3 Large(int channels, int classCount) => new(LargeRows, 1280, channels, classCount);

    public override Tensor forward(Tensor input) => _all.Run(input);

    /// <summary>A row of the paper's tables: bneck.</summary>
    private sealed record Bottleneck(int Input, int Kernel, int Expanded, int Output, bool SqueezeExcite, bool Hardswish, int Stride);

    private sealed class InvertedResidual : nn.Module<Tensor, Tensor>
    {
        private readonly Chain _block;
        private readonly bool _residual;

        public InvertedResidual(Bottleneck row)
            : base(nameof(InvertedResidual))
        {
            nn.Module<Tensor, Tensor> Activation() => row.Hardswish ? nn.Hardswish() : nn.ReLU(inplace: true);

            var layers = new List<nn.Module<Tensor, Tensor>>();
            if (row.Expanded != row.Input)
            {
                layers.Add(Layers.ConvNorm(row.Input, row.Expanded, 1, 1, Activation(), Norm));
            }

            layers.Add(Layers.ConvNorm(row.Expanded, row.Expanded, row.Kernel, row.Stride, Activation(), Norm, groups: row.Expanded));
            if (row.SqueezeExcite)
            {
                var squeezed = Layers.RoundToEight(row.Expanded / 4);
                layers.Add(new SqueezeExcitation(row.Expanded, squeezed, nn.ReLU(inplace: true), nn.Hardsigmoid(inplace: true)));
            }

            layers.Add(Layers.ConvNorm(row.Expanded, row.Output, 1, 1, null, Norm));
            _residual = row.Stride == 1 && row.Input == row.Output;
            var block = nn.Sequential(layers);
            register_module("block", block);
            _block = new Chain(block);
        }

        public override Tensor forward(Tensor input)
        {
            var output = _block.Run(input);
            return _residual ? output.add_(input) : output;
        }
    }
}
