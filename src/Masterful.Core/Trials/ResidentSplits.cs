using Masterful.Core.Data;
using TorchSharp;

namespace Masterful.Core.Trials;

/// <summary>The splits on the device, each brought there when it is first needed; used on one thread.</summary>
internal sealed class ResidentSplits(DatasetSplits splits, torch.Device device) : IDisposable
{
    private ResidentDataset? _train;
    private ResidentDataset? _select;
    private ResidentDataset? _test;
    private ResidentDataset? _synthetic;
    private ResidentDataset? _unlabeled;

    /// <summary>What they are.</summary>
    public DatasetSplits Splits { get; } = splits;

    public ResidentDataset Train => _train ??= new ResidentDataset(Splits.Train, device);

    public ResidentDataset Select => _select ??= new ResidentDataset(Splits.Select, device);

    public ResidentDataset Test => _test ??= new ResidentDataset(Splits.Test, device);

    public ResidentDataset? Synthetic => Splits.Synthetic is null ? null : _synthetic ??= new ResidentDataset(Splits.Synthetic, device);

    public ResidentDataset? Unlabeled => Splits.Unlabeled is null ? null : _unlabeled ??= new ResidentDataset(Splits.Unlabeled, device);

    public void Dispose()
    {
        _train?.Dispose();
        _select?.Dispose();
        _test?.Dispose();
        _synthetic?.Dispose();
        _unlabeled?.Dispose();
    }
}
