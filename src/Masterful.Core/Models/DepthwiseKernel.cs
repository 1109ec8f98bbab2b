using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Masterful.Core.Models;

/// <summary>
/// The gradients of a depthwise convolution with a square kernel of 3 or 5 on images laid out as N, H, W, C. libtorch's own take up to
/// thirty times as long: those of a 5×5 kernel, and those of the input at a stride of 2. Sums are float32 whatever the images are, and their
/// order does not depend on the number of threads.
/// </summary>
/// <param name="kernel">Side of the kernel: 3 or 5.</param>
/// <param name="stride">Step of the kernel: 1 or more.</param>
/// <param name="channels">A multiple of <see cref="Lanes"/>.</param>
/// <param name="height">Of the input images.</param>
/// <param name="width">Of the input images.</param>
internal sealed class DepthwiseKernel(int kernel, int stride, int channels, int height, int width)
{
    /// <summary>Images whose weight gradients are summed by one thread; fixed, so that sums are the same with any number of threads.</summary>
    private const int ChunkImages = 4;

    private readonly int _pad = (kernel - 1) / 2;
    private readonly int _paddedWidth = width + kernel - 1;

    /// <summary>Channels that one instruction works on.</summary>
    public static int Lanes => Vector<float>.Count;

    /// <summary>Rows of an output image.</summary>
    public int OutputHeight { get; } = ((height - 1) / stride) + 1;

    /// <summary>Columns of an output image.</summary>
    public int OutputWidth { get; } = ((width - 1) / stride) + 1;

    private int PaddedLength => (height + kernel - 1) * _paddedWidth * channels;

    private int KernelLength => kernel * kernel * channels;

    /// <summary>The gradients of the input and of the weights.</summary>
    /// <param name="input">Pixels, <c>[images, height, width, channels]</c>.</param>
    /// <param name="weights">As <c>[channels, kernel, kernel]</c>.</param>
    /// <param name="outputGradient">As <c>[images, OutputHeight, OutputWidth, channels]</c>.</param>
    /// <param name="inputGradient">Written: as the input.</param>
    /// <param name="images">How many.</param>
    /// <param name="threads">At most so many work.</param>
    /// <returns>The gradient of the weights, as <c>[channels, kernel, kernel]</c>.</returns>
    public float[] Backward(Pixels input, ReadOnlySpan<float> weights, Pixels outputGradient, Pixels inputGradient, int images, int threads)
    {
        var turned = TurnedWeights(weights);
        var sums = new float[Chunks(images)][];
        InChunks(images, threads, (chunk, range) =>
        {
            using var padded = new Scratch(PaddedLength);
            using var spread = new Scratch(PaddedLength);
            using var result = new Scratch(height * width * channels);
            var sum = sums[chunk] = new float[KernelLength];
            foreach (var image in range)
            {
                Spread(input, image * height * width * channels, height, width, 1, padded.Values);
                Spread(outputGradient, image * OutputHeight * OutputWidth * channels, OutputHeight, OutputWidth, stride, spread.Values);
                Correlate(spread.Values, turned, result.Values);
                inputGradient.Write(image * result.Values.Length, result.Values);
                AddWeightGradient(padded.Values, spread.Values, sum);
            }
        });

        var gradient = new float[KernelLength];
        foreach (var sum in sums)
        {
            for (var tap = 0; tap < kernel * kernel; tap++)
            {
                for (var channel = 0; channel < channels; channel++)
                {
                    gradient[(channel * kernel * kernel) + tap] += sum[(tap * channels) + channel];
                }
            }
        }

        return gradient;
    }

    private static int Chunks(int images) => (images + ChunkImages - 1) / ChunkImages;

    private static void InChunks(int images, int threads, Action<int, IEnumerable<int>> work)
    {
        void Chunk(int chunk)
        {
            var start = chunk * ChunkImages;
            work(chunk, Enumerable.Range(start, Math.Min(ChunkImages, images - start)));
        }

        if (threads > 1)
        {
            Parallel.For(0, Chunks(images), new ParallelOptions { MaxDegreeOfParallelism = threads }, Chunk);
            return;
        }

        for (var chunk = 0; chunk < Chunks(images); chunk++)
        {
            Chunk(chunk);
        }
    }

    /// <summary>Weights as <c>[kernel, kernel, channels]</c>, turned by half a turn.</summary>
    private float[] TurnedWeights(ReadOnlySpan<float> weights)
    {
        var (inner, taps) = (new float[KernelLength], kernel * kernel);
        for (var channel = 0; channel < channels; channel++)
        {
            for (var tap = 0; tap < taps; tap++)
            {
                inner[((taps - 1 - tap) * channels) + channel] = weights[(channel * taps) + tap];
            }
        }

        return inner;
    }

    /// <summary>An image with zeros around it and, for a step over 1, between its pixels.</summary>
    private void Spread(Pixels source, int offset, int rows, int columns, int step, Span<float> target)
    {
        target.Clear();
        for (var row = 0; row < rows; row++)
        {
            var start = ((((row * step) + _pad) * _paddedWidth) + _pad) * channels;
            var from = offset + (row * columns * channels);
            if (step == 1)
            {
                source.Read(from, target.Slice(start, columns * channels));
                continue;
            }

            for (var column = 0; column < columns; column++)
            {
                source.Read(from + (column * channels), target.Slice(start + (column * step * channels), channels));
            }
        }
    }

    /// <summary>Each output pixel is the sum of the padded pixels that the kernel lies on, times its weights.</summary>
    private void Correlate(ReadOnlySpan<float> padded, ReadOnlySpan<float> weights, Span<float> output)
    {
        output.Clear();
        for (var row = 0; row < height; row++)
        {
            for (var kernelRow = 0; kernelRow < kernel; kernelRow++)
            {
                ref var from = ref Unsafe.AsRef(in padded[(row + kernelRow) * _paddedWidth * channels]);
                ref var by = ref Unsafe.AsRef(in weights[kernelRow * kernel * channels]);
                ref var to = ref output[row * width * channels];
                for (var channel = 0; channel < channels; channel += Lanes)
                {
                    ref var pixel = ref Unsafe.Add(ref from, channel);
                    ref var weight = ref Unsafe.Add(ref by, channel);
                    ref var sum = ref Unsafe.Add(ref to, channel);
                    if (kernel == 3)
                    {
                        CorrelateRow3(ref pixel, ref weight, ref sum, width, channels);
                    }
                    else
                    {
                        CorrelateRow5(ref pixel, ref weight, ref sum, width, channels);
                    }
                }
            }
        }
    }

    private static void CorrelateRow3(ref float from, ref float by, ref float to, int columns, nint next)
    {
        var (w0, w1, w2) = (At(ref by, 0), At(ref by, next), At(ref by, 2 * next));
        for (var column = 0; column < columns; column++)
        {
            var sum = Vector.FusedMultiplyAdd(At(ref from, 0), w0, At(ref to, 0));
            sum = Vector.FusedMultiplyAdd(At(ref from, next), w1, sum);
            sum = Vector.FusedMultiplyAdd(At(ref from, 2 * next), w2, sum);
            sum.StoreUnsafe(ref to);
            from = ref Unsafe.Add(ref from, next);
            to = ref Unsafe.Add(ref to, next);
        }
    }

    private static void CorrelateRow5(ref float from, ref float by, ref float to, int columns, nint next)
    {
        var (w0, w1, w2, w3, w4) = (At(ref by, 0), At(ref by, next), At(ref by, 2 * next), At(ref by, 3 * next), At(ref by, 4 * next));
        for (var column = 0; column < columns; column++)
        {
            var sum = Vector.FusedMultiplyAdd(At(ref from, 0), w0, At(ref to, 0));
            sum = Vector.FusedMultiplyAdd(At(ref from, next), w1, sum);
            sum = Vector.FusedMultiplyAdd(At(ref from, 2 * next), w2, sum);
            sum = Vector.FusedMultiplyAdd(At(ref from, 3 * next), w3, sum);
            sum = Vector.FusedMultiplyAdd(At(ref from, 4 * next), w4, sum);
            sum.StoreUnsafe(ref to);
            from = ref Unsafe.Add(ref from, next);
            to = ref Unsafe.Add(ref to, next);
        }
    }

    /// <summary>Adds to each weight the products of the pixels that it met with the gradients of what they went into.</summary>
    private void AddWeightGradient(ReadOnlySpan<float> padded, ReadOnlySpan<float> spread, Span<float> sum)
    {
        for (var row = 0; row < OutputHeight; row++)
        {
            ref var gradient = ref Unsafe.AsRef(in spread[((((row * stride) + _pad) * _paddedWidth) + _pad) * channels]);
            for (var kernelRow = 0; kernelRow < kernel; kernelRow++)
            {
                ref var from = ref Unsafe.AsRef(in padded[((row * stride) + kernelRow) * _paddedWidth * channels]);
                ref var to = ref sum[kernelRow * kernel * channels];
                for (var channel = 0; channel < channels; channel += Lanes)
                {
                    ref var pixel = ref Unsafe.Add(ref from, channel);
                    ref var product = ref Unsafe.Add(ref gradient, channel);
                    ref var weight = ref Unsafe.Add(ref to, channel);
                    if (kernel == 3)
                    {
                        AddRow3(ref pixel, ref product, ref weight, OutputWidth, stride * channels, channels);
                    }
                    else
                    {
                        AddRow5(ref pixel, ref product, ref weight, OutputWidth, stride * channels, channels);
                    }
                }
            }
        }
    }

    private static void AddRow3(ref float from, ref float gradient, ref float to, int columns, nint step, nint next)
    {
        var (s0, s1, s2) = (At(ref to, 0), At(ref to, next), At(ref to, 2 * next));
        for (var column = 0; column < columns; column++)
        {
            var g = At(ref gradient, 0);
            s0 = Vector.FusedMultiplyAdd(At(ref from, 0), g, s0);
            s1 = Vector.FusedMultiplyAdd(At(ref from, next), g, s1);
            s2 = Vector.FusedMultiplyAdd(At(ref from, 2 * next), g, s2);
            from = ref Unsafe.Add(ref from, step);
            gradient = ref Unsafe.Add(ref gradient, step);
        }

        s0.StoreUnsafe(ref to);
        s1.StoreUnsafe(ref Unsafe.Add(ref to, next));
        s2.StoreUnsafe(ref Unsafe.Add(ref to, 2 * next));
    }

    private static void AddRow5(ref float from, ref float gradient, ref float to, int columns, nint step, nint next)
    {
        var (s0, s1, s2, s3, s4) = (At(ref to, 0), At(ref to, next), At(ref to, 2 * next), At(ref to, 3 * next), At(ref to, 4 * next));
        for (var column = 0; column < columns; column++)
        {
            var g = At(ref gradient, 0);
            s0 = Vector.FusedMultiplyAdd(At(ref from, 0), g, s0);
            s1 = Vector.FusedMultiplyAdd(At(ref from, next), g, s1);
            s2 = Vector.FusedMultiplyAdd(At(ref from, 2 * next), g, s2);
            s3 = Vector.FusedMultiplyAdd(At(ref from, 3 * next), g, s3);
            s4 = Vector.FusedMultiplyAdd(At(ref from, 4 * next), g, s4);
            from = ref Unsafe.Add(ref from, step);
            gradient = ref Unsafe.Add(ref gradient, step);
        }

        s0.StoreUnsafe(ref to);
        s1.StoreUnsafe(ref Unsafe.Add(ref to, next));
        s2.StoreUnsafe(ref Unsafe.Add(ref to, 2 * next));
        s3.StoreUnsafe(ref Unsafe.Add(ref to, 3 * next));
        s4.StoreUnsafe(ref Unsafe.Add(ref to, 4 * next));
    }

    /// <summary>The lanes so many elements on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> At(ref float from, nint offset) => Vector.LoadUnsafe(ref Unsafe.Add(ref from, offset));

    private readonly ref struct Scratch : IDisposable
    {
        private readonly float[] _rented;

        public Scratch(int length)
        {
            _rented = ArrayPool<float>.Shared.Rent(length);
            Values = _rented.AsSpan(0, length);
        }

        public Span<float> Values { get; }

        public void Dispose() => ArrayPool<float>.Shared.Return(_rented);
    }
}
