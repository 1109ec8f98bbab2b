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
/// <param name="options">Has the spec and what loads torch.</param>
/// <param name="data">The images.</param>
internal sealed class AugmentationPreview(DashboardOptions options, DataView data) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private bool _started;

    /// <summary>Those that change pixels.</summary>
    public static IReadOnlyList<ShownTechnique> Techniques { get; } =
    [
        .. TechniqueAxis.All.Where(a => a.Technique is not (Technique.LabelSmoothing or Technique.Synthetic or Technique.Unlabeled))
            .Select(a => new ShownTechnique(a.Name, a.KindSymbol, a.Maximum)),
    ];

    /// <summary>Why nothing can be shown, or null.</summary>
    public async Task<string?> ObstacleAsync(CancellationToken cancellation) =>
        options.StartTorch is null ? "The front-end was started without torch." : (await data.StateAsync(cancellation).ConfigureAwait(false)).Reason;

    /// <summary>Up to ten images before and after; null when there is no such technique or value, or no data.</summary>
    public async Task<IReadOnlyList<ShownPair>?> PairsAsync(string technique, double value, int draw, CancellationToken cancellation)
    {
        if (TechniqueAxis.Find(technique) is not { } axis || Techniques.All(t => t.Name != technique) || !(value >= 0 && value <= axis.Maximum)
            || options.StartTorch is null || await data.SplitsAsync(cancellation).ConfigureAwait(false) is not { } splits)
        {
            return null;
        }

        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_started)
            {
                await options.StartTorch(cancellation).ConfigureAwait(false);
                _started = true;
            }

            var pairs = PreviewSheet.Pairs(splits.Train, axis.Technique, value, options.Spec!.Training.Seed, draw);
            return [.. pairs.Select(p => new ShownPair(Uri(p.Original), Uri(p.Changed), p.Label < 0 ? null : splits.Classes[p.Label]))];
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static string Uri(byte[] png) => $"data:image/png;base64,{Convert.ToBase64String(png)}";
}
