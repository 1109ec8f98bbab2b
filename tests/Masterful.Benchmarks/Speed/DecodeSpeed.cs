using System.Diagnostics;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Microsoft.Extensions.Logging.Abstractions;

namespace Masterful.Benchmarks.Speed;

/// <summary>Seconds until data can be trained on: from its files, and from the cache of decoded images.</summary>
/// <param name="spec">The text of a spec that reads them all.</param>
internal sealed class DecodeSpeed(string spec)
{
    /// <summary>Loads into an empty cache, and again from it.</summary>
    /// <returns>Images of all splits, and seconds of both.</returns>
    public async Task<(int Images, double First, double Second)> MeasureAsync()
    {
        var folder = Directory.CreateTempSubdirectory("masterful-decode-");
        try
        {
            var path = Path.Combine(folder.FullName, "masterful.yaml");
            await File.WriteAllTextAsync(path, spec).ConfigureAwait(false);
            var loaded = SpecLoader.Load(path, [], Environment.GetEnvironmentVariable).Spec;
            var (images, first) = await LoadAsync(loaded).ConfigureAwait(false);
            var (_, second) = await LoadAsync(loaded).ConfigureAwait(false);
            return (images, first, second);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Images, double Seconds)> LoadAsync(MasterfulSpec spec)
    {
        var watch = Stopwatch.StartNew();
        using var data = await new DatasetLoader(spec.Runtime.Cache, NullLogger.Instance).LoadAsync(spec, null, CancellationToken.None).ConfigureAwait(false);
        return (data.Train.Count + data.Select.Count + data.Test.Count, watch.Elapsed.TotalSeconds);
    }
}
