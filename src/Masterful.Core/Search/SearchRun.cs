using System.Globalization;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Search;

/// <summary>One search, from plan to outcome.</summary>
internal sealed class SearchRun
{
    /// <summary>A group stays when its expected gain is over this many of its standard errors: the confirmation guards the whole.</summary>
    private const double GroupThreshold = 0.25;

    /// <summary>Share of the budget that measuring added images may take, beside a search for a policy.</summary>
    private const double DoseShare = 0.6;

    /// <summary>Of the loss of pairs, where no search has measured it: what was seen on Fashion-MNIST and SVHN.</summary>
    private const double UsualPairedNoise = 0.05;

    private static readonly Technique[] Added = [Technique.Synthetic, Technique.Unlabeled];

    private readonly SearchRequest _request;
    private readonly SearchLedger _ledger;
    private readonly ILogger _logger;
    private readonly string _name;
    private readonly IReadOnlyList<TechniqueGroup> _groups;
    private readonly List<TechniqueGroup> _usable;
    private readonly List<DoseResponse> _doses = [];
    private readonly List<string> _notes = [];
    private SearchPlan? _plan;
    private SearchSpace _space;
    private CandidatePool _pool;
    private Exploration _exploration;
    private SearchPoint _found;
    private string? _cutShort;

    /// <summary>Prepares a search.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="ledger">Keeps the caps.</param>
    /// <param name="logger">Hears why.</param>
    public SearchRun(SearchRequest request, SearchLedger ledger, ILogger logger)
    {
        (_request, _ledger, _logger) = (request, ledger, logger);
        _name = PolicyNames.Draw(request.Template.Seed);
        _groups =
        [
            .. TechniqueGroup.All
                .Select(g => new TechniqueGroup([.. g.Techniques.Where(request.Techniques.Contains)]))
                .Where(g => g.Techniques.Count > 0),
        ];
        _usable = [.. _groups.Where(g => !Added.Contains(g.Techniques[0]))];
        (_space, _pool, _exploration) = Over(Calibration.Linear);
        _found = _space.None;
    }

    private double Share => _plan!.Fidelity.EpochShare * _plan.Fidelity.ImageShare;

    /// <summary>Searches within an amount of work.</summary>
    /// <param name="cap">Image-passes to plan with.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task SearchAsync(double cap, CancellationToken cancellation)
    {
        var doses = DosePlans(cap);
        await ExploreAsync(cap, doses, cancellation).ConfigureAwait(false);
        _ledger.LiftCeiling();
        foreach (var plan in doses)
        {
            var study = new DoseStudy(_ledger, _request, _exploration.PairedNoise is > 0 and var noise ? noise : UsualPairedNoise, _logger);
            _doses.Add(await study.MeasureAsync(plan, Found(), cancellation).ConfigureAwait(false));
        }
    }

    /// <summary>How each kind of added images that is there will be measured; those that the budget can't measure are answered at once.</summary>
    private List<DosePlan> DosePlans(double cap)
    {
        var (plans, there) = (new List<DosePlan>(), Added.Where(t => _request.Techniques.Contains(t) && Available(t) > 0).ToList());
        var share = (_space.Axes.Count > 0 ? DoseShare : 1) / Math.Max(1, there.Count);
        foreach (var technique in there)
        {
            if (DosePlan.Make(_request, technique, share * cap) is { } plan)
            {
                plans.Add(plan);
                continue;
            }

            var name = TechniqueAxis.Of(technique).Name;
            var least = DosePlan.LeastCost(_request, technique) / share / TrialCost.FinalStage(_request.Template, _request.Sizes, _request.FinalSeeds);
            _doses.Add(DoseStudy.Unmeasured(
                technique,
                0,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The budget is too small to tell whether {name} images help: they are not used. It takes policy.budget.ratio {Math.Ceiling(10 * least) / 10:0.0}.")));
        }

        return plans;
    }

    private int Available(Technique technique) => technique == Technique.Synthetic ? _request.Sizes.Synthetic : _request.Sizes.Unlabeled;

    private async Task ExploreAsync(double cap, List<DosePlan> doses, CancellationToken cancellation)
    {
        var kept = doses.Sum(d => d.Cost(_request));
        var most = (_request.Budget.Trials ?? int.MaxValue) - doses.Sum(d => d.Trials);
        var request = _request with { Budget = _request.Budget with { Trials = most == int.MaxValue ? null : most } };
        var operations = DistanceLevels.OperationsOf(_usable.SelectMany(g => g.Techniques));
        if (_space.Axes.Count == 0)
        {
            return;
        }

        _plan = SearchPlan.Make(request, cap - kept, operations.Count);
        if (_plan is null)
        {
            _cutShort = "The budget is too small for any search: no policy was tried.";
            _logger.LogWarning("{Reason} policy.budget must allow at least six short trials.", _cutShort);
            return;
        }

        if (doses.Count > 0)
        {
            _ledger.Ceiling = (cap - kept, most);
        }

        _logger.LogInformation(
            "Search: about {Trials} trials, each {Epochs:0%} of the epochs on {Images:0%} of the images",
            _plan.Trials,
            _plan.Fidelity.EpochShare,
            _plan.Fidelity.ImageShare);
        _ledger.Planned = _plan.Trials;
        if (await BaselineAsync(operations, cancellation).ConfigureAwait(false))
        {
            await _exploration.RunAsync(cancellation).ConfigureAwait(false);
            _found = Pruned(_exploration.Best());
        }

        // The last trial or two of a plan may not fit: that is no news.
        _cutShort ??= _ledger.Exhausted is { } why && _ledger.Trials < 0.9 * _plan.Trials - 1 ? $"The search ended early at {why}, after {_ledger.Trials} of {_plan.Trials} trials." : null;
    }

    /// <summary>What the search came to.</summary>
    public SearchOutcome Outcome()
    {
        var policy = Found();
        var judge = new GroupVerdicts(_exploration, _space, _pool);
        List<GroupVerdict> verdicts = [.. _groups.Select(g => _usable.Contains(g) ? judge.On(g, _found) : VerdictOnAdded(g))];
        foreach (var verdict in verdicts)
        {
            _logger.LogInformation("{Group}: {Reason}", verdict.Name, verdict.Reason);
        }

        return new SearchOutcome
        {
            Policy = policy,
            Source = PolicySource.Of(policy),
            Tested = Tested(policy),
            Groups = verdicts,
            Doses = _doses,
            Ledger = _ledger.Stages,
            CutShort = _cutShort,
            Notes = [.. _notes, .. _exploration.Failures],
            PairedNoise = _exploration.PairedNoise,
        };
    }

    /// <summary>The policy so far: what the exploration came to, and the added images that were accepted.</summary>
    private Policy Found() => With(_doses);

    private Policy With(IEnumerable<DoseResponse> doses) => doses.Where(d => d.Accepted > 0).Aggregate(
        _space.Policy(_found, _name), (policy, dose) => policy.With(dose.Technique, dose.Accepted) with { Name = _name });

    private GroupVerdict VerdictOnAdded(TechniqueGroup group)
    {
        var technique = group.Techniques[0];
        if (_doses.Find(d => d.Technique == technique) is not { } dose)
        {
            return new GroupVerdict(group.Name, group.Techniques, false, null, $"There are no {group.Name} images.");
        }

        var control = dose.Points.Count > 0 ? dose.Points[0].ValidationLoss : (double?)null;
        var best = dose.Points.Where(p => p.Gain is not null && (dose.Accepted == 0 || p.Share * dose.Ratio == dose.Accepted)).MaxBy(p => p.Gain);
        return new GroupVerdict(
            group.Name,
            group.Techniques,
            dose.Accepted > 0,
            dose.Accepted > 0 ? 5 * dose.Accepted : null,
            dose.Reason,
            best is null ? null : best.ValidationLoss - control,
            best is null ? null : control * best.StandardError);
    }

    private (SearchSpace Space, CandidatePool Pool, Exploration Exploration) Over(Calibration calibration)
    {
        var space = new SearchSpace([.. _usable.SelectMany(g => g.Techniques)], calibration);
        var pool = new CandidatePool(space, _usable);
        return (space, pool, new Exploration(_ledger, space, pool, Trial, _logger));
    }

    /// <summary>No policy on the first seeds, and distance analysis on the first of them. False when the baseline can't be trained.</summary>
    private async Task<bool> BaselineAsync(IReadOnlyList<string> operations, CancellationToken cancellation)
    {
        await _exploration.ObserveAsync([.. Enumerable.Range(0, _plan!.BaselineSeeds).Select(s => (_space.None, s))], cancellation).ConfigureAwait(false);
        if (_exploration.BaselineSeeds.Count < _plan.BaselineSeeds)
        {
            // In place of those that diverged.
            await _exploration.ObserveAsync([.. Enumerable.Range(_plan.BaselineSeeds, _plan.BaselineSeeds).Select(s => (_space.None, s))], cancellation).ConfigureAwait(false);
        }

        if (!_exploration.Stands(_space.None))
        {
            _cutShort = _ledger.Exhausted is null
                ? "The baseline failed, so that there is nothing to compare a policy with."
                : "The budget is too small for a search: not even the baseline fitted.";
            return false;
        }

        await CalibrateAsync(operations, cancellation).ConfigureAwait(false);
        return true;
    }

    private async Task CalibrateAsync(IReadOnlyList<string> operations, CancellationToken cancellation)
    {
        if (operations.Count == 0)
        {
            return;
        }

        _ledger.Stage = "distance analysis";
        var baseline = Trial(_space.None, _exploration.BaselineSeeds[0]);
        var probe = _plan!.ProbeImages == 0 ? null : await _ledger.ProbeAsync(
            new DistanceProbe(baseline, operations, DistanceLevels.Strengths, _plan.ProbeImages), cancellation).ConfigureAwait(false);
        if (probe is null)
        {
            _notes.Add("The budget is too small for distance analysis: levels are even shares of each operation's range.");
            return;
        }

        // The trials of no policy are known already: the ledger is not asked again.
        var before = _exploration;
        (_space, _pool, _exploration) = Over(DistanceLevels.Calibrate(probe, _notes));
        _ledger.Stage = "baseline";
        _exploration.Adopt(before);
        _found = _space.None;
    }

    private TrialSpec Trial(SearchPoint point, int seed) => Proxy(_space.Policy(point, _name), $"search/{seed}") with
    {
        // The first baseline that completes is what distance analysis probes.
        KeepWeights = seed < _plan!.BaselineSeeds && point.Equals(_space.None),
    };

    private TrialSpec Proxy(Policy policy, string stream) => _request.Template with
    {
        Policy = policy,
        Seed = Seeds.Derive(_request.Template.Seed, stream),
        Fidelity = _plan!.Fidelity,
        EvaluateTest = false,
        KeepWeights = false,
    };

    /// <summary>The backward pass: groups that are not worth their place are dropped, the least worthy first.</summary>
    private SearchPoint Pruned(SearchPoint found)
    {
        while (true)
        {
            var worths = _usable.Where(g => _pool.Uses(found, g)).Select(g => (Group: g, Worth: Worth(found, g))).ToList();
            if (worths.Count == 0 || worths.MinBy(w => w.Worth) is var least && least.Worth >= GroupThreshold)
            {
                return found;
            }

            _logger.LogInformation("Backward pass: {Group} is worth {Worth:0.0} standard errors and dropped", least.Group.Name, least.Worth);
            found = _pool.Without(found, least.Group);
        }
    }

    private double Worth(SearchPoint found, TechniqueGroup group)
    {
        var (gain, deviation) = _exploration.Model.Hoping(0).Believe([_pool.Without(found, group), found]).Gain(0, 1);
        return deviation > 0 ? gain / deviation : 0;
    }

    private List<TestedPolicy> Tested(Policy chosen)
    {
        return
        [
            .. _exploration.Stages
                .Select(s => Tested(_space.Policy(s.Key, _name), s.Value, _exploration.Results(s.Key)))
                .Concat(_doses.SelectMany(TestedDoses))
                .Select(t => t with { Selected = t.Policy.Values.SequenceEqual(chosen.Values) }),
        ];
    }

    /// <summary>The doses of a policy: of unlabeled images the full one alone, as the others are the same policy on fewer images.</summary>
    private IEnumerable<TestedPolicy> TestedDoses(DoseResponse dose) => dose.Points
        .Where(p => p.Share == 1 || (p.Share > 0 && dose.Technique == Technique.Synthetic))
        .Select(p => new TestedPolicy(
            With(_doses.TakeWhile(d => d != dose)).With(dose.Technique, dose.Ratio * p.Share) with { Name = _name },
            p.ValidationLoss,
            p.ErrorRate,
            false,
            TechniqueAxis.Of(dose.Technique).Name,
            dose.EpochShare,
            dose.Seeds));

    private TestedPolicy Tested(Policy policy, string stage, IReadOnlyList<TrialResult> results)
    {
        var completed = results.Where(r => r.Status == TrialStatus.Completed).ToList();
        return new TestedPolicy(
            policy,
            completed.Count > 0 ? completed.Average(r => r.SelectLoss) : double.NaN,
            completed.Count > 0 ? completed.Average(r => r.SelectError) : double.NaN,
            false,
            stage,
            Share,
            results.Count);
    }
}
