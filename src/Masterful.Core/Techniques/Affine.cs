using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>
/// Where an output pixel is taken from: input = [[Xx, Xy], [Yx, Yy]] · output + (X0, Y0), in pixels from the centre of the image, x to the
/// right and y down. The inverse of what happens to the image, as torchvision's <c>_get_inverse_affine_matrix</c> has it.
/// </summary>
internal readonly record struct Affine(double Xx, double Xy, double X0, double Yx, double Yy, double Y0)
{
    public static Affine Identity { get; } = new(1, 0, 0, 0, 1, 0);

    public static Affine Mirror { get; } = new(-1, 0, 0, 0, 1, 0);

    /// <summary>Quarter turns counterclockwise, exact.</summary>
    public static Affine Turn(int quarters) => (quarters & 3) switch
    {
        1 => new(0, -1, 0, 1, 0, 0),
        2 => new(-1, 0, 0, 0, -1, 0),
        3 => new(0, 1, 0, -1, 0, 0),
        _ => Identity,
    };

    /// <summary>Counterclockwise about the centre, as <c>rotate</c>.</summary>
    public static Affine Rotation(double degrees)
    {
        var (sin, cos) = Math.SinCos(double.DegreesToRadians(degrees));
        return new(cos, -sin, 0, sin, cos, 0);
    }

    /// <summary>Rows move left by <paramref name="tangent"/> pixels for each pixel that they lie under the line y = <paramref name="origin"/>.</summary>
    public static Affine ShearX(double tangent, double origin = 0) => new(1, tangent, -tangent * origin, 0, 1, 0);

    /// <summary>Columns move up by <paramref name="tangent"/> pixels for each pixel that they lie right of the line x = <paramref name="origin"/>.</summary>
    public static Affine ShearY(double tangent, double origin = 0) => new(1, 0, 0, tangent, 1, -tangent * origin);

    /// <summary>Moves the image right and down.</summary>
    public static Affine Translation(double x, double y) => new(1, 0, -x, 0, 1, -y);

    /// <summary>Enlarges the image about its centre.</summary>
    public static Affine Zoom(double scale) => new(1 / scale, 0, 0, 0, 1 / scale, 0);

    /// <summary>This, and then <paramref name="next"/>: an output pixel goes back through the last one first.</summary>
    public Affine Then(Affine next) => new(
        (Xx * next.Xx) + (Xy * next.Yx), (Xx * next.Xy) + (Xy * next.Yy), (Xx * next.X0) + (Xy * next.Y0) + X0,
        (Yx * next.Xx) + (Yy * next.Yx), (Yx * next.Xy) + (Yy * next.Yy), (Yx * next.X0) + (Yy * next.Y0) + Y0);

    /// <summary>Whether it only swaps and reverses rows and columns of such an image, so that no pixel needs interpolation.</summary>
    public bool IsSymmetry(int height, int width) =>
        X0 == 0 && Y0 == 0
        && ((Xy == 0 && Yx == 0 && Math.Abs(Xx) == 1 && Math.Abs(Yy) == 1)
            || (height == width && Xx == 0 && Yy == 0 && Math.Abs(Xy) == 1 && Math.Abs(Yx) == 1));

    /// <summary>The images [n, C, H, W] under one symmetry.</summary>
    public Tensor Permute(Tensor images)
    {
        var swapped = Xx == 0;
        var source = swapped ? images.transpose(2, 3) : images;
        var (reverseRows, reverseColumns) = swapped ? (Xy < 0, Yx < 0) : (Yy < 0, Xx < 0);
        long[] reversed = [.. reverseRows ? [2L] : Array.Empty<long>(), .. reverseColumns ? [3L] : Array.Empty<long>()];
        return reversed.Length == 0 ? source : source.flip(reversed);
    }

    /// <summary>The images [n, C, H, W], each under its own map: bilinear between pixel centres, zero outside.</summary>
    public static Tensor Resample(Tensor images, ReadOnlySpan<Affine> maps)
    {
        var (height, width) = (images.shape[2], images.shape[3]);
        var (aspect, perHalfWidth, perHalfHeight) = ((double)height / width, 2.0 / width, 2.0 / height);
        var theta = new float[maps.Length * 6];
        for (var i = 0; i < maps.Length; i++)
        {
            // affine_grid's coordinates run from −1 to 1 over the image, so each axis has a unit of its own.
            var (map, at) = (maps[i], i * 6);
            theta[at] = (float)map.Xx;
            theta[at + 1] = (float)(map.Xy * aspect);
            theta[at + 2] = (float)(map.X0 * perHalfWidth);
            theta[at + 3] = (float)(map.Yx / aspect);
            theta[at + 4] = (float)map.Yy;
            theta[at + 5] = (float)(map.Y0 * perHalfHeight);
        }

        var matrices = tensor(theta, [maps.Length, 2, 3]).to(images.device);
        var grid = nn.functional.affine_grid(matrices, images.shape, align_corners: false);
        // Weights that add up to a little over one in floats must not lift white over 255.
        return nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false)
            .clamp_(0, 255);
    }
}
