using Masterful.Core.Spec;

namespace Masterful.Core.Tests.Data;

/// <summary>Two classes of 8×8 noise in IDX files: bright on the left or on the right.</summary>
internal static class HalfBrightImages
{
    private const int Side = 8;

    public static ImageShape Shape { get; } = new(Side, Side, 1);

    /// <summary>Labels 0, 1, 0, 1 …, as a file.</summary>
    public static byte[] Labels(int count) => TestData.IdxLabels(TestData.Labels(count, 2));

    /// <summary>The images of these labels, as a file; where left and right are to be the same, bright in the middle or at the edge.</summary>
    public static byte[] Images(int count, int seed, bool symmetric = false)
    {
        var random = new Random(seed);
        var images = new byte[16 + (count * Shape.Length)];
        TestData.WriteIdxHeader(images, count, Shape);
        for (var i = 0; i < count; i++)
        {
            for (var p = 0; p < Shape.Length; p++)
            {
                var (start, x) = (16 + (i * Shape.Length), p % Side);
                var bright = (symmetric ? x is >= Side / 4 and < Side * 3 / 4 : x >= Side / 2) == (i % 2 == 1);
                images[start + p] = symmetric && x >= Side / 2
                    ? images[start + p - x + (Side - 1 - x)]
                    : (byte)(random.Next(100) + (bright ? 100 : 0));
            }
        }

        return images;
    }
}
