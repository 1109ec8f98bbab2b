using Masterful.Core.Spec;
using SkiaSharp;
using Xunit;

namespace Masterful.Dashboard.Tests;

/// <summary>What the front-end shows of the data is what is there now, though it is kept between two looks.</summary>
public sealed class DataViewTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-view-").FullName;
    private readonly MovedClock _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("another file")]
    [InlineData("in place, with its time kept")]
    [InlineData("by a link")]
    public async Task An_image_that_is_replaced_is_shown_as_it_is_now(string way)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var view = new DataView(Spec(), TimeSpan.FromSeconds(30), _clock);
        var (before, pictures) = (await view.StateAsync(cancellation), await PicturesAsync(view));

        Replace(Path.Combine(_folder, "train", "a", "0.png"), way);
        var atOnce = await view.StateAsync(cancellation);
        _clock.Advance(TimeSpan.FromSeconds(3));
        var (after, others) = (await view.StateAsync(cancellation), await PicturesAsync(view));
        _clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(before.Fingerprint, atOnce.Fingerprint);
        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
        Assert.Single(others.Except(pictures));
        Assert.Same(after, await view.StateAsync(cancellation));
    }

    private static void Replace(string path, string way)
    {
        var time = File.GetLastWriteTimeUtc(path);
        switch (way)
        {
            case "another file":
                File.WriteAllBytes(path + ".new", Png(100));
                File.Move(path + ".new", path, overwrite: true);
                break;
            case "in place, with its time kept":
                File.WriteAllBytes(path, Png(100));
                File.SetLastWriteTimeUtc(path, time);
                break;
            default:
                File.WriteAllBytes(path + ".elsewhere", Png(100));
                File.Delete(path);
                File.CreateSymbolicLink(path, path + ".elsewhere");
                break;
        }
    }

    private static async Task<List<string>> PicturesAsync(DataView view)
    {
        var all = new List<string>();
        foreach (var (split, count) in new[] { ("train", 6), ("select", 2) })
        {
            for (var i = 0; i < count; i++)
            {
                all.Add(Convert.ToHexString(await view.ImageAsync(split, i, TestContext.Current.CancellationToken) ?? []));
            }
        }

        return all;
    }

    private MasterfulSpec Spec()
    {
        for (var i = 0; i < 8; i++)
        {
            var path = Path.Combine(_folder, "train", i < 4 ? "a" : "b", $"{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Png(i));
        }

        var spec = Path.Combine(_folder, "masterful.yaml");
        File.WriteAllText(spec, """
            version: 1
            dataset: { name: Eight, format: folder, root: ., splits: { train: train }, validation: 0.25 }
            model: { architecture: small-cnn, input_shape: [8, 8, 3] }
            evaluation: { split: select }
            """);
        return SpecLoader.Load(spec, [], _ => null).Spec;
    }

    private static byte[] Png(int seed)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(8, 8, SKColorType.Rgba8888, SKAlphaType.Opaque));
        new Random(seed).NextBytes(bitmap.GetPixelSpan());
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private sealed class MovedClock : TimeProvider
    {
        private long _ticks = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
