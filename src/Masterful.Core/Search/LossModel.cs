namespace Masterful.Core.Search;

/// <summary>The logarithm of a select loss, seen at a point with a seed.</summary>
/// <param name="Point">What was trained.</param>
/// <param name="Seed">Which of the search's seeds: those that share one are paired.</param>
/// <param name="LogLoss">ln of the loss.</param>
internal sealed record LossObservation(SearchPoint Point, int Seed, double LogLoss);

/// <summary>
/// What all trials so far say together about the loss of any policy: a Gaussian process over ln loss (Rasmussen and Williams 2006,
/// chapter 2) whose covariance is a sum of a constant, the effect of the seed that paired trials share, one smooth effect for each axis
/// that is zero where the axis is off, and a smooth interaction. Effects of neighbouring levels inform each other, a surprise on one
/// trial is shrunk towards nothing, and every trial serves as a control for every other. The scales of noise and effects are those of
/// the largest posterior density on a grid.
/// </summary>
internal sealed class LossModel
{
    /// <summary>Scale of the constant; large beside anything that is learnt.</summary>
    private const double ConstantScale = 0.5;

    /// <summary>Share of the noise's scale that a seed's trials have in common.</summary>
    private const double SeedShare = 0.7;

    /// <summary>Share of an effect that every level of an axis has in common.</summary>
    private const double PresenceShare = 0.5;

    /// <summary>Levels this far apart still resemble each other.</summary>
    private const double LevelReach = 0.22;

    /// <summary>The interaction's scale as a share of an effect's.</summary>
    private const double InteractionShare = 0.3;

    /// <summary>
    /// What the middle of an axis is expected to be worth before it is tried, less towards its ends. Most techniques help most models: what was not tried yet is tried
    /// together with what is believed good, and dropped when it does not prove itself, which takes fewer trials than adding one by one.
    /// </summary>
    private const double ExpectedGain = 0.04;

    private static readonly double[] NoiseScales = [0.004, 0.008, 0.014, 0.022, 0.03, 0.042, 0.06, 0.09];
    private static readonly double[] EffectScales = [0.008, 0.02, 0.04, 0.07, 0.12, 0.25, 0.5];

    private readonly IReadOnlyList<LossObservation> _observations;
    private readonly double _mean;
    private readonly double[,] _factor;
    private readonly double[] _weights;
    private readonly double _effect;
    private readonly double _expectedGain;

    private LossModel(IReadOnlyList<LossObservation> observations, double[,] likeness, double noise, double effect, double expectedGain)
    {
        (_observations, Noise, _effect, _expectedGain) = (observations, noise, effect, expectedGain);
        _mean = observations.Average(o => o.LogLoss - Prior(o.Point));
        _factor = Cholesky(observations.Count, (i, j) =>
            Covariance(likeness[i, j], observations[i].Seed == observations[j].Seed) + (i == j ? noise * noise : 0));
        var residuals = SolveLower([.. observations.Select(o => o.LogLoss - Prior(o.Point) - _mean)]);
        LogDensity = (-0.5 * residuals.Sum(r => r * r)) - Enumerable.Range(0, observations.Count).Sum(i => Math.Log(_factor[i, i]))
            + LogPrior(noise, 0.03, 0.8) + LogPrior(effect, 0.1, 0.9);
        _weights = residuals;
    }

    /// <summary>Standard deviation of ln loss between trials of one policy, what their seed shares taken away.</summary>
    public double Noise { get; }

    /// <summary>Standard deviation of the difference of a pair.</summary>
    public double PairedNoise => Noise * Math.Sqrt(2);

    private double LogDensity { get; }

    /// <summary>The model of the scales that fit best.</summary>
    public static LossModel Fit(IReadOnlyList<LossObservation> observations)
    {
        var likeness = Likeness(observations);
        return (from noise in NoiseScales
                from effect in EffectScales
                select new LossModel(observations, likeness, noise, effect, ExpectedGain)).MaxBy(m => m.LogDensity)!;
    }

    /// <summary>The same scales with more seen.</summary>
    public LossModel With(IReadOnlyList<LossObservation> more)
    {
        LossObservation[] all = [.. _observations, .. more];
        return new LossModel(all, Likeness(all), Noise, _effect, _expectedGain);
    }

    /// <summary>
    /// The same scales and trials with a share of the hope that sends a search to what was not tried: what is chosen at its end must rest on
    /// what was seen.
    /// </summary>
    /// <param name="share">0 for none to 1 for all.</param>
    public LossModel Hoping(double share) => new(_observations, Likeness(_observations), Noise, _effect, share * ExpectedGain);

    /// <summary>The belief about the ln losses of points.</summary>
    public LossBelief Believe(IReadOnlyList<SearchPoint> points)
    {
        var projections = points.Select(p => Project(p, null)).ToList();
        var means = projections.Select((v, i) => _mean + Prior(points[i]) + Dot(v, _weights)).ToArray();
        var covariance = new double[points.Count, points.Count];
        for (var i = 0; i < points.Count; i++)
        {
            for (var j = 0; j < points.Count; j++)
            {
                covariance[i, j] = Covariance(points[i], null, points[j], null) - Dot(projections[i], projections[j]);
            }
        }

        return new LossBelief(means, covariance);
    }

    /// <summary>The expected ln losses of points.</summary>
    public double[] Means(IReadOnlyList<SearchPoint> points) => [.. points.Select(p => _mean + Prior(p) + Dot(Project(p, null), _weights))];

    /// <summary>
    /// How far each of several trials, if run, would move the beliefs about points: for each trial the standard deviations, with sign, of
    /// the points' new means.
    /// </summary>
    public IReadOnlyList<double[]> Reach(IReadOnlyList<SearchPoint> points, IReadOnlyList<(SearchPoint Point, int Seed)> trials)
    {
        var known = points.Select(p => Project(p, null)).ToList();
        return [.. trials.Select(t => Reach(points, known, t.Point, t.Seed))];
    }

    private double[] Reach(IReadOnlyList<SearchPoint> points, List<double[]> known, SearchPoint trial, int seed)
    {
        var seen = Project(trial, seed);
        var variance = Covariance(trial, seed, trial, seed) - Dot(seen, seen) + (Noise * Noise);
        return [.. points.Select((p, i) => (Covariance(p, null, trial, seed) - Dot(known[i], seen)) / Math.Sqrt(variance))];
    }

    /// <summary>Expected ln loss before any trial, the constant apart.</summary>
    private double Prior(SearchPoint point) => -_expectedGain * point.Levels.Sum(l => 4 * l * (1 - l));

    private static double LogPrior(double scale, double centre, double spread) =>
        -0.5 * Math.Pow(Math.Log(scale / centre) / spread, 2);

    private double Covariance(double likeness, bool paired) =>
        (ConstantScale * ConstantScale) + (_effect * _effect * likeness) + (paired ? Math.Pow(SeedShare * Noise, 2) : 0);

    private double Covariance(SearchPoint a, int? seedA, SearchPoint b, int? seedB) =>
        Covariance(Likeness(a, b), seedA is not null && seedA == seedB);

    private static double[,] Likeness(IReadOnlyList<LossObservation> observations)
    {
        var likeness = new double[observations.Count, observations.Count];
        for (var i = 0; i < observations.Count; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                likeness[i, j] = Likeness(observations[i].Point, observations[j].Point);
            }
        }

        return likeness;
    }

    /// <summary>Covariance of two policies' effects and interactions, for effects of scale 1.</summary>
    private static double Likeness(SearchPoint a, SearchPoint b)
    {
        var (effects, distance) = (0.0, 0.0);
        for (var axis = 0; axis < a.Levels.Length; axis++)
        {
            var (u, v) = (a.Levels[axis], b.Levels[axis]);
            var square = (u - v) * (u - v);
            distance += square;
            if (u > 0 && v > 0)
            {
                effects += PresenceShare + ((1 - PresenceShare) * Math.Exp(-square / (2 * LevelReach * LevelReach)));
            }
        }

        return effects + (InteractionShare * InteractionShare * Math.Exp(-distance / (2 * LevelReach * LevelReach)));
    }

    private double[] Project(SearchPoint point, int? seed) =>
        SolveLower([.. _observations.Select(o => Covariance(point, seed, o.Point, o.Seed))]);

    private static double[,] Cholesky(int count, Func<int, int, double> matrix)
    {
        var factor = new double[count, count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix(i, j);
                for (var k = 0; k < j; k++)
                {
                    sum -= factor[i, k] * factor[j, k];
                }

                factor[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / factor[j, j];
            }
        }

        return factor;
    }

    private double[] SolveLower(double[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            for (var k = 0; k < i; k++)
            {
                values[i] -= _factor[i, k] * values[k];
            }

            values[i] /= _factor[i, i];
        }

        return values;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}

/// <summary>What is believed about the ln losses of several points.</summary>
/// <param name="Means">By point.</param>
/// <param name="Covariance">Of the points.</param>
internal sealed record LossBelief(double[] Means, double[,] Covariance)
{
    /// <summary>The belief about how much lower the second point's ln loss is than the first's.</summary>
    public (double Gain, double Deviation) Gain(int from, int to)
    {
        var variance = Covariance[from, from] + Covariance[to, to] - (2 * Covariance[from, to]);
        return (Means[from] - Means[to], Math.Sqrt(Math.Max(variance, 0)));
    }
}
