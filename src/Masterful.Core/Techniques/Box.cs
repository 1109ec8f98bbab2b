using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>A rectangle of pixels.</summary>
internal readonly record struct Box(int Top, int Left, int Rows, int Columns)
{
    /// <summary>Pixels in it.</summary>
    public int Area => Rows * Columns;

    /// <summary>Whether each pixel of each image is in its box: bool [n, 1, height, width].</summary>
    public static Tensor Mask(ReadOnlySpan<Box> boxes, int height, int width, Device device)
    {
        var rows = new bool[boxes.Length * height];
        var columns = new bool[boxes.Length * width];
        for (var i = 0; i < boxes.Length; i++)
        {
            rows.AsSpan((i * height) + boxes[i].Top, boxes[i].Rows).Fill(true);
            columns.AsSpan((i * width) + boxes[i].Left, boxes[i].Columns).Fill(true);
        }

        return tensor(rows, [boxes.Length, 1, height, 1]).to(device) & tensor(columns, [boxes.Length, 1, 1, width]).to(device);
    }
}
