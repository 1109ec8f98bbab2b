using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of <c>dataset.limit</c>.</summary>
internal static class LimitKeys
{
    private static readonly WordOr<int> Count = new("none", new IntegerShape(1, int.MaxValue));

    private static readonly SpecKey<int?>[] Splits =
    [
        new("train", Count, null, "At most this many of the images of train."),
        new("test", Count, null, "At most this many test images."),
        new("unlabeled", Count, null, "At most this many unlabeled images."),
        new("synthetic", Count, null, "At most this many synthetic images."),
    ];

    /// <summary>The section: caps by split name, without those that are not given.</summary>
    public static readonly SectionShape<IReadOnlyDictionary<string, int>> Section = new(
        Splits,
        s => Splits.Select(k => (k.Name, Cap: s.Read(k))).Where(c => c.Cap is not null).ToDictionary(c => c.Name, c => c.Cap!.Value));
}
