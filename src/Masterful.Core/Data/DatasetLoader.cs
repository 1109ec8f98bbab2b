using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Masterful.Abstractions;
using Masterful.Core.Data.Readers;
using Masterful.Core.Imaging;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Spec.ImageLists;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Data;

/// <summary>From the <c>dataset</c> section to splits that can be trained on.</summary>
/// <param name="cacheFolder">The cache of the run; decoded images go into <c>data/</c> in it.</param>
/// <param name="logger">Told about cache misses.</param>
/// <param name="fetcher">Downloads what is missing; by default over HTTP with the system's proxy.</param>
/// <param name="clock">The time; by default the system's.</param>
public sealed class DatasetLoader(string cacheFolder, ILogger logger, SourceFetcher? fetcher = null, TimeProvider? clock = null)
{
    private const ulong SelectSalt = 0x73656C656374;
    private const ulong TestSalt = 0x74657374;
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    private string DecodedFolder => Path.Combine(cacheFolder, "data");

    /// <summary>The data of a spec, read by the spec's own image source where it names one.</summary>
    /// <inheritdoc cref="LoadAsync(DatasetSpec, ImageShape, IImageSource?, Func{string, SourcePosition}, IProgress{DataProgress}?, CancellationToken)"/>
    public Task<DatasetSplits> LoadAsync(MasterfulSpec spec, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var custom = spec.Dataset is { Format: DatasetFormat.Custom, Type: { } type } && spec.Model.Assembly is { } assembly
            ? PluginAssembly.Create<IImageSource>(assembly, type)
            : null;
        return LoadAsync(spec.Dataset, spec.Model.InputShape, custom, spec.PositionOf, progress, cancellation);
    }

    /// <summary>
    /// Fetches sources that are missing, holds the others against their hashes, reads each split (from the cache when it was decoded before), brings images to the model's
    /// shape, takes test and select out of train where they are shares of it, applies limits, and runs the health checks on the splits
    /// as they are then. Warnings are in <see cref="DatasetHealth.Diagnostics"/>.
    /// </summary>
    /// <param name="dataset">The spec.</param>
    /// <param name="shape">What the model takes.</param>
    /// <param name="custom">The source of <see cref="DatasetFormat.Custom"/>, else null.</param>
    /// <param name="positionOf">Where a key stands in the spec (<see cref="MasterfulSpec.PositionOf"/>).</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellation">Stops between images; nothing half-written stays.</param>
    /// <returns>The splits; the caller disposes them. Without a test split, test is empty.</returns>
    /// <exception cref="DiagnosticException">All errors that were found, and the warnings.</exception>
    public async Task<DatasetSplits> LoadAsync(
        DatasetSpec dataset,
        ImageShape shape,
        IImageSource? custom,
        Func<string, SourcePosition> positionOf,
        IProgress<DataProgress>? progress,
        CancellationToken cancellation)
    {
        await FetchAsync(dataset, positionOf, progress, cancellation).ConfigureAwait(false);
        return await Task.Run(() => Load(dataset, shape, custom, positionOf, progress, cancellation), cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// The files that another machine needs to load the same splits: full paths, each once, in an order that is always the same. Sources that
    /// are missing are fetched first; no image is decoded. Of a custom format, everything below the splits' entries.
    /// </summary>
    /// <param name="spec">The spec.</param>
    /// <param name="progress">Told how far fetching is, or null.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="DiagnosticException">Something is not there or not right.</exception>
    public async Task<IReadOnlyList<string>> FilesAsync(MasterfulSpec spec, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var dataset = spec.Dataset;
        await FetchAsync(dataset, spec.PositionOf, progress, cancellation).ConfigureAwait(false);
        return await Task.Run(IReadOnlyList<string> () => [.. Files().Concat(dataset.Sources.Select(s => s.To)).Distinct()], cancellation).ConfigureAwait(false);

        IEnumerable<string> Files()
        {
            if (dataset.Format == DatasetFormat.Custom)
            {
                var root = new DataRoot(dataset.Root, spec.PositionOf);
                return Each(Requests(dataset), request => DataInputs.OfCustom(root, request)).SelectMany(f => f);
            }

            var reader = DatasetReaders.For(dataset, null, spec.PositionOf);
            return Each(Requests(dataset), reader.List).SelectMany(DataInputs.Read);
        }
    }

    private async Task FetchAsync(
        DatasetSpec dataset, Func<string, SourcePosition> positionOf, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        if (dataset.Sources.Count == 0)
        {
            return;
        }

        // Whoever serves the data is none of those who may know of a run's trace; redirects are followed by the fetcher, which looks where to.
        using var http = fetcher is null ? new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, AllowAutoRedirect = false }) : null;
        var downloads = fetcher ?? new SourceFetcher(http!, _clock);
        var check = new SourceCheck(DecodedFolder, _clock);
        var problems = new List<Diagnostic>();
        foreach (var (index, source) in dataset.Sources.Index())
        {
            var position = positionOf($"dataset.sources.{index}");
            if (SourceFetcher.IsThere(source))
            {
                PartialFile.RemoveLeft(source.To);
                problems.AddRange(new[] { await check.FindAsync(source, position, progress, cancellation).ConfigureAwait(false) }.OfType<Diagnostic>());
                continue;
            }

            logger.LogInformation("Fetching {File}", source.To);
            try
            {
                await downloads.FetchAsync(source, position, progress, cancellation).ConfigureAwait(false);
            }
            catch (DiagnosticException e)
            {
                problems.AddRange(e.Diagnostics);
            }
        }

        ThrowOnError(problems);
    }

    private DatasetSplits Load(
        DatasetSpec dataset,
        ImageShape shape,
        IImageSource? custom,
        Func<string, SourcePosition> positionOf,
        IProgress<DataProgress>? progress,
        CancellationToken cancellation)
    {
        var reader = DatasetReaders.For(dataset, custom, positionOf);
        var files = new List<string>();
        var cache = new DecodedCache(DecodedFolder, _clock, logger);
        var opened = new ConcurrentBag<DecodedSplit>();
        try
        {
            var listings = Each(Requests(dataset), reader.List);
            listings.ForEach(listing => files.AddRange(DataInputs.Of(dataset, listing).Except(files)));
            // A source that is someone else's may not stand being asked for two splits at once.
            var sideBySide = dataset.Format == DatasetFormat.Custom ? 1 : Environment.ProcessorCount;
            var decoded = Each(
                listings,
                listing =>
                {
                    var split = cache.Open(reader, listing, dataset.Format, shape, ImageRules.Of(dataset), progress, cancellation);
                    // Noted at once, so that it is released when another split fails.
                    opened.Add(split);
                    return split;
                },
                sideBySide);

            var classes = new ClassList(dataset, positionOf);
            var (names, labels) = classes.Settle(reader.Scheme, decoded);
            var earlier = decoded.SelectMany(d => d.Listing.Warnings).Concat(cache.Warnings).Concat(classes.Diagnostics)
                .Concat(new ImageFindings(dataset, positionOf).Of(decoded)).ToList();
            ThrowOnError(earlier);

            var read = decoded.ToDictionary(d => d.Listing.Request.Name, d => ImagePool.Of(d, labels[d.Listing.Request.Name]));
            var withoutLabel = read["train"].Labels.Count(l => l < 0);
            earlier.AddRange(WithoutLabel(read["train"], withoutLabel, positionOf));
            var pools = Split(dataset, read);
            earlier.AddRange(Empty(pools, positionOf));
            ThrowOnError(earlier);

            var health = new HealthCheck(dataset, names, positionOf).Run(pools, decoded, earlier);
            ThrowOnError(health.Diagnostics);
            return Splits(pools, names, health with { WithoutLabel = withoutLabel }, [.. decoded], shape, dataset.Background) with { Files = files };
        }
        catch
        {
            foreach (var split in opened)
            {
                split.Dispose();
            }

            throw;
        }
    }

    private static IEnumerable<SplitRequest> Requests(DatasetSpec dataset)
    {
        var splits = dataset.Splits;
        var all = new[]
        {
            new SplitRequest("train", "dataset.splits.train", splits.Train, true),
            new SplitRequest("select", "dataset.validation", dataset.Validation.Name is { } name ? [name] : [], true),
            new SplitRequest("test", "dataset.splits.test", splits.TestShare is null ? splits.Test : [], true),
            new SplitRequest("unlabeled", "dataset.splits.unlabeled", splits.Unlabeled, false),
            new SplitRequest("synthetic", "dataset.splits.synthetic", splits.Synthetic, true),
        };
        return all.Where(r => r.Entries.Count > 0);
    }

    /// <summary>Does something for all, so many at a time, and only then throws what went wrong with any, in the order of the items.</summary>
    private static List<TResult> Each<T, TResult>(IEnumerable<T> items, Func<T, TResult> work, int sideBySide = 1)
    {
        T[] all = [.. items];
        var results = new TResult[all.Length];
        var failures = new Exception?[all.Length];
        Parallel.For(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = sideBySide }, i =>
        {
            try
            {
                results[i] = work(all[i]);
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        });
        if (Array.Find(failures, f => f is not (null or DiagnosticException)) is { } unexpected)
        {
            ExceptionDispatchInfo.Throw(unexpected);
        }

        List<Diagnostic> problems = [.. failures.OfType<DiagnosticException>().SelectMany(f => f.Diagnostics).Distinct()];
        return problems.Count == 0 ? [.. results] : throw new DiagnosticException(problems);
    }

    private static void ThrowOnError(IReadOnlyList<Diagnostic> diagnostics)
    {
        if (diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error))
        {
            throw new DiagnosticException(diagnostics);
        }
    }

    /// <summary>
    /// Test and select are taken from all of train, whatever the limit, so that changing the limit moves no image from one side to the
    /// other; <c>limit.train</c> then counts train and the share held out of it together.
    /// </summary>
    private static List<ImagePool> Split(DatasetSpec dataset, Dictionary<string, ImagePool> read)
    {
        var everything = read["train"];
        var labelled = everything.Labels.Index().ToLookup(l => l.Item >= 0, l => l.Index);
        var train = everything.Take("train", labelled[true]);
        var unlabelled = everything.Take("unlabeled", labelled[false]);

        var test = read.GetValueOrDefault("test");
        if (dataset.Splits.TestShare is { } testShare)
        {
            var (kept, held) = HeldOutShare.Choose(train, testShare, TestSalt);
            (train, test) = (train.Take("train", kept), train.Take("test", held));
        }

        var limit = Limit("train") ?? train.Count;
        var select = read.GetValueOrDefault("select");
        if (dataset.Validation.Share is { } share)
        {
            var (kept, held) = HeldOutShare.Choose(train, share, SelectSalt);
            var selected = (int)Math.Round(Math.Min(1, limit / (double)Math.Max(1, train.Count)) * held.Length, MidpointRounding.AwayFromZero);
            select = train.Take("select", held).Limit(selected);
            train = train.Take("train", kept);
            limit -= selected;
        }

        var other = read.GetValueOrDefault("unlabeled")?.Unlabelled("unlabeled");
        var allUnlabelled = (unlabelled.Count, other) switch
        {
            (0, _) => other,
            (_, null) => unlabelled,
            _ => other.Join(unlabelled),
        };
        ImagePool?[] pools =
        [
            train.Limit(limit),
            Limited(select, "select"),
            Limited(test, "test"),
            Limited(allUnlabelled, "unlabeled"),
            Limited(read.GetValueOrDefault("synthetic"), "synthetic"),
        ];
        return [.. pools.OfType<ImagePool>()];

        int? Limit(string name) => dataset.Limit.TryGetValue(name, out var count) ? count : null;
        ImagePool? Limited(ImagePool? pool, string name) => pool?.Limit(Limit(name) ?? pool.Count);
    }

    private static IEnumerable<Diagnostic> WithoutLabel(ImagePool train, int count, Func<string, SourcePosition> positionOf) => count == 0 ? [] :
    [
        new Diagnostic(
            ImageListDiagnostics.WithoutLabel,
            DiagnosticSeverity.Warning,
            $"{count:N0} of {train.Count:N0} images of split 'train' have no label, such as {train.Describe(train.Labels.Index().First(l => l.Item < 0).Index)}; they count as unlabeled.",
            positionOf("dataset.splits.train")),
    ];

    private static IEnumerable<Diagnostic> Empty(IReadOnlyList<ImagePool> pools, Func<string, SourcePosition> positionOf) =>
        pools.Where(p => p.Count == 0).Select(p => new Diagnostic(
            DataDiagnostics.SplitEmpty,
            DiagnosticSeverity.Error,
            p.Name == "select" ? NothingToSelect(pools.First(t => t.Name == "train")) : $"Split '{p.Name}' has no images.",
            positionOf(p.Name == "select" ? "dataset.validation" : $"dataset.splits.{p.Name}")));

    /// <summary>Copies of an image stay on one side, so that a share can be empty for want of different images, however large it is.</summary>
    private static string NothingToSelect(ImagePool train)
    {
        var different = train.Hashes.Distinct().Count();
        return "Nothing is left for the select split, which policies are chosen on: " + (train.Count > 2 && different <= train.Count / 2
            ? $"the {train.Count:N0} images of train are copies of only {different:N0} different ones, and copies stay on one side. Look at the images: what makes them differ may be lost."
            : "raise dataset.validation or dataset.limit.train.");
    }

    private static DatasetSplits Splits(
        List<ImagePool> pools, IReadOnlyList<string> classes, DatasetHealth health, IReadOnlyList<IDisposable> owned, ImageShape shape, Background background)
    {
        var sets = pools.ToDictionary(p => p.Name, p => p.ToDataset(classes));
        // A background is part of how a model sees images; without one the fingerprint is what it was before there were any.
        var all = string.Join('\n', sets.Select(s => $"{s.Key} {s.Value.Fingerprint}")) + (background == Background.None ? "" : $"\nbackground {background}");
        var none = new ImagePool("test", new MemoryImageStore(shape), [], [], [], _ => "");
        return new DatasetSplits
        {
            Train = sets["train"],
            Select = sets["select"],
            Test = sets.GetValueOrDefault("test") ?? none.ToDataset(classes),
            Unlabeled = sets.GetValueOrDefault("unlabeled"),
            Synthetic = sets.GetValueOrDefault("synthetic"),
            Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all))),
            Health = health,
            Owned = owned,
        };
    }
}
