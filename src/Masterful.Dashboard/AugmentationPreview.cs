using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;

namespace Masterful.Dashboard;

/// <summary>A technique that the page can show.</summary>
/// <param name="Name">In files.</param>
/// <param name="Kind">m or rr.</param>
/// <param name="Maximum">The largest value.</param>
internal sealed record ShownTechnique(string Name, string Kind, double Maximum);

/// <summary>An image before and after, as data URIs.</summary>
/// <param name="Original">Before.</param>
/// <param name="Changed">After.</param>
/// <param name="Label">Name of its class, or null.</param>
internal sealed record ShownPair(string Original, string Changed, string? Label);

/// <summary>The spec's own images under a technique, by the code that draws the sheet of <c>preview</c>.</summary>
/// <param name="options">Has the spec and what draws.</param>
/// <param name="data">The images.</param>
internal sealed class AugmentationPreview(DashboardOptions options, DataView data) : IAsyncDisposable
{
    private readonly PreviewProcess? _process =
        options.PreviewProgram is { } program ? new PreviewProcess(program, options.IdleRelease, options.Clock) : null;

    private (string Data, PreviewImages Images, IReadOnlyList<string> Classes)? _chosen;

    /// <summary>Those that change pixels.</summary>
    public static IReadOnlyList<ShownTechnique> Techniques { get; } =
    [
        .. TechniqueAxis.All.Where(a => a.Technique is not (Technique.LabelSmoothing or Technique.Synthetic or Technique.Unlabeled))
            .Select(a => new ShownTechnique(a.Name, a.KindSymbol, a.Maximum)),
    ];

    /// <summary>Why nothing can be shown, or null.</summary>
    public async Task<string?> ObstacleAsync(CancellationToken cancellation) =>
        _process is null ? "The front-end was started without torch." : (await data.StateAsync(cancellation).ConfigureAwait(false)).Reason;

    /// <summary>Up to ten images before and after; null when there is no such technique or value, or no data.</summary>
    /// <exception cref="InvalidDataException">Nothing can be drawn, and why.</exception>
    public async Task<IReadOnlyList<ShownPair>?> PairsAsync(string technique, double value, int draw, CancellationToken cancellation)
    {
        if (TechniqueAxis.Find(technique) is not { } axis || Techniques.All(t => t.Name != technique) || !(value >= 0 && value <= axis.Maximum)
            || _process is null || options.Spec?.Training.Seed is not { } seed)
        {
            return null;
        }

        if (await ChosenAsync(seed, cancellation).ConfigureAwait(false) is not var (_, images, classes))
        {
            return null;
        }

        var request = new PreviewRequest(images, technique, value, Seeds.Derive(seed, $"preview/draws/{draw}"));
        var pairs = await _process.RenderAsync(request, cancellation).ConfigureAwait(false);
        return [.. pairs.Zip(images.Labels, (p, label) => new ShownPair(Uri(p.Original), Uri(p.Changed), label < 0 ? null : classes[label]))];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The images that are shown: the same until the data are others.</summary>
    private async Task<(string Data, PreviewImages Images, IReadOnlyList<string> Classes)?> ChosenAsync(long seed, CancellationToken cancellation)
    {
        var now = (await data.StateAsync(cancellation).ConfigureAwait(false)).Fingerprint;
        if (_chosen?.Data != now || now is null)
        {
            _chosen = await data.WithSplitsAsync<(string, PreviewImages, IReadOnlyList<string>)?>(
                splits => (splits.Fingerprint, PreviewImages.Choose(splits.Train, seed), splits.Classes), cancellation).ConfigureAwait(false);
        }

        return _chosen;
    }

    private static string Uri(byte[] png) => $"data:image/png;base64,{Convert.ToBase64String(png)}";
}
