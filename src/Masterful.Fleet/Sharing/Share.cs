using Masterful.Core.Data;
using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Fleet.Sharing;

/// <summary>A spec and all files that it needs, hashed: what a coordinator serves.</summary>
public sealed class Share
{
    /// <summary>Where data and model go that are not below the spec's folder.</summary>
    private const string Elsewhere = "elsewhere";

    private Share(ShareManifest manifest, Dictionary<string, HashedFile> files) =>
        (Manifest, Bytes, Files) = (manifest, manifest.ToBytes(), files);

    /// <summary>What workers are told.</summary>
    public ShareManifest Manifest { get; }

    /// <summary>The manifest as it is sent.</summary>
    internal byte[] Bytes { get; }

    /// <summary>The files by their SHA-256; nothing else is served.</summary>
    internal IReadOnlyDictionary<string, HashedFile> Files { get; }

    /// <summary>Gathers and hashes. Hashes are remembered in the spec's cache folder.</summary>
    /// <param name="spec">The spec, read from a file.</param>
    /// <param name="data">Full paths of the files of its data set (<see cref="DatasetLoader.FilesAsync"/>).</param>
    /// <param name="progress">Told of files hashed, or null.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="DiagnosticException">A file has no place below the workspace, or a name that not every machine can have.</exception>
    public static async Task<Share> MakeAsync(
        MasterfulSpec spec, IReadOnlyList<string> data, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var root = PlaceOf(spec, spec.Dataset.Root, "data");
        var places = Places(spec, root, data);
        var hashes = new FileHashes(new RootFolder(spec.Runtime.Cache).Place("shared-files.txt"));
        var served = await HashAsync(hashes, places, progress, cancellation).ConfigureAwait(false);
        var manifest = new ShareManifest
        {
            Schema = ShareManifest.CurrentSchema,
            Engine = EngineVersion.Current,
            Spec = Path.GetFileName(spec.Path),
            DataRoot = root,
            Assembly = spec.Model.Assembly is { } assembly ? ModelPlace(spec, assembly) : null,
            TorchScript = spec.Model.TorchScript is { } script ? ModelPlace(spec, script) : null,
            Files = [.. served.Select(s => new SharedFile(s.Key, s.Value.Facts.Length, s.Value.Sha256)).OrderBy(f => f.Path, StringComparer.Ordinal)],
        };
        if (manifest.Problem() is { } problem)
        {
            throw NotShareable($"{problem}.");
        }

        return manifest.Files.Count <= ShareManifest.MaximumFiles
            ? new Share(manifest, served.Values.DistinctBy(f => f.Sha256).ToDictionary(f => f.Sha256, StringComparer.Ordinal))
            : throw NotShareable($"There are {manifest.Files.Count:N0} files, more than {ShareManifest.MaximumFiles:N0}.");
    }

    /// <summary>Each file's path in the workspace.</summary>
    private static Dictionary<string, string> Places(MasterfulSpec spec, string root, IReadOnlyList<string> data)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal) { [Path.GetFileName(spec.Path)] = spec.Path };
        foreach (var file in data)
        {
            Add(FolderPath.Below(spec.Dataset.Root, file) is { } inRoot ? Join(root, inRoot)
                : FolderPath.Below(spec.Directory, file) ?? throw NotShareable($"{file} is neither below dataset.root nor below the spec's folder."), file);
        }

        if (File.Exists(PolicyLock.PathFor(spec)))
        {
            Add(PolicyLock.FileName, PolicyLock.PathFor(spec));
        }

        foreach (var file in spec.Model.Assembly is { } assembly ? ModelFiles.Of(assembly) : [])
        {
            Add(Join(PlaceOf(spec, Path.GetDirectoryName(spec.Model.Assembly)!, "model"), FolderPath.Below(Path.GetDirectoryName(spec.Model.Assembly)!, file)!), file);
        }

        if (spec.Model.TorchScript is { } script)
        {
            Add(ModelPlace(spec, script), script);
        }

        return places;

        void Add(string place, string file)
        {
            if (!places.TryAdd(place, file) && places[place] != file)
            {
                throw NotShareable($"{file} and {places[place]} would both be {place} in the workspace.");
            }
        }
    }

    private static async Task<Dictionary<string, HashedFile>> HashAsync(
        FileHashes hashes, Dictionary<string, string> places, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var list = places.ToList();
        var served = new HashedFile[list.Count];
        var done = 0;
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            await Parallel.ForAsync(0, list.Count, options, async (i, stop) =>
            {
                served[i] = await hashes.OfAsync(list[i].Value, stop).ConfigureAwait(false);
                progress?.Report(new DataProgress("check", "shared files", Interlocked.Increment(ref done), list.Count));
            }).ConfigureAwait(false);
        }
        finally
        {
            hashes.Save();
        }

        return list.Index().ToDictionary(l => l.Item.Key, l => served[l.Index], StringComparer.Ordinal);
    }

    private static string ModelPlace(MasterfulSpec spec, string file) => Join(PlaceOf(spec, Path.GetDirectoryName(file)!, "model"), Path.GetFileName(file));

    private static string PlaceOf(MasterfulSpec spec, string folder, string kind) => FolderPath.Below(spec.Directory, folder) ?? $"{Elsewhere}/{kind}";

    private static string Join(string folder, string below) => folder == "." ? below : $"{folder}/{below}";

    private static DiagnosticException NotShareable(string problem) =>
        new(FleetDiagnostics.NotShareable, $"{problem} {FleetDiagnostics.NotShareable.Remedy}");
}
