using Masterful.Core.Data;
using Masterful.Core.Pipeline;
using Masterful.Results;

namespace Masterful.Dashboard;

/// <summary>A label that is likely wrong, with where its image is now.</summary>
/// <param name="Split">train or select.</param>
/// <param name="Index">Position in the split, or null when the data has no such image (any more).</param>
/// <param name="Image">The image's name.</param>
/// <param name="Given">The label that it carried when the labels were looked at.</param>
/// <param name="Now">The label that it carries now, or null when it is the same or unknown.</param>
/// <param name="Suggested">The label that it more likely should carry.</param>
/// <param name="GivenProbability">What a model that was not trained on the image gives its label.</param>
/// <param name="SuggestedProbability">What that model gives the suggestion.</param>
/// <param name="Reason">Why it is listed.</param>
internal sealed record LabelSuspect(
    string Split, int? Index, string Image, string Given, string? Now, string Suggested, double GivenProbability, double SuggestedProbability, string Reason);

/// <summary>What <c>data --labels</c> found.</summary>
/// <param name="Path">Where its table is, or would be.</param>
/// <param name="Written">When, UTC; null when there is none.</param>
/// <param name="Problem">Why the table can't be read, or null.</param>
/// <param name="Count">How many labels it lists.</param>
/// <param name="Suspects">The surest of them.</param>
internal sealed record LabelAuditState(string? Path, DateTimeOffset? Written, string? Problem, int Count, IReadOnlyList<LabelSuspect> Suspects);

/// <summary>The table that <c>data --labels</c> wrote, read anew when it changes.</summary>
/// <param name="path">Where it is; null where only reports are looked at.</param>
/// <param name="data">The images that it speaks of.</param>
internal sealed class LabelSuspects(string? path, DataView data)
{
    /// <summary>More than anyone looks through; a table of a hundred thousand would make the page slow.</summary>
    private const int MostShown = 2000;

    private (DateTime Written, LabelAuditState State)? _known;

    public async Task<LabelAuditState> StateAsync(CancellationToken cancellation)
    {
        if (path is null || new FileInfo(path) is not { Exists: true } file)
        {
            return new LabelAuditState(path, null, null, 0, []);
        }

        if (_known is not { } known || known.Written != file.LastWriteTimeUtc)
        {
            var state = await data.WithSplitsAsync(splits => Read(path, file.LastWriteTimeUtc, splits), cancellation).ConfigureAwait(false);
            known = (file.LastWriteTimeUtc, state ?? Read(path, file.LastWriteTimeUtc, null));
            _known = known;
        }

        return known.State;
    }

    private static LabelAuditState Read(string path, DateTime written, DatasetSplits? splits)
    {
        try
        {
            var findings = LabelTable.Read(path);
            var shown = findings.Take(MostShown).ToList();
            var places = Places(splits, shown);
            return new LabelAuditState(path, written, null, findings.Count, [.. shown.Select(f => Suspect(f, splits, places))]);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new LabelAuditState(path, written, Cause.Of(e), 0, []);
        }
    }

    /// <summary>The table names images as people know them: by file, or by number in their split's files.</summary>
    private static Dictionary<(string Split, string Image), int> Places(DatasetSplits? splits, List<LabelFinding> findings)
    {
        var places = new Dictionary<(string Split, string Image), int>();
        if (splits is null)
        {
            return places;
        }

        var wanted = findings.Select(f => (f.Split, f.Image)).ToHashSet();
        foreach (var (name, images) in new[] { ("train", splits.Train), ("select", splits.Select) })
        {
            for (var i = 0; i < images.Count && places.Count < wanted.Count; i++)
            {
                if ((name, images.Describe(i)) is var place && wanted.Contains(place))
                {
                    places.TryAdd(place, i);
                }
            }
        }

        return places;
    }

    private static LabelSuspect Suspect(LabelFinding finding, DatasetSplits? splits, Dictionary<(string Split, string Image), int> places)
    {
        int? index = places.TryGetValue((finding.Split, finding.Image), out var place) ? place : null;
        var now = index is { } at ? (finding.Split == "train" ? splits!.Train : splits!.Select).Labels[at] : -1;
        var name = now < 0 ? null : splits!.Classes[now];
        return new LabelSuspect(
            finding.Split, index, finding.Image, finding.Given, name == finding.Given ? null : name, finding.Suggested,
            finding.GivenProbability, finding.SuggestedProbability, finding.Reason);
    }
}
