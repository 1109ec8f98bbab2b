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

    public ResidentDataset Train => _train ??= new ResidentDataset(splits.Train, device);

    public ResidentDataset Select => _select ??= new ResidentDataset(splits.Select, device);

    public ResidentDataset Test => _test ??= new ResidentDataset(splits.Test, device);

    public ResidentDataset? Synthetic => splits.Synthetic is null ? null : _synthetic ??= new ResidentDataset(splits.Synthetic, device);

    public ResidentDataset? Unlabeled => splits.Unlabeled is null ? null : _unlabeled ??= new ResidentDataset(splits.Unlabeled, device);

    public void Dispose()
    {
        _train?.Dispose();
        _select?.Dispose();
        _test?.Dispose();
        _synthetic?.Dispose();
        _unlabeled?.Dispose();
    }
}
