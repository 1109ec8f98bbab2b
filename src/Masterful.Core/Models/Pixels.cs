using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// The memory of a float32 or bfloat16 tensor on the CPU, read and written as float32. It does not keep the tensor alive.
/// </summary>
internal readonly unsafe struct Pixels
{
    private readonly void* _start;
    private readonly bool _isHalf;

    private Pixels(void* start, bool isHalf)
    {
        _start = start;
        _isHalf = isHalf;
    }

    /// <summary>The memory of a contiguous tensor of up to 2 GiB.</summary>
    public static Pixels Of(Tensor tensor)
    {
        fixed (byte* start = tensor.bytes)
        {
            // Native memory: it stays where it is.
            return new Pixels(start, tensor.dtype == ScalarType.BFloat16);
        }
    }

    /// <summary>Copies from an element on.</summary>
    public void Read(int start, Span<float> target)
    {
        if (!_isHalf)
        {
            new ReadOnlySpan<float>((float*)_start + start, target.Length).CopyTo(target);
            return;
        }

        var source = new ReadOnlySpan<ushort>((ushort*)_start + start, target.Length);
        var i = 0;
        for (; i <= target.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(in source[i]), out var low, out var high);
            Vector.AsVectorSingle(low << 16).StoreUnsafe(ref target[i]);
            Vector.AsVectorSingle(high << 16).StoreUnsafe(ref target[i + Vector<uint>.Count]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    /// <summary>Copies to an element on, rounded to nearest, ties to even.</summary>
    public void Write(int start, ReadOnlySpan<float> source)
    {
        if (!_isHalf)
        {
            source.CopyTo(new Span<float>((float*)_start + start, source.Length));
            return;
        }

        var target = new Span<ushort>((ushort*)_start + start, source.Length);
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Narrow(
                Rounded(Vector.LoadUnsafe(in source[i])),
                Rounded(Vector.LoadUnsafe(in source[i + Vector<float>.Count]))).StoreUnsafe(ref target[i]);
        }

        for (; i < source.Length; i++)
        {
            var one = new Vector<float>(source[i]);
            target[i] = (ushort)Rounded(one)[0];
        }
    }

    /// <summary>The upper half of each number after rounding, in the lower half's place; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Rounded(Vector<float> values)
    {
        var bits = Vector.AsVectorUInt32(values);
        var rounded = (bits + new Vector<uint>(0x7fff) + ((bits >>> 16) & Vector<uint>.One)) >>> 16;
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(values, values)), rounded, new Vector<uint>(0x7fc0));
    }
}
