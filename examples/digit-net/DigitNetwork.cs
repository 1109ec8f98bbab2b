using static TorchSharp.torch;

namespace DigitNet;

/// <summary>A small residual network: a stem, three stages of a residual block each, the mean over the image, a linear layer.</summary>
public sealed class DigitNetwork : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> layers;

    /// <param name="channels">Of the images: 1 or 3.</param>
    /// <param name="width">Channels of the first stage; each further stage has twice as many at half the size.</param>
    /// <param name="classes">Number of logits.</param>
    public DigitNetwork(int channels, int width, int classes)
        : base(nameof(DigitNetwork))
    {
        layers = nn.Sequential(
            nn.Conv2d(channels, width, kernel_size: 3, padding: 1, bias: false),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            new ResidualBlock(width, width, stride: 1),
            new ResidualBlock(width, 2 * width, stride: 2),
            new ResidualBlock(2 * width, 4 * width, stride: 2),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4 * width, classes));
        RegisterComponents();
    }

    /// <summary>float32 [N, channels, H, W] in 0..1 to logits [N, classes].</summary>
    public override Tensor forward(Tensor input) => layers.call(input);
}

/// <summary>Two convolutions beside a shortcut (He et al. 2016, figure 2).</summary>
public sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> residual;
    private readonly nn.Module<Tensor, Tensor> shortcut;

    public ResidualBlock(int from, int to, int stride)
        : base(nameof(ResidualBlock))
    {
        residual = nn.Sequential(
            nn.Conv2d(from, to, kernel_size: 3, stride: stride, padding: 1, bias: false),
            nn.BatchNorm2d(to),
            nn.ReLU(),
            nn.Conv2d(to, to, kernel_size: 3, padding: 1, bias: false),
            nn.BatchNorm2d(to));
        shortcut = from == to && stride == 1
            ? nn.Identity()
            : nn.Sequential(nn.Conv2d(from, to, kernel_size: 1, stride: stride, bias: false), nn.BatchNorm2d(to));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => nn.functional.relu(residual.call(input) + shortcut.call(input));
}
