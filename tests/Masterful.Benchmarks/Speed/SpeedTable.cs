using System.Globalization;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using static TorchSharp.torch;

namespace Masterful.Benchmarks.Speed;

/// <summary>
/// The engine's speed against PyTorch's on this machine, and against what its own parts cost. The two of a row are timed in turns, and
/// the row says the median of their ratios: what else the machine does meanwhile slows both.
/// </summary>
/// <param name="peer">PyTorch, or null: its rows are left out.</param>
/// <param name="data">The folder that mnist-m is in, or null: what is read from there is left out.</param>
/// <param name="rounds">Turns of a row.</param>
/// <param name="seconds">Of each turn.</param>
internal sealed class SpeedTable(PeerProcess? peer, string? data, int rounds, double seconds) : IDisposable
{
    private const int Steps = 8;

    /// <summary>What the engine trains in on this processor.</summary>
    internal static readonly PrecisionKind Bits = Precision.Resolve(PrecisionKind.Auto, "cpu");

    /// <summary>The smallest network.</summary>
    internal static readonly ModelSpec SmallCnn = new() { Architecture = "small-cnn" };

    private static readonly ModelSpec EfficientNet = new()
    {
        Architecture = "efficientnet-b0",
        Options = new Dictionary<string, object> { ["strides"] = new List<object> { 1L, 1L, 1L, 2L, 1L, 2L, 1L } },
    };

    /// <summary>What torchvision's usual flip, affine, colour jitter and blur are in a policy.</summary>
    private static readonly Policy Common = Policy.None
        .With(Technique.HorizontalMirror, 0.5).With(Technique.Rotate, 22).With(Technique.Spatial, 50).With(Technique.Hsv, 50).With(Technique.Contrast, 50)
        .With(Technique.Blur, 50);

    /// <summary>Every technique that a policy can hold at once.</summary>
    private static readonly Policy Full = Common.With(Technique.Erase, 50).With(Technique.Mixup, 0.5).With(Technique.LabelSmoothing, 30);

    /// <summary>As in a run: each thread that computes has helpers of its own, and where there are more than cores they wait asleep.</summary>
    private readonly TrainingThread _thread = new();

    /// <inheritdoc/>
    public void Dispose() => _thread.Dispose();

    /// <summary>A Markdown table.</summary>
    public async Task WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync(
            $"{get_num_threads()} threads, libtorch {Core.Runtime.MachineFolders.LibTorchVersion}"
            + (peer is null ? ", no peer" : $", PyTorch and torchvision {peer.Versions}")
            + $"; medians of {rounds} turns of {seconds:0.#} s\n\n| what | against | ratio | from, to |\n| --- | --- | ---: | ---: |").ConfigureAwait(false);
        foreach (var (model, batch) in new[] { (SmallCnn, 64), (SmallCnn, 256), (EfficientNet, 64) })
        {
            await AgainstPeerAsync(output, model, batch).ConfigureAwait(false);
        }

        await AugmentAsync(output, "mirror, affine, colour, blur", "common", Common).ConfigureAwait(false);
        await AugmentAsync(output, "TrivialAugment", "trivial", Policy.None.With(Technique.TrivialAugment, 1)).ConfigureAwait(false);
        await AugmentAsync(output, "RandAugment(2, 9)", "rand", Policy.None.With(Technique.RandAugment, 30)).ConfigureAwait(false);
        foreach (var model in new[] { SmallCnn, EfficientNet })
        {
            await PartsAsync(output, model, 64).ConfigureAwait(false);
        }

        await ArithmeticAsync(output).ConfigureAwait(false);
        if (peer is not null)
        {
            await DecodeAsync(output, peer).ConfigureAwait(false);
        }
    }

    private Task<T> HereAsync<T>(Func<T> work) => _thread.RunAsync(work, CancellationToken.None);

    private async Task AgainstPeerAsync(TextWriter output, ModelSpec model, int batch)
    {
        if (peer is null)
        {
            return;
        }

        using var ours = await HereAsync(() => new TrainingLoop(model, batch, Steps, Policy.None, Bits)).ConfigureAwait(false);
        await RowAsync(
            output,
            $"{model.Architecture}, batch {batch}: images a second of whole steps",
            "PyTorch eager, one fixed batch, its best format and dtype",
            () => HereAsync(() => ours.Rate(seconds)),
            () => peer.MeasureAsync(string.Create(CultureInfo.InvariantCulture, $"step {model.Architecture} {batch} {seconds}"))).ConfigureAwait(false);
    }

    private async Task AugmentAsync(TextWriter output, string what, string request, Policy policy)
    {
        if (peer is null)
        {
            return;
        }

        using var generator = new Generator(1, CPU);
        using var images = randint(0, 256, [256, 3, 32, 32], ScalarType.Byte, generator: generator);
        using var labels = randint(0, 10, [256], ScalarType.Int64, generator: generator);
        var augmenter = new BatchAugmenter(policy, 10);
        await RowAsync(
            output,
            $"{what}, images a second, a draw for each",
            "torchvision v2, image by image",
            () => HereAsync(() => Pace.Of(() => Augment(augmenter, images, labels, generator), 256, seconds)),
            () => peer.MeasureAsync(string.Create(CultureInfo.InvariantCulture, $"augment {request} {seconds}"))).ConfigureAwait(false);
    }

    private static void Augment(BatchAugmenter augmenter, Tensor images, Tensor labels, Generator generator)
    {
        using var scope = NewDisposeScope();
        augmenter.Apply(images, labels, generator);
    }

    private async Task PartsAsync(TextWriter output, ModelSpec model, int batch)
    {
        using var none = await HereAsync(() => new TrainingLoop(model, batch, Steps, Policy.None, Bits)).ConfigureAwait(false);
        using var full = await HereAsync(() => new TrainingLoop(model, batch, Steps, Full, Bits)).ConfigureAwait(false);
        using var trivial = await HereAsync(() => new TrainingLoop(model, batch, Steps, Policy.None.With(Technique.TrivialAugment, 1), Bits)).ConfigureAwait(false);
        using var bare = await HereAsync(() => new FixedBatch(model, batch, Bits)).ConfigureAwait(false);
        Task<double> None() => HereAsync(() => none.Rate(seconds));
        await RowAsync(output, $"{model.Architecture}: time of a step with the full policy", "the same step with none", None, () => HereAsync(() => full.Rate(seconds))).ConfigureAwait(false);
        await RowAsync(output, $"{model.Architecture}: time of a step with TrivialAugment", "the same step with none", None, () => HereAsync(() => trivial.Rate(seconds))).ConfigureAwait(false);
        await RowAsync(
            output, $"{model.Architecture}: time of a whole step, data to update", "forward and backward of one fixed batch", () => HereAsync(() => bare.Rate(seconds)), None).ConfigureAwait(false);
    }

    /// <summary>What share of the machine's arithmetic a step of small-cnn reaches: 31.6 million multiply-adds an image forward, thrice that to train.</summary>
    private async Task ArithmeticAsync(TextWriter output)
    {
        const double ImageOperations = 3 * 2 * 31.56e6;
        const int Side = 2048;
        using var bare = await HereAsync(() => new FixedBatch(SmallCnn, 64, PrecisionKind.Fp32)).ConfigureAwait(false);
        using var left = rand(Side, Side);
        using var right = rand(Side, Side);
        await RowAsync(
            output,
            "small-cnn, fp32: operations a second of forward and backward",
            $"a matrix product of {Side} × {Side}",
            () => HereAsync(() => bare.Rate(seconds) * ImageOperations),
            () => HereAsync(() => Pace.Of(() => left.mm(right).Dispose(), 1, seconds) * 2 * Math.Pow(Side, 3))).ConfigureAwait(false);
    }

    /// <summary>The data sets that are here.</summary>
    private async Task DecodeAsync(TextWriter output, PeerProcess peer)
    {
        var fashion = Environment.GetEnvironmentVariable("MASTERFUL_FASHION_MNIST") ?? "/usr/share/datasets/fashion-mnist";
        if (Directory.Exists(fashion))
        {
            await DecodeRowAsync(
                output,
                peer,
                "images of Fashion-MNIST",
                "torchvision's reader of IDX files, unpacked by gzip",
                $"idx {fashion}",
                $"{{ format: idx, root: {fashion}, splits: {{ train: train-images-idx3-ubyte.gz, test: t10k-images-idx3-ubyte.gz }} }}",
                "[28, 28, 1]").ConfigureAwait(false);
        }

        if (data is null)
        {
            return;
        }

        if (Path.Combine(data, "svhn-mini") is var svhn && Directory.Exists(svhn))
        {
            // These are small files: so often over, about as many images as other sets have.
            const int Times = 30;
            string Files(string split) => string.Join(", ", Enumerable.Repeat($"svhn_mini_{split}_32x32.mat", Times));
            await DecodeRowAsync(
                output,
                peer,
                $"images of two SVHN .mat files, {Times} times over",
                "scipy.io.loadmat and a transposition, as torchvision does",
                $"mat {svhn} {Times}",
                $"{{ format: svhn, root: {svhn}, splits: {{ train: [{Files("train")}], test: [{Files("test")}] }} }}").ConfigureAwait(false);
        }

        if (Path.Combine(data, "mnist-m") is var mnist && Directory.Exists(mnist))
        {
            await DecodeRowAsync(
                output,
                peer,
                "PNG files of 32 × 32",
                "torchvision.io.decode_image in a loop",
                $"png {mnist}",
                $"{{ format: csv, root: {mnist}, splits: {{ train: train.csv, test: test.csv }} }}").ConfigureAwait(false);
        }
    }

    private async Task DecodeRowAsync(TextWriter output, PeerProcess peer, string what, string against, string request, string dataset, string shape = "[32, 32, 3]")
    {
        var decode = new DecodeSpeed($$"""
            version: 1
            dataset: {{dataset}}
            model: { architecture: small-cnn, input_shape: {{shape}} }
            """);

        // The first of each reads its files from the disk, and starts its code.
        await peer.MeasureAsync(request).ConfigureAwait(false);
        await decode.MeasureAsync().ConfigureAwait(false);
        var turns = new List<(double Ratio, int Images, double First, double Second)>();
        for (var round = 0; round < rounds; round++)
        {
            var (images, first, second) = await decode.MeasureAsync().ConfigureAwait(false);
            turns.Add((images / first / await peer.MeasureAsync(request).ConfigureAwait(false), images, first, second));
        }

        turns.Sort();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {turns[0].Images} {what}, read, split and checked: images a second ({Median(turns.Select(t => t.First)):0.00} s; again, from the cache: {Median(turns.Select(t => t.Second)):0.00} s) "
            + $"| {against} | {turns[turns.Count / 2].Ratio:0.00} | {turns[0].Ratio:0.00}, {turns[^1].Ratio:0.00} |")).ConfigureAwait(false);
    }

    private double Median(IEnumerable<double> values) => values.Order().ElementAt(rounds / 2);

    private async Task RowAsync(TextWriter output, string what, string against, Func<Task<double>> first, Func<Task<double>> second)
    {
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var (ours, theirs) = (await first().ConfigureAwait(false), await second().ConfigureAwait(false));
            ratios.Add(ours / theirs);
        }

        ratios.Sort();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"| {what} | {against} | {ratios[ratios.Count / 2]:0.00} | {ratios[0]:0.00}, {ratios[^1]:0.00} |")).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }
}
