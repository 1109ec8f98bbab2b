using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>The memory layout in which convolutions are fastest; they keep it from layer to layer.</summary>
internal static class ChannelsLast
{
    /// <summary>The same <c>[N, C, H, W]</c>, laid out in memory as N, H, W, C.</summary>
    public static Tensor Of(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
