using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>
/// A linear change of colours: pixel → Own · pixel + Grey · grey(pixel) + Mean · mean over the image of grey + Offset, on 0..255. The 3×4 matrix
/// of every blend of an image with black, with its own grey version, with its mean grey and with its negative; closed under
/// composition. On grey images grey(pixel) is the pixel itself.
/// </summary>
internal readonly record struct ColourMatrix(double Own, double Grey, double Mean, double Offset)
{
    /// <summary>ITU-R BT.601 luma, in torchvision's rounding, scaled to add up to one.</summary>
    private static readonly float[] Luma = [0.2989f / 0.9999f, 0.587f / 0.9999f, 0.114f / 0.9999f];

    public static ColourMatrix Identity { get; } = new(1, 0, 0, 0);

    /// <summary>Blend with black: torchvision's <c>adjust_brightness</c>.</summary>
    public static ColourMatrix Brightness(double factor) => new(factor, 0, 0, 0);

    /// <summary>Blend with grey: torchvision's <c>adjust_saturation</c>.</summary>
    public static ColourMatrix Saturation(double factor) => new(factor, 1 - factor, 0, 0);

    /// <summary>Blend with the mean grey: torchvision's <c>adjust_contrast</c>.</summary>
    public static ColourMatrix Contrast(double factor) => new(factor, 0, 1 - factor, 0);

    /// <summary>Blend with the negative; 1 is torchvision's <c>invert</c>.</summary>
    public static ColourMatrix Inversion(double share) => new(1 - (2 * share), 0, 0, 255 * share);

    /// <summary>This, and then <paramref name="next"/>, with no clamping in between.</summary>
    public ColourMatrix Then(ColourMatrix next) => new(
        next.Own * Own,
        (next.Own * Grey) + (next.Grey * (Own + Grey)),
        ((next.Own + next.Grey) * Mean) + (next.Mean * (Own + Grey + Mean)),
        ((next.Own + next.Grey + next.Mean) * Offset) + next.Offset);

    /// <summary>The images [n, C, H, W], C 1 or 3, each under its own matrix, kept within 0..255.</summary>
    public static Tensor Apply(Tensor images, ReadOnlySpan<ColourMatrix> matrices)
    {
        var grey = images.shape[1] == 1 ? images : GreyOf(images);
        var (own, ofGrey, ofMean, offset) = Columns(matrices, images.device);
        // torchvision takes the mean over grey in whole levels.
        var shift = torch.addcmul(offset, ofMean, grey.floor().mean([2, 3], keepdim: true), 1);
        using var greyPart = torch.addcmul(shift, ofGrey, grey, 1);
        return torch.addcmul(greyPart, own, images, 1).clamp_(0, 255);
    }

    /// <summary>Luma of RGB images: [n, 3, H, W] → [n, 1, H, W].</summary>
    private static Tensor GreyOf(Tensor images)
    {
        var grey = images.narrow(1, 0, 1) * Luma[0];
        grey.add_(images.narrow(1, 1, 1), alpha: Luma[1]);
        return grey.add_(images.narrow(1, 2, 1), alpha: Luma[2]);
    }

    private static (Tensor Own, Tensor Grey, Tensor Mean, Tensor Offset) Columns(ReadOnlySpan<ColourMatrix> matrices, Device device)
    {
        var n = matrices.Length;
        var values = new float[4 * n];
        for (var i = 0; i < n; i++)
        {
            values[i] = (float)matrices[i].Own;
            values[n + i] = (float)matrices[i].Grey;
            values[(2 * n) + i] = (float)matrices[i].Mean;
            values[(3 * n) + i] = (float)matrices[i].Offset;
        }

        var all = tensor(values, [4, n, 1, 1, 1]).to(device);
        return (all[0], all[1], all[2], all[3]);
    }
}
