namespace Masterful.Reporting.Charts;

/// <summary>Maps values to pixels along a straight axis, with ticks at round values.</summary>
/// <param name="Low">Value at the axis's start.</param>
/// <param name="High">Value at the axis's end, above <paramref name="Low"/>.</param>
/// <param name="Start">Pixel of <paramref name="Low"/>.</param>
/// <param name="End">Pixel of <paramref name="High"/>.</param>
internal sealed record LinearScale(double Low, double High, float Start, float End)
{
    /// <summary>Values outside the axis land on its nearer end.</summary>
    public float At(double value) => Start + (float)((Math.Clamp(value, Low, High) - Low) / (High - Low) * (End - Start));

    /// <summary>Round values (1, 2, 2.5 or 5 times a power of ten apart) from low to high, at most about <paramref name="most"/>.</summary>
    public IEnumerable<double> Ticks(int most)
    {
        var step = RoundStep((High - Low) / Math.Max(1, most));
        var first = Math.Ceiling((Low / step) - 1e-9);
        var last = Math.Floor((High / step) + 1e-9);
        for (var i = first; i <= last; i++)
        {
            yield return i * step;
        }
    }

    /// <summary>Digits after the point that tell the ticks apart.</summary>
    public int TickDigits(int most) => Digits(RoundStep((High - Low) / Math.Max(1, most)));

    /// <summary>A scale over values whose ends are round.</summary>
    public static LinearScale Around(double low, double high, int ticks, float start, float end)
    {
        if (high - low <= Math.Abs(high) * 1e-9)
        {
            (low, high) = (low - Math.Max(Math.Abs(low) * 0.1, 1e-3), high + Math.Max(Math.Abs(high) * 0.1, 1e-3));
        }

        var step = RoundStep((high - low) / ticks);
        return new LinearScale(Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step, start, end);
    }

    private static double RoundStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var factor = (rough / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 2.5001 => 2.5, <= 5.0001 => 5, _ => 10 };
        return factor * power;
    }

    private static int Digits(double step)
    {
        for (var digits = 0; digits < 9; digits++)
        {
            var scaled = step * Math.Pow(10, digits);
            if (Math.Abs(scaled - Math.Round(scaled)) < 1e-6 * scaled)
            {
                return digits;
            }
        }

        return 9;
    }
}
