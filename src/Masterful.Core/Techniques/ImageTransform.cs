using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>Something done to an image by an amount in the units of its own: degrees, pixels, a factor, bits.</summary>
internal abstract record ImageTransform(string Name);

/// <summary>Moves pixels: the amount and the image's height and width give the map. Successive ones become one resampling.</summary>
internal sealed record GeometricTransform(string Name, Func<double, int, int, Affine> Map) : ImageTransform(Name);

/// <summary>Changes colours linearly. Successive ones become one matrix.</summary>
internal sealed record ColourTransform(string Name, Func<double, ColourMatrix> Matrix) : ImageTransform(Name);

/// <summary>Any other change of pixels: images float [n, C, H, W] of 0..255 and amounts [n, 1, 1, 1] give images of the same shape.</summary>
internal sealed record PixelTransform(string Name, Func<Tensor, Tensor, Tensor> Apply) : ImageTransform(Name);
