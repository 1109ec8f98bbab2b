namespace Masterful.Core.Techniques;

/// <summary>
/// Quantiles of Beta(a, a), 0 &lt; a ≤ 1, from a table, so that a draw is one uniform. The density x^(a−1) (1−x)^(a−1) has a pole at 0; with
/// t = x^a it becomes (1 − t^(1/a))^(a−1) / a, which is smooth up to the median, and the upper half follows by symmetry.
/// </summary>
internal sealed class SymmetricBeta
{
    private const int Steps = 4096;
    private readonly double _a;
    private readonly double _medianT;
    private readonly double[] _cumulative = new double[Steps + 1];

    public SymmetricBeta(double a)
    {
        (_a, _medianT) = (a, Math.Pow(0.5, a));
        for (var i = 1; i <= Steps; i++)
        {
            _cumulative[i] = _cumulative[i - 1] + Density((i - 0.5) * _medianT / Steps);
        }

        for (var i = 1; i <= Steps; i++)
        {
            _cumulative[i] *= 0.5 / _cumulative[Steps];
        }
    }

    /// <summary>The value under which a share <paramref name="p"/> (0..1) of the draws falls.</summary>
    public double Quantile(double p) => p <= 0.5 ? Lower(p) : 1 - Lower(1 - p);

    private double Lower(double p)
    {
        var above = Array.BinarySearch(_cumulative, p);
        above = Math.Clamp(above >= 0 ? above : ~above, 1, Steps);
        var within = (p - _cumulative[above - 1]) / (_cumulative[above] - _cumulative[above - 1]);
        return Math.Pow((above - 1 + within) * _medianT / Steps, 1 / _a);
    }

    private double Density(double t) => Math.Pow(1 - Math.Pow(t, 1 / _a), _a - 1);
}
