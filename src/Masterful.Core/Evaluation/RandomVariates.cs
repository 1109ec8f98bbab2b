namespace Masterful.Core.Evaluation;

/// <summary>Draws from the distributions that resampling needs, from one seed.</summary>
internal sealed class RandomVariates(long seed)
{
    private readonly Random _random = new(unchecked((int)(seed ^ (seed >> 32))));

    /// <summary>Even in 0 to 1, 1 excluded.</summary>
    internal double Uniform() => _random.NextDouble();

    /// <summary>Standard normal, by Marsaglia's polar method.</summary>
    internal double Normal()
    {
        while (true)
        {
            var (x, y) = ((2 * _random.NextDouble()) - 1, (2 * _random.NextDouble()) - 1);
            var square = (x * x) + (y * y);
            if (square is > 0 and < 1)
            {
                return x * Math.Sqrt(-2 * Math.Log(square) / square);
            }
        }
    }

    /// <summary>Gamma with scale 1 (Marsaglia and Tsang 2000, "A simple method for generating gamma variables").</summary>
    internal double Gamma(double shape)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1) * Math.Pow(1 - _random.NextDouble(), 1 / shape);
        }

        var d = shape - (1 / 3.0);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - _random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    /// <summary>Student's t.</summary>
    internal double Student(double degreesOfFreedom) =>
        Normal() / Math.Sqrt(2 * Gamma(degreesOfFreedom / 2) / degreesOfFreedom);
}
