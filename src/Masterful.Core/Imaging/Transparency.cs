using System.Numerics;
using System.Runtime.InteropServices;

namespace Masterful.Core.Imaging;

/// <summary>What becomes of the transparency of decoded pixels.</summary>
internal static class Transparency
{
    private const uint Opaque = 0xFF000000;

    /// <summary>Puts pixels on a background, each channel rounded to the nearest.</summary>
    /// <param name="pixels">Red, green, blue and alpha, not multiplied by it.</param>
    /// <param name="background">White or black; or none, which leaves the colours as they are.</param>
    /// <returns>Whether any pixel is not wholly opaque.</returns>
    public static bool Flatten(Span<uint> pixels, Background background)
    {
        if (IsOpaque(pixels))
        {
            return false;
        }

        if (background != Background.None)
        {
            var under = background == Background.White ? 255u : 0u;
            foreach (ref var pixel in pixels)
            {
                var alpha = pixel >> 24;
                pixel = Opaque
                    | Mixed(pixel & 0xFF, alpha, under)
                    | (Mixed((pixel >> 8) & 0xFF, alpha, under) << 8)
                    | (Mixed((pixel >> 16) & 0xFF, alpha, under) << 16);
            }
        }

        return true;
    }

    private static uint Mixed(uint colour, uint alpha, uint under) => ((colour * alpha) + (under * (255 - alpha)) + 127) / 255;

    private static bool IsOpaque(ReadOnlySpan<uint> pixels)
    {
        var vectors = MemoryMarshal.Cast<uint, Vector<uint>>(pixels);
        var all = new Vector<uint>(Opaque);
        foreach (var vector in vectors)
        {
            if (!Vector.EqualsAll(vector & all, all))
            {
                return false;
            }
        }

        foreach (var pixel in pixels[(vectors.Length * Vector<uint>.Count)..])
        {
            if ((pixel & Opaque) != Opaque)
            {
                return false;
            }
        }

        return true;
    }
}
