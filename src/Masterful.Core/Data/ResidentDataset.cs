using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Data;

/// <summary>A data set that lies on the device whole: a batch is one <c>index_select</c>.</summary>
public sealed class ResidentDataset : IDisposable
{
    private const int ChunkBytes = 1 << 28;

    /// <summary>Copies images and labels to the device.</summary>
    public ResidentDataset(ImageDataset data, Device device)
    {
        Classes = data.Classes;
        using var scope = NewDisposeScope();
        Images = Upload(data, device).DetachFromDisposeScope();
        Labels = tensor(data.Labels.Select(l => (long)l).ToArray(), ScalarType.Int64).to(device).DetachFromDisposeScope();
    }

    private ResidentDataset(Tensor images, Tensor labels, IReadOnlyList<string> classes) => (Images, Labels, Classes) = (images, labels, classes);

    /// <summary><c>uint8 [N, C, H, W]</c> on the device.</summary>
    public Tensor Images { get; }

    /// <summary><c>int64 [N]</c> on the device; −1 is no label.</summary>
    public Tensor Labels { get; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Number of images.</summary>
    public int Count => (int)Labels.shape[0];

    /// <summary>The device that it lies on.</summary>
    public Device Device => Images.device;

    /// <summary>A copy of the images at these positions, in this order; the caller disposes it.</summary>
    public ResidentDataset Subset(IReadOnlyList<int> positions)
    {
        using var scope = NewDisposeScope();
        var index = tensor(positions.Select(p => (long)p).ToArray(), ScalarType.Int64).to(Device);
        return new ResidentDataset(
            Images.index_select(0, index).DetachFromDisposeScope(), Labels.index_select(0, index).DetachFromDisposeScope(), Classes);
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }

    private static Tensor Upload(ImageDataset data, Device device)
    {
        var shape = data.Shape;
        var images = empty([data.Count, shape.Channels, shape.Height, shape.Width], ScalarType.Byte, device);
        // In parts, because a span ends at 2 GB and a device should not need a second copy of everything in memory.
        var part = Math.Max(1, ChunkBytes / shape.Length);
        for (var start = 0; start < data.Count; start += part)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(part, data.Count - start);
            var target = images.narrow(0, start, count);
            var chunk = device.type == DeviceType.CPU
                ? target
                : empty([count, shape.Channels, shape.Height, shape.Width], ScalarType.Byte);
            var bytes = chunk.bytes;
            for (var i = 0; i < count; i++)
            {
                data.Image(start + i).CopyTo(bytes[(i * shape.Length)..]);
            }

            if (device.type != DeviceType.CPU)
            {
                target.copy_(chunk);
            }
        }

        return images;
    }
}
