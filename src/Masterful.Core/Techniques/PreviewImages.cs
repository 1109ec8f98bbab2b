using Masterful.Core.Data;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>The few images that a preview shows: all that a process without the data needs to apply a policy to them.</summary>
/// <param name="Shape">Of each image.</param>
/// <param name="Pixels">C×H×W bytes of each.</param>
/// <param name="Labels">Class of each, 0-based, or −1.</param>
public sealed record PreviewImages(ImageShape Shape, IReadOnlyList<byte[]> Pixels, IReadOnlyList<int> Labels)
{
    private const int Most = 10;
    private const int LargestSide = 96;

    /// <summary>By what whole factor large images are reduced, so that many rows still make one picture.</summary>
    private int Reduction => Math.Min(
        Math.Max(1, (Math.Max(Shape.Height, Shape.Width) + LargestSide - 1) / LargestSide), Math.Min(Shape.Height, Shape.Width));

    /// <summary>Shape of what <see cref="Under"/> gives: large images are reduced by a whole factor.</summary>
    public ImageShape ShownShape => new(Shape.Height / Reduction, Shape.Width / Reduction, Shape.Channels);

    /// <summary>Up to ten images, one of each class before any second one.</summary>
    /// <param name="data">Where they come from.</param>
    /// <param name="seed">Chooses them.</param>
    /// <exception cref="ArgumentException">The data has no images.</exception>
    public static PreviewImages Choose(ImageDataset data, long seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Count == 0)
        {
            throw new ArgumentException("A preview needs at least one image.", nameof(data));
        }

        var order = Enumerable.Range(0, data.Count).ToArray();
        new Random(unchecked((int)Seeds.Derive(seed, "preview/images"))).Shuffle(order);
        int[] chosen =
        [
            .. order.GroupBy(i => data.Labels[i]).SelectMany(alike => alike.Select((image, round) => (image, round, Class: alike.Key)))
                .OrderBy(i => i.round).ThenBy(i => i.Class).Take(Most).Select(i => i.image),
        ];
        return new PreviewImages(data.Shape, [.. chosen.Select(i => data.Image(i).ToArray())], [.. chosen.Select(i => data.Labels[i])]);
    }

    /// <summary>C×H×W bytes of each image under a policy, in <see cref="ShownShape"/>.</summary>
    /// <param name="policy">What is applied.</param>
    /// <param name="seed">Chooses what each image draws.</param>
    public IReadOnlyList<byte[]> Under(Policy policy, long seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var images = tensor(Pixels.SelectMany(p => p).ToArray(), [Pixels.Count, Shape.Channels, Shape.Height, Shape.Width], ScalarType.Byte);
        // The targets of a preview are shown to no one: any class does for an image without one.
        var labels = tensor(Labels.Select(l => (long)Math.Max(0, l)).ToArray());
        var batch = new BatchAugmenter(policy, Labels.Max(l => Math.Max(0, l)) + 1).Apply(images, labels, generator);
        var shown = nn.functional.avg_pool2d(batch.Images, Reduction).round().to(ScalarType.Byte);
        return [.. shown.unbind().Select(image => image.contiguous().data<byte>().ToArray())];
    }
}
