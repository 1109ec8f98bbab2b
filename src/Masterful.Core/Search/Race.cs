using Masterful.Core.Trials;

namespace Masterful.Core.Search;

/// <summary>
/// The trials of a search at its one proxy fidelity, and the races among them. Every trial anneals completely and shares its seed's
/// random streams with the others of that seed; every trial informs every verdict through <see cref="LossModel"/>.
/// </summary>
internal sealed class Race(SearchLedger ledger, SearchSpace space, TrialSpec template, Func<int, long> seeds, string name)
{
    /// <summary>
    /// A trial is only worth asking for when it is expected to lower the loss of what is chosen by this share: below, a candidate is
    /// hopeless or already certain.
    /// </summary>
    private const double LeastWorth = 0.0004;

    /// <summary>Losses above the baseline's by this factor (in ln) are cut: a disaster must not drag its neighbours along.</summary>
    private const double Disaster = 0.3;

    private readonly List<LossObservation> _observations = [];
    private readonly Dictionary<(SearchPoint, int), TrialResult> _results = [];
    private readonly Dictionary<SearchPoint, string> _stages = [];

    /// <summary>Failed trials, as sentences.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>The cost of a trial without added images.</summary>
    public required long Cost { get; init; }

    /// <summary>The belief from all trials so far.</summary>
    public LossModel Model => LossModel.Fit(_observations);

    /// <summary>Points in the order first asked for, with the stage that asked.</summary>
    public IReadOnlyDictionary<SearchPoint, string> Stages => _stages;

    /// <summary>Results of a point, by seed.</summary>
    public IReadOnlyList<TrialResult> Results(SearchPoint point) =>
        [.. _results.Where(r => r.Key.Item1.Equals(point)).OrderBy(r => r.Key.Item2).Select(r => r.Value)];

    /// <summary>Whether a point completed at least once and never failed.</summary>
    public bool Stands(SearchPoint point) => Results(point) is { Count: > 0 } results && results.All(Completed);

    /// <summary>Share of the seeds that two points share on which the second has the lower loss; null when they share none.</summary>
    public double? Agreement(SearchPoint before, SearchPoint after)
    {
        var signs = _results.Where(r => r.Key.Item1.Equals(before) && _results.ContainsKey((after, r.Key.Item2)))
            .Select(r => _results[(after, r.Key.Item2)].SelectLoss < r.Value.SelectLoss ? 1.0 : 0.0).ToList();
        return signs.Count > 0 ? signs.Average() : null;
    }

    /// <summary>Takes over the trials of no policy from a race in a space of other levels.</summary>
    public void Adopt(Race other)
    {
        foreach (var ((_, seed), result) in other._results)
        {
            _results[(space.None, seed)] = result;
        }

        _observations.AddRange(other._observations.Select(o => o with { Point = space.None }));
        _stages[space.None] = "baseline";
        Failures.AddRange(other.Failures);
    }

    /// <summary>Runs what isn't known yet; those that no longer fit the budget are left out.</summary>
    public async Task ObserveAsync(IReadOnlyList<(SearchPoint Point, int Seed)> wanted, CancellationToken cancellation)
    {
        var asked = wanted.Distinct().Where(w => !_results.ContainsKey(w)).ToList();
        var results = await ledger.AskAsync([.. asked.Select(w => Trial(w.Point, w.Seed))], cancellation).ConfigureAwait(false);
        foreach (var (trial, result) in asked.Zip(results))
        {
            if (result is null)
            {
                continue;
            }

            _results[trial] = result;
            _stages.TryAdd(trial.Point, ledger.Stage);
            if (!Completed(result))
            {
                Failures.Add($"A trial of {ledger.Stage} failed and counts as infinitely bad: {result.Failure ?? "its loss is not a number"}");
            }

            var worst = _observations.Count > 0 ? _observations[0].LogLoss + Disaster : double.PositiveInfinity;
            var loss = Completed(result) ? Math.Log(Math.Max(result.SelectLoss, 1e-6)) : worst;
            if (double.IsFinite(loss))
            {
                _observations.Add(new LossObservation(trial.Point, trial.Seed, Math.Min(loss, worst)));
            }
        }
    }

    /// <summary>
    /// Spends up to <paramref name="trials"/> trials on telling which of several points has the lowest loss: first each candidate once, then
    /// in pairs where a trial is worth most (the knowledge gradient of Frazier, Powell and Dayanik 2009), neighbours of the best included.
    /// </summary>
    /// <returns>All points that the race considered, the incumbent first.</returns>
    public async Task<IReadOnlyList<SearchPoint>> RunAsync(
        SearchPoint incumbent,
        IReadOnlyList<SearchPoint> candidates,
        Func<SearchPoint, IReadOnlyList<SearchPoint>> neighbours,
        int trials,
        CancellationToken cancellation)
    {
        var start = ledger.Trials;
        List<SearchPoint> points = [incumbent, .. candidates];
        await ObserveAsync([.. candidates.Take(trials).Select(c => (c, NextSeed(c)))], cancellation).ConfigureAwait(false);
        while (ledger.Exhausted is null && trials - (ledger.Trials - start) is > 0 and var left)
        {
            var model = Model;
            var best = Best(model, points.Skip(1));
            if (best is not null)
            {
                points.AddRange(neighbours(best).Where(n => !points.Contains(n)));
            }

            var next = Next(model, [.. points.Where(p => Stands(p) || Results(p).Count == 0)], Math.Min(left, 2));
            if (next.Count == 0)
            {
                break;
            }

            await ObserveAsync(next, cancellation).ConfigureAwait(false);
        }

        return points;
    }

    /// <summary>The point of lowest expected loss among those that were trained; null when none stands.</summary>
    public SearchPoint? Best(LossModel model, IEnumerable<SearchPoint> points)
    {
        SearchPoint[] standing = [.. points.Where(Stands)];
        var means = model.Believe(standing).Means;
        return standing.Length == 0 ? null : standing[Enumerable.Range(0, standing.Length).MinBy(i => means[i])];
    }

    /// <summary>The trial specification of a point.</summary>
    private TrialSpec Trial(SearchPoint point, int seed) => template with
    {
        Policy = space.Policy(point, name),
        Seed = seeds(seed),
        // The first baseline is what distance analysis probes.
        KeepWeights = seed == 0 && point.Equals(space.None),
    };

    private static bool Completed(TrialResult result) => result.Status == TrialStatus.Completed && double.IsFinite(result.SelectLoss);

    private int NextSeed(SearchPoint point) => Enumerable.Range(0, int.MaxValue).First(s => !_results.ContainsKey((point, s)));

    private List<(SearchPoint, int)> Next(LossModel model, IReadOnlyList<SearchPoint> points, int count)
    {
        var next = new List<(SearchPoint Point, int Seed)>();
        while (next.Count < count)
        {
            var means = model.Believe(points).Means;
            var trials = points.Select(p => (Point: p, Seed: NextSeed(p))).Where(t => !next.Contains(t)).ToList();
            var worths = trials.Select(t => Worth(means, model.Reach(points, t.Point, t.Seed))).ToList();
            if (worths.Count == 0 || worths.Max() < LeastWorth)
            {
                break;
            }

            var chosen = trials[worths.IndexOf(worths.Max())];
            next.Add(chosen);
            // The second of a pair is chosen as if the first had come out as expected.
            model = model.With([new LossObservation(chosen.Point, chosen.Seed, model.Believe([chosen.Point]).Means[0])]);
        }

        return next;
    }

    /// <summary>By how much the lowest mean is expected to fall when a trial moves the means along <paramref name="reach"/>.</summary>
    internal static double Worth(double[] means, double[] reach)
    {
        // Nineteen normal quantiles stand for what the trial may show.
        double[] quantiles =
        [
            -1.938, -1.422, -1.121, -0.894, -0.704, -0.536, -0.381, -0.235, -0.093, 0, 0.093, 0.235, 0.381, 0.536, 0.704, 0.894, 1.121, 1.422, 1.938,
        ];
        return means.Min() - quantiles.Average(z => Enumerable.Range(0, means.Length).Min(i => means[i] + (reach[i] * z)));
    }
}
