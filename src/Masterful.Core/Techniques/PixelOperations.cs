using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>
/// The transforms that are neither an affine map nor a colour matrix, each over a batch: images float [n, C, H, W] of 0..255, and an
/// amount an image [n, 1, 1, 1]. The caller's scope frees what they make on the way.
/// </summary>
internal static class PixelOperations
{
    /// <summary>
    /// Turns the hue of RGB images by a share of a full turn: through hue, saturation and value, as torchvision's <c>adjust_hue</c>.
    /// The way back is the closed form f(n) = V − C · max(0, min(k, 4 − k, 1)), k = (n + H) mod 6, with n = 5, 3, 1 for R, G, B, chroma C
    /// and H in sixths of a turn (https://en.wikipedia.org/wiki/HSL_and_HSV#HSV_to_RGB_alternative).
    /// </summary>
    public static Tensor Hue(Tensor images, Tensor turns)
    {
        var (red, green, blue) = (images.narrow(1, 0, 1), images.narrow(1, 1, 1), images.narrow(1, 2, 1));
        var value = images.amax([1], keepdim: true);
        var chroma = value - images.amin([1], keepdim: true);
        var divisor = chroma.clamp_min(1e-6);
        var ofBlue = (red - green).div_(divisor).add_(4);
        var ofGreen = (blue - red).div_(divisor).add_(2);
        var ofRed = (green - blue).div_(divisor);
        var sixths = where(value.eq(red), ofRed, where(value.eq(green), ofGreen, ofBlue)).add_(turns * 6);
        var k = torch.remainder(sixths + Phases(images.device), 6);
        var share = torch.minimum(k, 4 - k).clamp_(0, 1);
        return value - share.mul_(chroma);
    }

    /// <summary>
    /// Stretches each channel to 0..255 and blends with the image. torchvision's <c>autocontrast</c> where the share is 1: a channel of
    /// one level stays as it is.
    /// </summary>
    public static Tensor Autocontrast(Tensor images, Tensor share)
    {
        var low = images.amin([2, 3], keepdim: true);
        var range = images.amax([2, 3], keepdim: true).sub_(low);
        var flat = range.le(0);
        // x + share · ((x − low) · 255 / range − x), gathered as gain · x + offset.
        var scale = (255 / range).masked_fill_(flat, 1);
        var gain = (scale - 1).mul_(share).add_(1);
        var offset = (low * scale).masked_fill_(flat, 0).mul_(share).neg_();
        return torch.addcmul(offset, images, gain, 1);
    }

    /// <summary>
    /// Spreads each channel's grey levels evenly and blends with the image. Where the share is 1, the look-up table of PIL's
    /// <c>ImageOps.equalize</c>, which torchvision follows: level v becomes (pixels under v + step / 2) / step with step = (pixels
    /// that are not of the highest level) / 255, all in whole numbers; a channel whose step is 0 stays as it is.
    /// </summary>
    public static Tensor Equalize(Tensor images, Tensor share)
    {
        var (n, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        var (rows, pixels) = (n * channels, height * width);
        var levels = images.round().to(ScalarType.Int64).view(rows, pixels);
        // One histogram over all rows: row r counts in bins 256 r to 256 r + 255.
        levels.add_(torch.arange(rows, ScalarType.Int64, images.device).mul_(256).unsqueeze(1));
        var flat = levels.view(-1);
        var counts = torch.bincount(flat, minlength: rows * 256).view(rows, 256);
        var through = counts.cumsum(1);
        var highest = (through.lt(pixels).to(ScalarType.Int64).sum(1, keepdim: true)).clamp_max(255);
        var step = (pixels - counts.gather(1, highest)).div_(255, RoundingMode.floor);
        var safe = step.clamp_min(1);
        var table = (through - counts).add_(step.div(2, RoundingMode.floor)).div_(safe, RoundingMode.floor).clamp_(0, 255);
        var spread = table.to(ScalarType.Float32).view(-1).index_select(0, flat).view(images.shape);
        var weight = share * step.gt(0).to(ScalarType.Float32).view(n, channels, 1, 1);
        return torch.lerp(images, spread, weight);
    }

    /// <summary>Turns pixels from a level on into their negative: torchvision's <c>solarize</c>.</summary>
    public static Tensor Solarize(Tensor images, Tensor threshold) => where(images.ge(threshold), 255 - images, images);

    /// <summary>
    /// Keeps the highest bits of each pixel: torchvision's <c>posterize</c> where bits is whole, and a blend of the two nearest where it
    /// is not, so that strength is continuous.
    /// </summary>
    public static Tensor Posterize(Tensor images, Tensor bits)
    {
        var fewer = bits.floor();
        var coarse = Quantize(images, fewer);
        return torch.lerp(coarse, Quantize(images, fewer + 1), bits - fewer);

        static Tensor Quantize(Tensor images, Tensor bits)
        {
            var step = torch.pow(2, 8 - bits);
            // At 8 bits and over nothing is lost: what is between whole levels stays, so that no strength is no change.
            return where(step.le(1), images, (images / step).floor_().mul_(step));
        }
    }

    /// <summary>
    /// A separable Gaussian with reflected borders: torchvision's <c>gaussian_blur</c> with a kernel that reaches a sixteenth of the
    /// shorter side, 2 pixels at least (5×5 for 32×32 images).
    /// </summary>
    public static Tensor GaussianBlur(Tensor images, Tensor deviation)
    {
        var (height, width) = (images.shape[2], images.shape[3]);
        var side = Math.Min(height, width);
        var radius = Math.Min(Math.Max(2, (side + 15) / 16), side - 1);
        if (radius == 0)
        {
            return images;
        }

        var distances = torch.arange(-radius, radius + 1, ScalarType.Float32, images.device);
        var weights = (distances / deviation.clamp_min(1e-3)).pow_(2).mul_(-0.5).exp_();
        weights.div_(weights.sum(-1, keepdim: true));
        var padded = nn.functional.pad(images, [radius, radius, radius, radius], PaddingModes.Reflect);
        return Slide(Slide(padded, weights, 2, height), weights, 3, width);
    }

    /// <summary>
    /// Blends with a smoothed image (3×3, the centre weighing 5 and its neighbours 1; the border stays): torchvision's
    /// <c>adjust_sharpness</c>.
    /// </summary>
    public static Tensor Sharpness(Tensor images, Tensor factor)
    {
        var (height, width) = (images.shape[2], images.shape[3]);
        if (height <= 2 || width <= 2)
        {
            return images;
        }

        var inner = images.narrow(2, 1, height - 2).narrow(3, 1, width - 2);
        var rows = images.narrow(2, 0, height - 2).add(images.narrow(2, 1, height - 2)).add_(images.narrow(2, 2, height - 2));
        var smooth = rows.narrow(3, 0, width - 2).add(rows.narrow(3, 1, width - 2)).add_(rows.narrow(3, 2, width - 2));
        smooth.add_(inner, alpha: 4).div_(13);
        var blended = images.clone();
        blended.narrow(2, 1, height - 2).narrow(3, 1, width - 2).copy_(torch.lerp(smooth, inner, factor));
        return blended;
    }

    private static Tensor Phases(Device device) => tensor(new float[] { 5, 3, 1 }, [1, 3, 1, 1]).to(device);

    /// <summary>Sum of shifted slices along a dimension, each with its weight: [n, 1, 1, k] weights over a length of k − 1 more.</summary>
    private static Tensor Slide(Tensor images, Tensor weights, int dimension, long length)
    {
        var sum = images.narrow(dimension, 0, length) * weights.narrow(3, 0, 1);
        for (var k = 1; k < weights.shape[3]; k++)
        {
            sum.addcmul_(images.narrow(dimension, k, length), weights.narrow(3, k, 1), 1);
        }

        return sum;
    }
}
