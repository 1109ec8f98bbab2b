using System.Globalization;
using Masterful.Core.Data;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>What a policy does to images, to look at: a row a technique and strength, a column an image.</summary>
/// <param name="Png">The sheet, without text.</param>
/// <param name="RowNames">What each row shows, from the top: <c>original</c>, <c>rotate (m) = 20</c> …</param>
public sealed record PreviewSheet(byte[] Png, IReadOnlyList<string> RowNames)
{
    private const int Columns = 10;
    private const int PolicyRows = 3;
    private const int LargestSide = 96;
    private static readonly double[] Strengths = [0.2, 0.6, 1];

    /// <summary>
    /// Draws the sheet: the original images; each technique alone at a fifth, three fifths and all of its range; and, when there is
    /// a policy, three rows under the whole of it. All rows but the policy's share their draws, so that down a column only strength
    /// grows. Techniques that change no pixels (label smoothing, synthetic, unlabeled) have no rows.
    /// </summary>
    /// <param name="data">Where the images come from: up to ten, of as many classes as there are.</param>
    /// <param name="policy">Shown below the techniques, which take its calibration; null for none.</param>
    /// <param name="techniques">Shown one by one, in this order.</param>
    /// <param name="seed">Chooses the images and the draws.</param>
    /// <exception cref="ArgumentException">The data has no images.</exception>
    public static PreviewSheet Render(ImageDataset data, Policy? policy, IReadOnlyList<Technique> techniques, long seed)
    {
        if (data.Count == 0)
        {
            throw new ArgumentException("A preview needs at least one image.", nameof(data));
        }

        using var scope = NewDisposeScope();
        var chosen = Choose(data, seed);
        var (images, labels) = Batch(data, chosen);
        var drawSeed = Seeds.Derive(seed, "preview/draws");
        var alone = techniques
            .Where(t => t is not (Technique.LabelSmoothing or Technique.Synthetic or Technique.Unlabeled))
            .SelectMany(t => Strengths.Select(s => Alone(TechniqueAxis.Of(t), s, policy?.Calibration ?? Calibration.Linear)))
            .Select(p => (p.Name, Policy: p, Seed: drawSeed));
        var whole = policy is null ? [] : Enumerable.Range(1, PolicyRows)
            .Select(i => (Name: $"{policy.Name} ({i} of {PolicyRows})", Policy: policy, Seed: Seeds.Derive(seed, $"preview/policy/{i}")));
        var rows = new[] { (Name: "original", Policy: Policy.None, Seed: drawSeed) }.Concat(alone).Concat(whole).ToArray();
        var (reduction, shape) = Reduced(data.Shape);
        var png = ImageGrid.Png([.. rows.Select(r => Row(r.Policy, r.Seed, images, labels, reduction))], shape);
        return new PreviewSheet(png, [.. rows.Select(r => r.Name)]);
    }

    /// <summary>Images of the sheet, and the same under one technique at one strength: what its row would show.</summary>
    /// <param name="data">Where the images come from: up to ten, of as many classes as there are.</param>
    /// <param name="technique">One that changes pixels.</param>
    /// <param name="value">In the range of its axis.</param>
    /// <param name="seed">Chooses the images.</param>
    /// <param name="draw">Chooses what each image draws; with one number, only strength differs between values.</param>
    /// <returns>PNGs of the images without text, the original and the changed one of each.</returns>
    /// <exception cref="ArgumentException">The data has no images.</exception>
    public static IReadOnlyList<(byte[] Original, byte[] Changed, int Label)> Pairs(ImageDataset data, Technique technique, double value, long seed, long draw)
    {
        if (data.Count == 0)
        {
            throw new ArgumentException("A preview needs at least one image.", nameof(data));
        }

        using var scope = NewDisposeScope();
        var chosen = Choose(data, seed);
        var (images, labels) = Batch(data, chosen);
        var (reduction, shape) = Reduced(data.Shape);
        var drawSeed = Seeds.Derive(seed, string.Create(CultureInfo.InvariantCulture, $"preview/draws/{draw}"));
        var policy = Policy.None.With(technique, value);
        var (before, after) = (Row(Policy.None, drawSeed, images, labels, reduction), Row(policy, drawSeed, images, labels, reduction));
        return [.. chosen.Select((image, i) => (ImageSheet.Png([before[i]], shape, 1), ImageSheet.Png([after[i]], shape, 1), data.Labels[image]))];
    }

    private static Policy Alone(TechniqueAxis axis, double share, Calibration calibration)
    {
        var value = axis.Maximum * share;
        var name = string.Create(CultureInfo.InvariantCulture, $"{axis.Name} ({axis.KindSymbol}) = {value:0.##}");
        return (Policy.None with { Name = name, Calibration = calibration }).With(axis.Technique, value);
    }

    /// <summary>Images in an order drawn by the seed, one of each class before any second one.</summary>
    private static int[] Choose(ImageDataset data, long seed)
    {
        var order = Enumerable.Range(0, data.Count).ToArray();
        new Random(unchecked((int)Seeds.Derive(seed, "preview/images"))).Shuffle(order);
        return
        [
            .. order.GroupBy(i => data.Labels[i]).SelectMany(alike => alike.Select((image, round) => (image, round, Class: alike.Key)))
                .OrderBy(i => i.round).ThenBy(i => i.Class).Take(Columns).Select(i => i.image),
        ];
    }

    private static (Tensor Images, Tensor Labels) Batch(ImageDataset data, int[] chosen)
    {
        var shape = data.Shape;
        var pixels = chosen.SelectMany(i => data.Image(i).ToArray()).ToArray();
        // The targets of a preview are shown to no one: any class does for an image without one.
        var labels = chosen.Select(i => (long)Math.Max(0, data.Labels[i])).ToArray();
        return (tensor(pixels, [chosen.Length, shape.Channels, shape.Height, shape.Width], ScalarType.Byte), tensor(labels));
    }

    /// <summary>By what whole factor large images are reduced, so that many rows still make one picture, and their shape then.</summary>
    private static (int Factor, ImageShape Shape) Reduced(ImageShape shape)
    {
        var factor = Math.Min(
            Math.Max(1, (Math.Max(shape.Height, shape.Width) + LargestSide - 1) / LargestSide), Math.Min(shape.Height, shape.Width));
        return (factor, new ImageShape(shape.Height / factor, shape.Width / factor, shape.Channels));
    }

    private static IReadOnlyList<byte[]> Row(Policy policy, long seed, Tensor images, Tensor labels, int reduction)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var batch = new BatchAugmenter(policy, (int)labels.max().item<long>() + 1).Apply(images, labels, generator);
        var shown = nn.functional.avg_pool2d(batch.Images, reduction).round().to(ScalarType.Byte);
        return [.. shown.unbind().Select(image => image.contiguous().data<byte>().ToArray())];
    }
}
