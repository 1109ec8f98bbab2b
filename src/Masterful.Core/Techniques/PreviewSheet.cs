using System.Globalization;
using Masterful.Core.Data;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;

namespace Masterful.Core.Techniques;

/// <summary>What a policy does to images, to look at: a row a technique and strength, a column an image.</summary>
/// <param name="Png">The sheet, without text.</param>
/// <param name="RowNames">What each row shows, from the top: <c>original</c>, <c>rotate (m) = 20</c> …</param>
/// <param name="RowsInColumn">So many rows stand below each other; those after them stand beside them.</param>
public sealed record PreviewSheet(byte[] Png, IReadOnlyList<string> RowNames, int RowsInColumn)
{
    private const int PolicyRows = 3;
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
        var images = PreviewImages.Choose(data, seed);
        var drawSeed = Seeds.Derive(seed, "preview/draws");
        var alone = techniques
            .Where(t => t is not (Technique.LabelSmoothing or Technique.Synthetic or Technique.Unlabeled))
            .SelectMany(t => Strengths.Select(s => Alone(TechniqueAxis.Of(t), s, policy?.Calibration ?? Calibration.Linear)))
            .Select(p => (p.Name, Policy: p, Seed: drawSeed));
        var whole = policy is null ? [] : Enumerable.Range(1, PolicyRows)
            .Select(i => (Name: $"{policy.Name} ({i} of {PolicyRows})", Policy: policy, Seed: Seeds.Derive(seed, $"preview/policy/{i}")));
        var rows = new[] { (Name: "original", Policy: Policy.None, Seed: drawSeed) }.Concat(alone).Concat(whole).ToArray();
        var grid = ImageGrid.Draw([.. rows.Select(r => images.Under(r.Policy, r.Seed))], images.ShownShape);
        return new PreviewSheet(grid.Png, [.. rows.Select(r => r.Name)], grid.RowsInColumn);
    }

    private static Policy Alone(TechniqueAxis axis, double share, Calibration calibration)
    {
        var value = axis.Maximum * share;
        var name = string.Create(CultureInfo.InvariantCulture, $"{axis.Name} ({axis.KindSymbol}) = {value:0.##}");
        return (Policy.None with { Name = name, Calibration = calibration }).With(axis.Technique, value);
    }
}
