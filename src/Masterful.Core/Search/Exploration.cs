using Masterful.Core.Trials;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Search;

/// <summary>
/// The trials of a search at its one proxy fidelity. Every trial anneals completely and shares its seed's random streams with the others
/// of that seed; every trial informs the belief about every policy through <see cref="LossModel"/>, and the next trial is the one that
/// is expected to lower the loss of the policy chosen at the end the most (the knowledge gradient of Frazier, Powell and Dayanik 2009).
/// </summary>
/// <param name="ledger">Asks for trials within the caps.</param>
/// <param name="space">The axes.</param>
/// <param name="pool">What may be tried.</param>
/// <param name="trials">The specification of a trial.</param>
/// <param name="logger">Hears why each candidate is tried.</param>
internal sealed class Exploration(
    SearchLedger ledger, SearchSpace space, CandidatePool pool, Func<SearchPoint, int, TrialSpec> trials, ILogger logger)
{
    /// <summary>
    /// A trial is only worth asking for when it is expected to lower the loss of what is chosen by this share: below, a candidate is
    /// hopeless or already certain.
    /// </summary>
    private const double LeastWorth = 0.0004;

    /// <summary>Losses above the baseline's by this factor (in ln) are cut: a disaster must not drag its neighbours along.</summary>
    private const double Disaster = 0.3;

    /// <summary>Trials asked for together, however many workers there are: what is found must not depend on their number.</summary>
    private const int Together = 2;

    /// <summary>Steps from pool to pool in which the best-believed policy is looked for.</summary>
    private const int FarthestWalk = 12;

    private readonly List<LossObservation> _observations = [];
    private readonly Dictionary<(SearchPoint Point, int Seed), TrialResult> _results = [];
    private readonly Dictionary<SearchPoint, string> _stages = [];
    private LossModel? _model;

    /// <summary>Failed trials, as sentences.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>The belief from all trials so far. The nearer the end, the less it hopes of what was not tried: repeats then settle what is close.</summary>
    public LossModel Model => _model ??= LossModel.Fit(_observations).Hoping(Math.Max(0, 1 - ((double)ledger.Trials / Math.Max(1, ledger.Planned))));

    /// <summary>Standard deviation of the difference of ln loss between the two trials of a pair; 0 before any trial.</summary>
    public double PairedNoise => _observations.Count > 0 ? Model.PairedNoise : 0;

    /// <summary>Points in the order first asked for, with the stage that asked.</summary>
    public IReadOnlyDictionary<SearchPoint, string> Stages => _stages;

    /// <summary>Results of a point, by seed.</summary>
    public IReadOnlyList<TrialResult> Results(SearchPoint point) =>
        [.. _results.Where(r => r.Key.Point.Equals(point)).OrderBy(r => r.Key.Seed).Select(r => r.Value)];

    /// <summary>
    /// Whether a point completed at least once and never failed. No policy may fail: it is what is compared with, not what is chosen, and a
    /// seed that diverges without a policy must not end a search.
    /// </summary>
    public bool Stands(SearchPoint point) =>
        Results(point) is { Count: > 0 } results && (point.Equals(space.None) ? results.Any(Completed) : results.All(Completed));

    /// <summary>The seeds at which no policy completed, in order.</summary>
    public IReadOnlyList<int> BaselineSeeds => [.. _results.Where(r => r.Key.Point.Equals(space.None) && Completed(r.Value)).Select(r => r.Key.Seed).Order()];

    /// <summary>Runs what isn't known yet; those that no longer fit the budget are left out.</summary>
    public async Task ObserveAsync(IReadOnlyList<(SearchPoint Point, int Seed)> wanted, CancellationToken cancellation)
    {
        var asked = wanted.Distinct().Where(w => !_results.ContainsKey(w)).ToList();
        var results = await ledger.AskAsync([.. asked.Select(w => trials(w.Point, w.Seed))], cancellation).ConfigureAwait(false);
        foreach (var (trial, result) in asked.Zip(results))
        {
            if (result is not null)
            {
                Note(trial.Point, trial.Seed, result);
            }
        }
    }

    /// <summary>Takes over the trials of no policy from an exploration of a space with other levels.</summary>
    public void Adopt(Exploration other)
    {
        foreach (var ((_, seed), result) in other._results)
        {
            Note(space.None, seed, result);
        }
    }

    /// <summary>Spends what the ledger allows, for as long as a trial is worth it.</summary>
    /// <param name="cancellation">Stops.</param>
    public async Task RunAsync(CancellationToken cancellation)
    {
        ledger.Stage = "whole policies";
        await ObserveAsync([.. pool.WholePolicies.Select(p => (p, 0))], cancellation).ConfigureAwait(false);
        while (ledger.Exhausted is null)
        {
            var best = BestBelieved();
            var next = Next(pool.Around(best));
            if (next.Count == 0)
            {
                break;
            }

            ledger.Stage = StageOf(best, next[0].Point);
            await ObserveAsync(next, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The trained policy of lowest expected loss.</summary>
    public SearchPoint Best() => Lowest([.. _stages.Keys.Where(Stands)]);

    /// <summary>The policy of lowest expected loss, trained or not, within reach of those that were trained.</summary>
    private SearchPoint BestBelieved()
    {
        var best = Best();
        for (var step = 0; step < FarthestWalk; step++)
        {
            var next = Lowest([.. pool.Around(best).Where(Possible)]);
            if (next.Equals(best))
            {
                break;
            }

            best = next;
        }

        return best;
    }

    private SearchPoint Lowest(IReadOnlyList<SearchPoint> points)
    {
        var means = Model.Means(points);
        return points[Enumerable.Range(0, points.Count).MinBy(i => means[i])];
    }

    private bool Possible(SearchPoint point) => !_stages.ContainsKey(point) || Stands(point);

    private void Note(SearchPoint point, int seed, TrialResult result)
    {
        _results[(point, seed)] = result;
        _stages.TryAdd(point, ledger.Stage);
        if (!Completed(result))
        {
            var meaning = point.Equals(space.None) ? "was left out" : "counts as infinitely bad";
            Failures.Add($"A trial of {ledger.Stage} failed and {meaning}: {result.Failure ?? "its loss is not a number"}");
        }

        var worst = _observations.Count > 0 ? _observations[0].LogLoss + Disaster : double.PositiveInfinity;
        var loss = Completed(result) ? Math.Log(Math.Max(result.SelectLoss, 1e-6)) : worst;
        if (double.IsFinite(loss) && (Completed(result) || !point.Equals(space.None)))
        {
            _observations.Add(new LossObservation(point, seed, Math.Min(loss, worst)));
            _model = null;
        }
    }

    private static bool Completed(TrialResult result) => result.Status == TrialStatus.Completed && double.IsFinite(result.SelectLoss);

    private int NextSeed(SearchPoint point) => Enumerable.Range(0, int.MaxValue).First(s => !_results.ContainsKey((point, s)));

    private string StageOf(SearchPoint best, SearchPoint tried) => pool.Difference(best, tried) switch
    {
        [] => "repeats",
        [var group] => group.Name,
        _ => "combinations",
    };

    private List<(SearchPoint Point, int Seed)> Next(IReadOnlyList<SearchPoint> around)
    {
        var model = Model;
        SearchPoint[] points = [.. around.Concat(_stages.Keys).Where(Possible).Distinct()];
        var next = new List<(SearchPoint Point, int Seed)>();
        while (next.Count < Together)
        {
            var means = model.Means(points);
            List<(SearchPoint Point, int Seed)> options = [.. points.Select(p => (Point: p, Seed: NextSeed(p))).Where(t => !next.Contains(t))];
            var worths = model.Reach(points, options).Select(r => Worth(means, r)).ToList();
            if (worths.Count == 0 || worths.Max() < LeastWorth)
            {
                break;
            }

            var chosen = options[worths.IndexOf(worths.Max())];
            logger.LogInformation(
                "Next {Policy}: with it, what is chosen is expected to have a validation loss lower by {Worth:0.00%}", space.Describe(chosen.Point), worths.Max());
            next.Add(chosen);
            // The second is chosen as if the first had come out as expected.
            model = model.With([new LossObservation(chosen.Point, chosen.Seed, model.Means([chosen.Point])[0])]);
        }

        return next;
    }

    /// <summary>By how much the lowest mean is expected to fall when a trial moves the means along <paramref name="reach"/>.</summary>
    internal static double Worth(double[] means, double[] reach)
    {
        var (lowest, sum) = (means.Min(), 0.0);
        foreach (var z in Quantiles)
        {
            var least = double.PositiveInfinity;
            for (var i = 0; i < means.Length; i++)
            {
                least = Math.Min(least, means[i] + (reach[i] * z));
            }

            sum += least;
        }

        return lowest - (sum / Quantiles.Length);
    }

    /// <summary>Nineteen normal quantiles stand for what a trial may show.</summary>
    private static readonly double[] Quantiles =
    [
        -1.938, -1.422, -1.121, -0.894, -0.704, -0.536, -0.381, -0.235, -0.093, 0, 0.093, 0.235, 0.381, 0.536, 0.704, 0.894, 1.121, 1.422, 1.938,
    ];
}
