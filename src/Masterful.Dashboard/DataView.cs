using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Data;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;
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

/// <summary>
/// The spec's images as mapped files, read when they are asked for and let go of when nobody has asked in a while: what is known of them
/// stays, until their files are others than they were.
/// </summary>
/// <param name="spec">Null where only reports are looked at.</param>
/// <param name="idle">After how long they are let go of.</param>
/// <param name="clock">The clock.</param>
internal sealed class DataView(MasterfulSpec? spec, TimeSpan idle, TimeProvider clock) : IAsyncDisposable
{
    private const int MostGroups = 200;
    private const int MostOfAGroup = 12;

    /// <summary>Looking at tens of thousands of files takes a tenth of a second: once for a page and all of its pictures.</summary>
    private static readonly TimeSpan Looking = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1);
    private DatasetSplits? _splits;
    private DataState? _state;
    private ITimer? _timer;
    private (IReadOnlyList<string> Files, string Stamps)? _seen;
    private long _looked;

    /// <summary>What is known of the data as they are now; the reason where they can't be read.</summary>
    public Task<DataState> StateAsync(CancellationToken cancellation) => InTurnAsync(
        async () =>
        {
            LookAgain();
            return _state ??= await ReadAsync(cancellation).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>What is made of the splits, or the default when they can't be read.</summary>
    /// <param name="make">Keeps nothing of them: they are released when it is long over.</param>
    /// <param name="cancellation">Stops.</param>
    public Task<T?> WithSplitsAsync<T>(Func<DatasetSplits, T> make, CancellationToken cancellation) => InTurnAsync(
        async () =>
        {
            LookAgain();
            if (_splits is null && _state is not { Available: false })
            {
                _state = await ReadAsync(cancellation).ConfigureAwait(false);
            }

            return _splits is null ? default : make(_splits);
        },
        cancellation);

    /// <summary>An image as a PNG, or null when there is none.</summary>
    public Task<byte[]?> ImageAsync(string split, int index, CancellationToken cancellation) => WithSplitsAsync(splits =>
    {
        var images = Named(splits).FirstOrDefault(s => s.Name == split).Images;
        return images is not null && index >= 0 && index < images.Count ? ImageSheet.Png([images.Image(index).ToArray()], images.Shape, 1) : null;
    }, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        _splits?.Dispose();
        _gate.Dispose();
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _timer?.Change(idle, Timeout.InfiniteTimeSpan);
            _gate.Release();
        }
    }

    /// <summary>Forgets what was read where the files are others by now.</summary>
    private void LookAgain()
    {
        if (_seen is not var (files, stamps) || clock.GetElapsedTime(_looked) < Looking)
        {
            return;
        }

        _looked = clock.GetTimestamp();
        if (Stamps(files) != stamps)
        {
            _splits?.Dispose();
            (_splits, _state, _seen) = (null, null, null);
        }
    }

    private static string Stamps(IReadOnlyList<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file}\t{FileStamp.Of(file).Text}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
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
            return Missing(Cause.Of(e));
        }

        _timer ??= clock.CreateTimer(_ => Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        (_seen, _looked) = ((_splits.Files, Stamps(_splits.Files)), clock.GetTimestamp());
        var groups = Groups(_splits);
        return new DataState(true, null, _splits.Fingerprint, [.. groups.Take(MostGroups).Select(g => g with { Images = [.. g.Images.Take(MostOfAGroup)] })], groups.Count);
    }

    /// <summary>What a run has in its cache is read again in half a second; the memory is the machine's meanwhile.</summary>
    private void Release()
    {
        // Who has the gate sets the timer again.
        if (_gate.Wait(0))
        {
            (_splits, var splits) = (null, _splits);
            splits?.Dispose();
            _gate.Release();
            GC.Collect(2, GCCollectionMode.Aggressive);
        }
    }

    private static DataState Missing(string reason) => new(false, reason, null, [], 0);

    private static IEnumerable<(string Name, ImageDataset Images)> Named(DatasetSplits splits) =>
        new[] { ("train", splits.Train), ("select", splits.Select), ("test", splits.Test), ("unlabeled", splits.Unlabeled), ("synthetic", splits.Synthetic) }
            .Where(s => s.Item2 is { Count: > 0 }).Select(s => (s.Item1, s.Item2!));

    /// <summary>Leaks first, then copies with different labels, then the others.</summary>
    private static List<SameImages> Groups(DatasetSplits splits)
    {
        var labels = Named(splits).ToDictionary(s => s.Name, s => s.Images.Labels);
        return
        [
            .. splits.Health.Copies.Select(same => new SameImages(
                same.Any(p => p.Split == "test") && same.Any(p => p.Split != "test") ? "leak" : "copies",
                same.Select(p => labels[p.Split][p.Index]).Where(l => l >= 0).Distinct().Skip(1).Any(),
                [.. same.Select(p => new ImagePlace(p.Split, p.Index, labels[p.Split][p.Index]))]))
                .OrderBy(g => g.Kind == "leak" ? 0 : 1).ThenBy(g => g.Conflict ? 0 : 1).ThenByDescending(g => g.Images.Count).ThenBy(g => g.Images[0].Index),
        ];
    }
}
