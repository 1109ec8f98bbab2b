using Masterful.Abstractions;

namespace DigitNet;

/// <summary>
/// Pictures of seven-segment digits as a hand-held camera sees them on a meter, drawn by this class: shifted, turned, slanted, of any size
/// and brightness, noisy. There are few to train on. A source of your own would read a format that Masterful doesn't know; this one makes
/// the example independent of any download.
/// </summary>
public sealed class MeterDigits : IImageSource
{
    private const int Size = 20;
    private const double Middle = (Size - 1) / 2.0;

    /// <summary>Which segments are lit: top, upper left, upper right, middle, lower left, lower right, bottom.</summary>
    private static readonly string[] Lit =
        ["1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"];

    /// <summary>A segment as a line from and to (x, y); the digit is 1 wide and 2 high.</summary>
    private static readonly (double X0, double Y0, double X1, double Y1)[] Segments =
        [(0, 0, 1, 0), (0, 0, 0, 1), (1, 0, 1, 1), (0, 1, 1, 1), (0, 1, 0, 2), (1, 1, 1, 2), (0, 2, 1, 2)];

    public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, 10).Select(d => $"{d}")];

    /// <summary>Changes when this class draws otherwise, so that cached images are made anew.</summary>
    public string Fingerprint(string root, string split) => $"meter/2/{split}";

    public IEnumerable<SourceImage> Read(string root, string split)
    {
        var (count, random) = split == "train" ? (400, new Random(1)) : (1500, new Random(2));
        for (var i = 0; i < count; i++)
        {
            yield return new SourceImage(Draw(i % 10, random), new InputShape(Size, Size, 1), i % 10);
        }
    }

    private static byte[] Draw(int digit, Random random)
    {
        double Between(double low, double high) => low + ((high - low) * random.NextDouble());
        var (scale, slant, thickness) = (Between(4, 7), Between(-0.35, 0.35), Between(0.6, 1.3));
        var (x, y) = (Middle + Between(-2, 2), Middle + Between(-2, 2));
        var (sin, cos) = Math.SinCos(Between(-20, 20) * Math.PI / 180);
        var (light, dark) = (Between(110, 230), Between(10, 90));
        var pixels = new byte[Size * Size];
        for (var p = 0; p < pixels.Length; p++)
        {
            // From the image to the digit's own coordinates, whose middle is at (0.5, 1).
            var (right, down) = ((p % Size) - x, (p / Size) - y);
            var v = (((cos * down) - (sin * right)) / scale) + 1;
            var u = (((cos * right) + (sin * down)) / scale) + 0.5 + (slant * (v - 1));
            var distance = Segments.Where((_, s) => Lit[digit][s] == '1').Min(s => Distance(u, v, s)) * scale;
            var glow = Math.Clamp(thickness + 0.5 - distance, 0, 1);
            pixels[p] = (byte)Math.Clamp(dark + ((light - dark) * glow) + Between(-35, 35), 0, 255);
        }

        return pixels;
    }

    /// <summary>From a point to a segment, which is horizontal or vertical.</summary>
    private static double Distance(double u, double v, (double X0, double Y0, double X1, double Y1) segment)
    {
        var (du, dv) = (u - Math.Clamp(u, segment.X0, segment.X1), v - Math.Clamp(v, segment.Y0, segment.Y1));
        return Math.Sqrt((du * du) + (dv * dv));
    }
}
