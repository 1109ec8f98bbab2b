using Masterful.Core.Data;
using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>Images that join the training images in every epoch.</summary>
/// <param name="Source">Images on the training's device. Not disposed.</param>
/// <param name="Labels"><c>int64 [N]</c>, the label of each image of the source, on the same device. Not disposed.</param>
/// <param name="Choices">Positions to draw from; a position that stands twice is drawn twice as often.</param>
public sealed record AddedImages(ResidentDataset Source, Tensor Labels, IReadOnlyList<int> Choices)
{
    /// <summary>Every image, with its own label.</summary>
    public static AddedImages All(ResidentDataset source) => new(source, source.Labels, [.. Enumerable.Range(0, source.Count)]);
}
