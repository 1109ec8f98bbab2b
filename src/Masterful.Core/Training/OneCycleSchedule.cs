namespace Masterful.Core.Training;

/// <summary>
/// The learning rate of each step: up along a cosine from maximum/25 to the maximum over the warm-up share, then down to
/// maximum/250,000 at the last step (Smith and Topin, arXiv:1708.07120, in the two-phase form of PyTorch's <c>OneCycleLR</c>).
/// </summary>
/// <param name="maximum">Learning rate at the peak, over 0.</param>
/// <param name="steps">Steps of the whole training, at least 1.</param>
/// <param name="warmupShare">Share of the steps over which the rate rises, 0 to 1.</param>
public sealed class OneCycleSchedule(double maximum, long steps, double warmupShare)
{
    private const double InitialDivisor = 25;
    private const double FinalDivisor = 1e4;
    private readonly double _initial = maximum / InitialDivisor;
    private readonly double _final = maximum / InitialDivisor / FinalDivisor;
    private readonly double _peak = Math.Max(0, (warmupShare * steps) - 1);

    /// <summary>The learning rate of a step, counted from 0.</summary>
    public double this[long step]
    {
        get
        {
            if (step < _peak)
            {
                return Cosine(_initial, maximum, step / _peak);
            }

            var fall = steps - 1 - _peak;
            return fall <= 0 ? maximum : Cosine(maximum, _final, Math.Min(1, (step - _peak) / fall));
        }
    }

    private static double Cosine(double from, double to, double share) => to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * share)));
}
