using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Fleet.Sharing;
using Microsoft.Extensions.Logging.Abstractions;
using SkiaSharp;

namespace Masterful.Fleet.Tests;

/// <summary>A spec with its data on a coordinator, and a worker's cache, in one temporary folder.</summary>
internal sealed class ShareFolder : IDisposable
{
    public const string Secret = "0123456789-abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("masterful share ").FullName;

    /// <param name="root"><c>dataset.root</c>, relative to the spec.</param>
    public ShareFolder(string root = "data")
    {
        Data = Path.GetFullPath(Path.Combine(_folder, "project", root));
        foreach (var (split, count) in new[] { ("train", 20), ("test", 4) })
        {
            for (var i = 0; i < count; i++)
            {
                WriteImage($"{split}/{(i % 2 == 0 ? "cats" : "dogs")}/{i}.png", (split.Length * 100) + i);
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(SpecPath)!);
        WriteSpec("model: { architecture: small-cnn, input_shape: [16, 16, 3] }", root);
    }

    public static ShareToken Token { get; } = ShareToken.Read(_ => Secret);

    public string Data { get; }

    public string SpecPath => Path.Combine(_folder, "project", "masterful.yaml");

    public string CachePath => Path.Combine(_folder, "worker", "cache");

    public ContentCache Cache => new(CachePath);

    public static MasterfulSpec Load(string path, params string[] overrides) => SpecLoader.Load(path, overrides, _ => null).Spec;

    public static async Task<string> FingerprintAsync(MasterfulSpec spec)
    {
        using var splits = await new DatasetLoader(spec.Runtime.Cache, NullLogger.Instance).LoadAsync(spec, null, CancellationToken.None);
        return splits.Fingerprint;
    }

    public void WriteSpec(string model, string root = "data") => File.WriteAllText(SpecPath, $$"""
        version: 1
        dataset:
          format: folder
          root: {{root}}
          splits: { train: train, test: test }
        {{model}}
        """);

    public void WriteImage(string path, int seed)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(16, 16, SKColorType.Rgba8888, SKAlphaType.Opaque));
        new Random(seed).NextBytes(bitmap.GetPixelSpan());
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 90);
        var file = Path.Combine(Data, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, png.ToArray());
    }

    public async Task<Share> ShareAsync()
    {
        var spec = Load(SpecPath);
        var data = await new DatasetLoader(spec.Runtime.Cache, NullLogger.Instance).FilesAsync(spec, null, CancellationToken.None);
        return await Share.MakeAsync(spec, data, null, CancellationToken.None);
    }

    public async Task<ShareServer> ServeAsync() =>
        await ShareServer.StartAsync(await ShareAsync(), new ShareAddress(System.Net.IPAddress.Loopback, 0), Token, CancellationToken.None);

    public async Task<ShareWorkspace> FetchAsync(Uri source, bool trustModel = false, HttpMessageHandler? handler = null, ShareToken? token = null)
    {
        using var client = new ShareClient(source, token ?? Token, Cache, new HastyClock(), handler);
        return await client.FetchAsync(trustModel, null, CancellationToken.None);
    }

    /// <summary>Everything below the folder but the worker's cache, with its content.</summary>
    public IReadOnlyList<string> OutsideOfCache() =>
        [.. Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Where(p => !p.StartsWith(CachePath, StringComparison.Ordinal)).Order()];

    /// <summary>Files of the cache that have a final name.</summary>
    public IReadOnlyList<string> Kept() =>
        Directory.Exists(CachePath) ? [.. Directory.EnumerateFiles(CachePath, "*", SearchOption.AllDirectories)] : [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Pauses that end at once.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }
}
