using Masterful.Core.Imaging;
using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>
/// What images say as they were read, before splits are made of them: a split that fails for want of different images should be told why
/// they do not differ.
/// </summary>
/// <param name="dataset">The spec.</param>
/// <param name="positionOf">Where a key stands in the spec.</param>
internal sealed class ImageFindings(DatasetSpec dataset, Func<string, SourcePosition> positionOf)
{
    /// <summary>Warnings, and the errors that make splits pointless.</summary>
    public IReadOnlyList<Diagnostic> Of(IEnumerable<DecodedSplit> splits) => [.. splits.SelectMany(Of)];

    private IEnumerable<Diagnostic> Of(DecodedSplit split)
    {
        var (name, key) = (split.Listing.Request.Name, split.Listing.Request.Key);
        if (split.LeftOut is [var first, ..])
        {
            yield return Warning(
                DataDiagnostics.FilesLeftOut,
                key,
                $"{split.LeftOut.Count:N0} of {split.Listing.Files.Count:N0} files of split '{name}' can't be read and were left out (dataset.on_unreadable: skip), such as {first.Name}. {first.Reason}");
        }

        if (With(split, ImageTraits.WithoutEnd) is { Count: > 0 } cut)
        {
            yield return Warning(
                DataDiagnostics.EndMissing, key, $"The files of {cut.Count:N0} images of split '{name}' lack their end, such as {split.NameOf(cut[0])}. All their pixels are there, and were used.");
        }

        var transparent = With(split, ImageTraits.Transparent);
        if (split.Hashes.Count > 1 && split.Hashes.All(h => h == split.Hashes[0]))
        {
            yield return new Diagnostic(
                DataDiagnostics.AllEqual,
                DiagnosticSeverity.Error,
                $"All {split.Hashes.Count:N0} images of split '{name}' are the same{(With(split, ImageTraits.Constant).Count > 0 ? ", of a single colour" : "")}: {Why(split, transparent)}",
                positionOf(transparent.Count > 0 ? "dataset.background" : key));
            yield break;
        }

        if (transparent.Count > 0 && dataset.Background == Background.None)
        {
            yield return Warning(
                DataDiagnostics.TransparencyDropped,
                key,
                $"{transparent.Count:N0} images of split '{name}' have transparent parts, such as {split.NameOf(transparent[0])}. dataset.background is none: the colours stored underneath count. White or black would put them on a ground.");
        }

        if (With(split, ImageTraits.Constant) is { Count: > 0 } constant)
        {
            var lost = constant.Count(image => (split.Traits[image] & ImageTraits.Transparent) != 0);
            var advice = lost == 0 ? "" : $" {lost:N0} of them have transparent parts: what they show is there; try dataset.background: {Other}.";
            yield return Warning(
                DataDiagnostics.ConstantImages, key, $"{constant.Count:N0} images of split '{name}' are of a single colour, such as {split.NameOf(constant[0])}.{advice}");
        }
    }

    private string Other => dataset.Background == Background.White ? "black" : "white";

    private string Why(DecodedSplit split, List<int> transparent) => transparent.Count == 0
        ? $"nothing can be learned from them. Look at the files, such as {split.NameOf(0)}."
        : dataset.Background == Background.None
            ? "what they show is in their transparency, which dataset.background: none drops. Set dataset.background: white, or black."
            : $"what they show does not stand out from their background. Set dataset.background: {Other}.";

    private static List<int> With(DecodedSplit split, ImageTraits trait) =>
        [.. split.Traits.Index().Where(t => (t.Item & trait) != 0).Select(t => t.Index)];

    private Diagnostic Warning(DiagnosticCode code, string key, string message) => new(code, DiagnosticSeverity.Warning, message, positionOf(key));
}
