using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>The order in which an image's colours and pixels change. Geometry comes before all of them, in one resampling.</summary>
internal enum Stage
{
    Hsv,
    Contrast,
    Blur,
    TrivialAugment,
    RandAugmentFirst,
    RandAugmentSecond,
}

/// <summary>
/// What is to be done to each image of a batch, gathered on the CPU, and then done to the batch with as few passes as it takes:
/// geometry is composed into one map an image and one resampling, linear colour changes into one matrix an image, and the rest
/// runs once for each transform over just the images that have drawn it.
/// </summary>
internal sealed class TransformPlan
{
    private readonly int _height;
    private readonly int _width;
    private readonly bool _hasColour;
    private readonly Affine[] _maps;
    private readonly ColourMatrix[] _colours;
    private readonly SortedDictionary<Stage, Dictionary<ImageTransform, Members>> _stages = [];

    /// <summary>An empty plan for images [N, C, H, W] of this shape.</summary>
    public TransformPlan(ReadOnlySpan<long> shape)
    {
        (Count, _hasColour, _height, _width) = ((int)shape[0], shape[1] == 3, (int)shape[2], (int)shape[3]);
        _maps = new Affine[Count];
        _colours = new ColourMatrix[Count];
        Array.Fill(_maps, Affine.Identity);
        Array.Fill(_colours, ColourMatrix.Identity);
    }

    /// <summary>Images in the batch.</summary>
    public int Count { get; }

    /// <summary>Height or width in pixels, whichever is less.</summary>
    public int ShorterSide => Math.Min(_height, _width);

    /// <summary>Height in pixels.</summary>
    public int Height => _height;

    /// <summary>Width in pixels.</summary>
    public int Width => _width;

    /// <summary>Moves an image's pixels, after what moves them already.</summary>
    public void Move(int image, Affine map) => _maps[image] = _maps[image].Then(map);

    /// <summary>
    /// Adds a transform to an image. Geometry joins the one resampling at the start, unless <paramref name="inPlace"/> keeps it
    /// at its stage.
    /// </summary>
    public void Add(Stage stage, int image, ImageTransform transform, double amount, bool inPlace = false)
    {
        if (transform is GeometricTransform geometric && !inPlace)
        {
            Move(image, geometric.Map(amount, _height, _width));
            return;
        }

        if (!_hasColour && (transform == Transforms.Hue || transform == Transforms.Saturation))
        {
            return;
        }

        var transforms = _stages.TryGetValue(stage, out var known) ? known : _stages[stage] = [];
        var members = transforms.TryGetValue(transform, out var present) ? present : transforms[transform] = new Members([], []);
        members.Images.Add(image);
        members.Amounts.Add(amount);
    }

    /// <summary>Does it: changes the float images [N, C, H, W] in place.</summary>
    public void Run(Tensor images)
    {
        Resample(images);
        foreach (var (transform, members) in _stages.Values.SelectMany(s => s))
        {
            if (transform is ColourTransform colour)
            {
                foreach (var (image, amount) in members.Images.Zip(members.Amounts))
                {
                    _colours[image] = _colours[image].Then(colour.Matrix(amount));
                }

                continue;
            }

            Recolour(images, members.Images.Where(i => _colours[i] != ColourMatrix.Identity));
            Replace(images, CollectionsMarshal.AsSpan(members.Images), concerned => transform switch
            {
                GeometricTransform geometric =>
                    Affine.Resample(concerned, [.. members.Amounts.Select(a => geometric.Map(a, _height, _width))]),
                PixelTransform pixel => pixel.Apply(concerned, Column(members.Amounts, images.device)).clamp_(0, 255),
                _ => throw new InvalidOperationException($"{transform.Name} has no way to be applied."),
            });
        }

        Recolour(images, Enumerable.Range(0, Count).Where(i => _colours[i] != ColourMatrix.Identity));
    }

    private void Resample(Tensor images)
    {
        var moved = Enumerable.Range(0, Count).Where(i => _maps[i] != Affine.Identity).ToArray();
        foreach (var alike in moved.Where(i => _maps[i].IsSymmetry(_height, _width)).GroupBy(i => _maps[i]))
        {
            Replace(images, [.. alike], alike.Key.Permute);
        }

        int[] resampled = [.. moved.Where(i => !_maps[i].IsSymmetry(_height, _width))];
        Replace(images, resampled, concerned => Affine.Resample(concerned, [.. resampled.Select(i => _maps[i])]));
    }

    private void Recolour(Tensor images, IEnumerable<int> which)
    {
        int[] recoloured = [.. which];
        Replace(images, recoloured, concerned => ColourMatrix.Apply(concerned, [.. recoloured.Select(i => _colours[i])]));
        foreach (var image in recoloured)
        {
            _colours[image] = ColourMatrix.Identity;
        }
    }

    /// <summary>Replaces some images of the batch by what a function makes of them.</summary>
    private static void Replace(Tensor images, ReadOnlySpan<int> which, Func<Tensor, Tensor> change)
    {
        if (which.IsEmpty)
        {
            return;
        }

        using var scope = NewDisposeScope();
        if (which.Length == images.shape[0])
        {
            // Everyone: stages list images in order, so there is nothing to select.
            images.copy_(change(images));
            return;
        }

        var index = Index(which, images.device);
        images.index_copy_(0, index, change(images.index_select(0, index)));
    }

    /// <summary>Positions as an int64 tensor on a device.</summary>
    public static Tensor Index(ReadOnlySpan<int> positions, Device device)
    {
        var wide = new long[positions.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = positions[i];
        }

        return tensor(wide).to(device);
    }

    /// <summary>One number an image, [n, 1, 1, 1].</summary>
    public static Tensor Column(IReadOnlyList<double> amounts, Device device) =>
        tensor(amounts.Select(a => (float)a).ToArray(), [amounts.Count, 1, 1, 1]).to(device);

    /// <summary>The images that have drawn a transform, ascending, and by how much.</summary>
    private sealed record Members(List<int> Images, List<double> Amounts);
}
