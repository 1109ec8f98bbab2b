using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Microsoft.Extensions.Logging.Abstractions;

namespace Masterful.Dashboard;

/// <summary>Images that are the same, pixel for pixel.</summary>
/// <param name="Kind"><c>copies</c> within a split, <c>leak</c> where one is in test and another in what trains or selects.</param>
/// <param name="Conflict">Whether their labels differ.</param>
/// <param name="Images">Where they are.</param>
internal sealed record SameImages(string Kind, bool Conflict, IReadOnlyList<ImagePlace> Images);

/// <summary>An image by its place.</summary>
/// <param name="Split">Name of the split.</param>
/// <param name="Index">Position in it.</param>
/// <param name="Label">Its class, or −1.</param>
internal sealed record ImagePlace(string Split, int Index, int Label);

/// <summary>What is known of the spec's data.</summary>
/// <param name="Available">Whether its images can be shown.</param>
/// <param name="Reason">Why not, in a sentence.</param>
/// <param name="Fingerprint">Of the splits, to be compared with a run's.</param>
/// <param name="Groups">The first of the groups of equal images.</param>
/// <param name="GroupCount">How many groups there are.</param>
internal sealed record DataState(bool Available, string? Reason, string? Fingerprint, IReadOnlyList<SameImages> Groups, int GroupCount);

/// <summary>The spec's images, read when they are first asked for and kept as mapped files.</summary>
/// <param name="spec">Null where only reports are looked at.</param>
internal sealed class DataView(MasterfulSpec? spec) : IAsyncDisposable
{
    private const int MostGroups = 200;
    private const int MostOfAGroup = 12;
    private readonly SemaphoreSlim _gate = new(1);
    private DatasetSplits? _splits;
    private DataState? _state;

    /// <summary>Reads the data once; the reason where it can't be read.</summary>
    public async Task<DataState> StateAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return _state ??= await ReadAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The splits, or null when they can't be read.</summary>
    public async Task<DatasetSplits?> SplitsAsync(CancellationToken cancellation)
    {
        await StateAsync(cancellation).ConfigureAwait(false);
        return _splits;
    }

    /// <summary>An image as a PNG, or null when there is none.</summary>
    public async Task<byte[]?> ImageAsync(string split, int index, CancellationToken cancellation)
    {
        var images = await SplitsAsync(cancellation).ConfigureAwait(false) is { } splits ? Named(splits).FirstOrDefault(s => s.Name == split).Images : null;
        return images is not null && index >= 0 && index < images.Count ? ImageSheet.Png([images.Image(index).ToArray()], images.Shape, 1) : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _splits?.Dispose();
        _gate.Dispose();
    }

    private async Task<DataState> ReadAsync(CancellationToken cancellation)
    {
        if (spec is null)
        {
            return Missing("The front-end was started without a spec, so that it does not know where the images are.");
        }

        try
        {
            // Looking at runs downloads nothing.
            var local = spec with { Dataset = spec.Dataset with { Sources = [] } };
            _splits = await new DatasetLoader(spec.Runtime.Cache, NullLogger.Instance).LoadAsync(local, null, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DiagnosticException or IOException or UnauthorizedAccessException)
        {
            return Missing(e.Message);
        }

        var groups = await Task.Run(() => Groups(_splits), cancellation).ConfigureAwait(false);
        return new DataState(true, null, _splits.Fingerprint, [.. groups.Take(MostGroups).Select(g => g with { Images = [.. g.Images.Take(MostOfAGroup)] })], groups.Count);
    }

    private static DataState Missing(string reason) => new(false, reason, null, [], 0);

    private static IEnumerable<(string Name, ImageDataset Images)> Named(DatasetSplits splits) =>
        new[] { ("train", splits.Train), ("select", splits.Select), ("test", splits.Test), ("unlabeled", splits.Unlabeled), ("synthetic", splits.Synthetic) }
            .Where(s => s.Item2 is { Count: > 0 }).Select(s => (s.Item1, s.Item2!));

    /// <summary>Leaks first, then copies with different labels, then the others.</summary>
    private static List<SameImages> Groups(DatasetSplits splits)
    {
        var places = new Dictionary<UInt128, List<ImagePlace>>();
        foreach (var (name, images) in Named(splits))
        {
            for (var i = 0; i < images.Count; i++)
            {
                var hash = MemoryMarshal.Read<UInt128>(SHA256.HashData(images.Image(i)));
                ref var found = ref CollectionsMarshal.GetValueRefOrAddDefault(places, hash, out _);
                (found ??= []).Add(new ImagePlace(name, i, images.Labels[i]));
            }
        }

        return
        [
            .. places.Values.Where(same => same.Count > 1).Select(same => new SameImages(
                same.Any(p => p.Split == "test") && same.Any(p => p.Split != "test") ? "leak" : "copies",
                same.Where(p => p.Label >= 0).DistinctBy(p => p.Label).Count() > 1,
                same))
                .OrderBy(g => g.Kind == "leak" ? 0 : 1).ThenBy(g => g.Conflict ? 0 : 1).ThenByDescending(g => g.Images.Count).ThenBy(g => g.Images[0].Index),
        ];
    }
}
