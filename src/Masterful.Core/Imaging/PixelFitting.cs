using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Masterful.Core.Imaging;

/// <summary>
/// Brings an image to the size and channels that a model takes. Plain arithmetic in a fixed order: the same bytes on every machine.
/// Grey becomes three equal channels; colour becomes grey by Rec. 601 luma (0.299 R + 0.587 G + 0.114 B); another size is stretched to the new
/// one (the aspect ratio is not kept) by area averaging: each new pixel is the mean of the area that it covers, with fractions of pixels at the
/// edges.
/// </summary>
internal static class PixelFitting
{
    /// <summary>Channels in the arithmetic: red, green, blue, and one for the vector's sake.</summary>
    private const int Lanes = 4;

    /// <summary>Fits an image.</summary>
    /// <param name="rows">The image.</param>
    /// <param name="height">Pixels down.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="channels">1 or 3.</param>
    /// <returns>C×H×W bytes.</returns>
    public static byte[] Fit<TRows>(TRows rows, int height, int width, int channels)
        where TRows : IPixelRows, allows ref struct
    {
        var result = new byte[height * width * channels];
        var room = ArrayPool<uint>.Shared.Rent(rows.Width);
        var luma = ArrayPool<uint>.Shared.Rent(rows.Width);
        try
        {
            var source = new Source<TRows>(rows, room.AsSpan(0, rows.Width), luma.AsSpan(0, channels == 1 && !rows.IsGrey ? rows.Width : 0));
            var own = rows.IsGrey ? 1 : channels;
            if (rows.Height == height && rows.Width == width)
            {
                for (var y = 0; y < height; y++)
                {
                    Copy(source.Row(y), result, y * width, height * width, own);
                }
            }
            else
            {
                Resize(source, result, height, width, own);
            }

            for (var c = own; c < channels; c++)
            {
                result.AsSpan(0, height * width).CopyTo(result.AsSpan(c * height * width));
            }

            return result;
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(room);
            ArrayPool<uint>.Shared.Return(luma);
        }
    }

    private static void Copy(ReadOnlySpan<uint> row, Span<byte> target, int at, int plane, int channels)
    {
        for (var c = 0; c < channels; c++)
        {
            var values = target.Slice(at + (c * plane), row.Length);
            for (var x = 0; x < values.Length; x++)
            {
                values[x] = (byte)(row[x] >> (8 * c));
            }
        }
    }

    private static void Resize<TRows>(scoped Source<TRows> source, Span<byte> result, int height, int width, int channels)
        where TRows : IPixelRows, allows ref struct
    {
        var across = Coverage.Of(source.Width, width);
        var down = Coverage.Of(source.Height, height);
        var length = width * Lanes;
        var sums = ArrayPool<double>.Shared.Rent(height * length);
        var narrowed = ArrayPool<double>.Shared.Rent(length);
        try
        {
            sums.AsSpan(0, height * length).Clear();
            var first = 0;
            for (var y = 0; y < source.Height; y++)
            {
                Narrow(source.Row(y), across, narrowed.AsSpan(0, length));
                while (down[first].Last < y)
                {
                    first++;
                }

                for (var row = first; row < height && down[row].First <= y; row++)
                {
                    Add(narrowed.AsSpan(0, length), down[row].Weights[y - down[row].First], sums.AsSpan(row * length, length));
                }
            }

            for (var c = 0; c < channels; c++)
            {
                var values = result.Slice(c * height * width, height * width);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = (byte)(sums[(i * Lanes) + c] + 0.5);
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(sums);
            ArrayPool<double>.Shared.Return(narrowed);
        }
    }

    /// <summary>A row at its new width.</summary>
    private static void Narrow(ReadOnlySpan<uint> row, Coverage[] across, Span<double> narrowed)
    {
        for (var x = 0; x < across.Length; x++)
        {
            var sum = Vector256<double>.Zero;
            var weights = across[x].Weights;
            var covered = row.Slice(across[x].First, weights.Length);
            for (var i = 0; i < weights.Length; i++)
            {
                sum += Vector256.Create(weights[i]) * Widened(covered[i]);
            }

            sum.CopyTo(narrowed[(x * Lanes)..]);
        }
    }

    private static void Add(ReadOnlySpan<double> row, double weight, Span<double> sums)
    {
        var weights = Vector256.Create(weight);
        var values = MemoryMarshal.Cast<double, Vector256<double>>(row);
        var totals = MemoryMarshal.Cast<double, Vector256<double>>(sums);
        for (var i = 0; i < totals.Length; i++)
        {
            totals[i] += weights * values[i];
        }
    }

    private static Vector256<double> Widened(uint pixel) => Avx.IsSupported
        ? Avx.ConvertToVector256Double(Sse41.ConvertToVector128Int32(Vector128.CreateScalarUnsafe(pixel).AsByte()))
        : Vector256.Create((double)(pixel & 0xFF), (pixel >> 8) & 0xFF, (pixel >> 16) & 0xFF, pixel >> 24);

    /// <summary>The rows of an image, as luma where grey is wanted of colours.</summary>
    private readonly ref struct Source<TRows>(TRows rows, Span<uint> room, Span<uint> luma)
        where TRows : IPixelRows, allows ref struct
    {
        private readonly TRows _rows = rows;
        private readonly Span<uint> _room = room;
        private readonly Span<uint> _luma = luma;

        public int Height => _rows.Height;

        public int Width => _rows.Width;

        public ReadOnlySpan<uint> Row(int y)
        {
            var row = _rows.Row(y, _room);
            if (_luma.IsEmpty)
            {
                return row;
            }

            for (var x = 0; x < row.Length; x++)
            {
                // Thousandths, rounded: ITU-R BT.601, section 2.5.1.
                _luma[x] = ((299 * (row[x] & 0xFF)) + (587 * ((row[x] >> 8) & 0xFF)) + (114 * ((row[x] >> 16) & 0xFF)) + 500) / 1000;
            }

            return _luma;
        }
    }

    /// <summary>Which old pixels of a row a new pixel covers, and how much of each; the weights sum to 1.</summary>
    private readonly record struct Coverage(int First, double[] Weights)
    {
        public int Last => First + Weights.Length - 1;

        public static Coverage[] Of(int old, int @new)
        {
            var coverage = new Coverage[@new];
            for (var i = 0; i < @new; i++)
            {
                // In units of 1/new of an old pixel, so that the edges are exact whole numbers.
                var (start, end) = ((long)i * old, (long)(i + 1) * old);
                var first = (int)(start / @new);
                var last = (int)((end - 1) / @new);
                var weights = new double[last - first + 1];
                for (var p = first; p <= last; p++)
                {
                    var covered = Math.Min(end, (long)(p + 1) * @new) - Math.Max(start, (long)p * @new);
                    weights[p - first] = covered / (double)old;
                }

                coverage[i] = new Coverage(first, weights);
            }

            return coverage;
        }
    }
}
