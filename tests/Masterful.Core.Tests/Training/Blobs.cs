using Masterful.Core.Data;
using Masterful.Core.Spec;

namespace Masterful.Core.Tests.Training;

/// <summary>Small grey images of four classes: noise with one bright quadrant, which is the class.</summary>
internal static class Blobs
{
    public const int Classes = 4;

    public static ImageShape Shape { get; } = new(8, 8, 1);

    public static ModelSpec Model { get; } = new() { Architecture = "small-cnn", InputShape = Shape };

    public static ImageDataset Create(int count, int seed)
    {
        var random = new Random(seed);
        var store = new MemoryImageStore(Shape);
        var labels = new int[count];
        var pixels = new byte[Shape.Length];
        for (var i = 0; i < count; i++)
        {
            labels[i] = i % Classes;
            for (var p = 0; p < pixels.Length; p++)
            {
                var quadrant = (p / 8 / 4 * 2) + (p % 8 / 4);
                pixels[p] = (byte)(random.Next(120) + (quadrant == labels[i] ? 90 : 0));
            }

            store.Add(pixels);
        }

        return new ImageDataset(store, [.. Enumerable.Range(0, count)], labels, ["a", "b", "c", "d"], $"blobs-{count}-{seed}");
    }
}
