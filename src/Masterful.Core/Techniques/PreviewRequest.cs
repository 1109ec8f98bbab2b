using Masterful.Core.Data;
using Masterful.Core.Spec;

namespace Masterful.Core.Techniques;

/// <summary>A technique at a value, to be looked at on a few images.</summary>
/// <param name="Images">The images.</param>
/// <param name="Technique">Its name; one that changes pixels.</param>
/// <param name="Value">In the range of its axis.</param>
/// <param name="Seed">Chooses what each image draws; with one seed, only strength differs between values.</param>
public sealed record PreviewRequest(PreviewImages Images, string Technique, double Value, long Seed)
{
    /// <summary>Each image as it is and under the technique. Needs torch.</summary>
    /// <exception cref="ArgumentException">There is no such technique.</exception>
    public IReadOnlyList<PreviewPair> Render()
    {
        var axis = TechniqueAxis.Find(Technique) ?? throw new ArgumentException($"'{Technique}' is no technique.");
        var (before, after) = (Images.Under(Policy.None, Seed), Images.Under(Policy.None.With(axis.Technique, Value), Seed));
        return [.. before.Zip(after, (b, a) => new PreviewPair(ImageSheet.Png([b], Images.ShownShape, 1), ImageSheet.Png([a], Images.ShownShape, 1)))];
    }
}

/// <summary>An image before and after.</summary>
/// <param name="Original">PNG of the image.</param>
/// <param name="Changed">PNG of what the technique makes of it.</param>
public sealed record PreviewPair(byte[] Original, byte[] Changed);
