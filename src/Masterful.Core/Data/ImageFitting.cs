using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>Brings an image to the shape that the model takes. Plain arithmetic in a fixed order: the same bytes on every machine.</summary>
internal static class ImageFitting
{
    /// <summary>
    /// Grey becomes three equal channels; colour becomes grey by Rec. 601 luma (0.299 R + 0.587 G + 0.114 B); another size is
    /// stretched to the new one (the aspect ratio is not kept) by area averaging: each new pixel is the mean of the area that it
    /// covers, with fractions of pixels at the edges.
    /// </summary>
    /// <param name="planes">C×H×W bytes; not changed.</param>
    /// <param name="from">Their shape.</param>
    /// <param name="to">The shape wanted.</param>
    public static byte[] Fit(ReadOnlySpan<byte> planes, ImageShape from, ImageShape to)
    {
        var channels = Math.Min(from.Channels, to.Channels);
        var source = from.Channels > to.Channels ? Luma(planes) : planes;
        var result = new byte[to.Length];
        if ((from.Height, from.Width) == (to.Height, to.Width))
        {
            source.CopyTo(result);
        }
        else
        {
            Resize(source, from, result, to, channels);
        }

        for (var c = channels; c < to.Channels; c++)
        {
            result.AsSpan(0, to.Height * to.Width).CopyTo(result.AsSpan(c * to.Height * to.Width));
        }

        return result;
    }

    private static byte[] Luma(ReadOnlySpan<byte> planes)
    {
        var size = planes.Length / 3;
        var luma = new byte[size];
        for (var i = 0; i < size; i++)
        {
            // Thousandths, rounded: ITU-R BT.601, section 2.5.1.
            luma[i] = (byte)(((299 * planes[i]) + (587 * planes[size + i]) + (114 * planes[(2 * size) + i]) + 500) / 1000);
        }

        return luma;
    }

    private static void Resize(ReadOnlySpan<byte> source, ImageShape from, Span<byte> target, ImageShape to, int channels)
    {
        var across = Coverage.Of(from.Width, to.Width);
        var down = Coverage.Of(from.Height, to.Height);
        var narrowed = new double[from.Height * to.Width];
        for (var c = 0; c < channels; c++)
        {
            var plane = source.Slice(c * from.Height * from.Width, from.Height * from.Width);
            for (var y = 0; y < from.Height; y++)
            {
                for (var x = 0; x < to.Width; x++)
                {
                    narrowed[(y * to.Width) + x] = across[x].Sum(plane.Slice(y * from.Width, from.Width));
                }
            }

            for (var y = 0; y < to.Height; y++)
            {
                for (var x = 0; x < to.Width; x++)
                {
                    target[(((c * to.Height) + y) * to.Width) + x] = (byte)(down[y].Sum(narrowed.AsSpan(x), to.Width) + 0.5);
                }
            }
        }
    }

    /// <summary>Which old pixels of a row a new pixel covers, and how much of each; the weights sum to 1.</summary>
    private readonly record struct Coverage(int First, double[] Weights)
    {
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

        public double Sum(ReadOnlySpan<byte> row)
        {
            var sum = 0.0;
            for (var i = 0; i < Weights.Length; i++)
            {
                sum += Weights[i] * row[First + i];
            }

            return sum;
        }

        public double Sum(ReadOnlySpan<double> column, int stride)
        {
            var sum = 0.0;
            for (var i = 0; i < Weights.Length; i++)
            {
                sum += Weights[i] * column[(First + i) * stride];
            }

            return sum;
        }
    }
}
