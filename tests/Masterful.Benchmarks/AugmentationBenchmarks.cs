using BenchmarkDotNet.Attributes;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using static TorchSharp.torch;

namespace Masterful.Benchmarks;

/// <summary>
/// Time of one technique, at half its range, over a batch of 256 colour images of 32×32 on one thread. Not sealed: BenchmarkDotNet
/// derives from it.
/// </summary>
[InProcess]
public class AugmentationBenchmarks : IDisposable
{
    private Tensor? _images;
    private Tensor? _labels;
    private Generator? _generator;
    private BatchAugmenter _augmenter = new(Policy.None, 10);

    /// <summary>The technique.</summary>
    [ParamsSource(nameof(Techniques))]
    public Technique Technique { get; set; }

    /// <summary>Those that change pixels or targets.</summary>
    public static IEnumerable<Technique> Techniques =>
        Enum.GetValues<Technique>().Where(t => t is not (Technique.Synthetic or Technique.Unlabeled));

    /// <summary>Loads libtorch and makes the batch.</summary>
    [GlobalSetup]
    public void Setup()
    {
        BenchmarkSession.LoadTorch();
        set_num_threads(1);
        _generator = new Generator(1, CPU);
        _images = randint(0, 256, [256, 3, 32, 32], ScalarType.Byte, generator: _generator);
        _labels = randint(0, 10, [256], ScalarType.Int64, generator: _generator);
        _augmenter = new BatchAugmenter(Policy.None.With(Technique, TechniqueAxis.Of(Technique).Maximum / 2), 10);
    }

    /// <summary>Frees the batch.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _images?.Dispose();
        _labels?.Dispose();
        _generator?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One batch.</summary>
    [Benchmark(OperationsPerInvoke = 256)]
    public void Image()
    {
        using var scope = NewDisposeScope();
        _augmenter.Apply(_images!, _labels!, _generator!).Dispose();
    }
}
