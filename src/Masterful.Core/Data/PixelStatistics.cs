using System.Numerics;

namespace Masterful.Core.Data;

/// <summary>Mean and standard deviation of each channel over all pixels, 0..255.</summary>
internal static class PixelStatistics
{
    /// <summary>Empty lists for a pool without images.</summary>
    public static (IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation) Of(ImagePool pool)
    {
        if (pool.Count == 0)
        {
            return ([], []);
        }

        var shape = pool.Store.Shape;
        var plane = shape.Height * shape.Width;
        var (sums, squares) = (new long[shape.Channels], new long[shape.Channels]);
        foreach (var position in pool.Positions)
        {
            for (var c = 0; c < shape.Channels; c++)
            {
                var (sum, square) = Sums(pool.Store[position].Slice(c * plane, plane));
                sums[c] += sum;
                squares[c] += square;
            }
        }

        // Whole numbers up to here, so the result does not depend on the order of the images.
        var pixels = (double)pool.Count * plane;
        var mean = sums.Select(s => s / pixels).ToArray();
        return (mean, [.. squares.Select((s, c) => Math.Sqrt(Math.Max(0, (s / pixels) - (mean[c] * mean[c]))))]);
    }

    private static (long Sum, long Squares) Sums(ReadOnlySpan<byte> values)
    {
        var (sum, squares) = (0L, 0L);
        var i = 0;
        while (i <= values.Length - Vector<byte>.Count)
        {
            // 65,025 is the largest square: 8,192 rounds of four of them fit an unsigned 32-bit lane.
            var (lanes, squareLanes) = (Vector<uint>.Zero, Vector<uint>.Zero);
            for (var round = 0; round < 8_192 && i <= values.Length - Vector<byte>.Count; round++, i += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(values[i..]), out var low, out var high);
                Vector.Widen(low + high, out var a, out var b);
                Vector.Widen(low * low, out var c, out var d);
                Vector.Widen(high * high, out var e, out var f);
                lanes += a + b;
                squareLanes += c + d + e + f;
            }

            for (var lane = 0; lane < Vector<uint>.Count; lane++)
            {
                sum += lanes[lane];
                squares += squareLanes[lane];
            }
        }

        for (; i < values.Length; i++)
        {
            sum += values[i];
            squares += values[i] * values[i];
        }

        return (sum, squares);
    }
}
