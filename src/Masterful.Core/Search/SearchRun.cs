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

    private readonly SearchRequest _request;
    private readonly SearchLedger _ledger;
    private readonly ILogger _logger;
    private readonly string _name;
    private readonly IReadOnlyList<TechniqueGroup> _groups;
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
        (_space, _pool, _exploration) = Over(Calibration.Linear);
        _found = _space.None;
    }

    private List<TechniqueGroup> Usable => [.. _groups.Where(g => g.Techniques[0] switch
    {
        Technique.Synthetic => _request.Sizes.Synthetic > 0,
        Technique.Unlabeled => false,
        _ => true,
    })];

    private double Share => _plan!.Fidelity.EpochShare * _plan.Fidelity.ImageShare;

    /// <summary>Searches within an amount of work.</summary>
    /// <param name="cap">Image-passes to plan with.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task SearchAsync(double cap, CancellationToken cancellation)
    {
        var operations = DistanceLevels.OperationsOf(Usable.SelectMany(g => g.Techniques));
        _plan = SearchPlan.Make(_request, cap, operations.Count);
        if (_plan is null || _space.Axes.Count == 0)
        {
            _cutShort = _plan is null ? "The budget is too small for any search: no policy was tried." : null;
            if (_cutShort is not null)
            {
                _logger.LogWarning("{Reason} policy.budget must allow at least six short trials.", _cutShort);
            }

            return;
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
        var policy = _space.Policy(_found, _name);
        var judge = new GroupVerdicts(_exploration, _space, _pool, _request.Sizes);
        List<GroupVerdict> verdicts = [.. _groups.Select(g => judge.On(g, _found))];
        foreach (var verdict in verdicts)
        {
            _logger.LogInformation("{Group}: {Reason}", verdict.Name, verdict.Reason);
        }

        return new SearchOutcome
        {
            Policy = policy,
            Source = policy.IsNone ? PolicySource.None
                : policy[Technique.TrivialAugment] > 0 ? PolicySource.TrivialAugment
                : policy[Technique.RandAugment] > 0 ? PolicySource.RandAugment
                : PolicySource.Search,
            Tested = Tested(policy),
            Groups = verdicts,
            Ledger = _ledger.Stages,
            CutShort = _cutShort,
            Notes = [.. _notes, .. _exploration.Failures],
            PairedNoise = _exploration.PairedNoise,
        };
    }

    private (SearchSpace Space, CandidatePool Pool, Exploration Exploration) Over(Calibration calibration)
    {
        var space = new SearchSpace(_request.Techniques, calibration);
        var pool = new CandidatePool(space, Usable);
        return (space, pool, new Exploration(_ledger, space, pool, Trial, _logger));
    }

    /// <summary>No policy on the first seeds, and distance analysis on the first of them. False when the baseline can't be trained.</summary>
    private async Task<bool> BaselineAsync(IReadOnlyList<string> operations, CancellationToken cancellation)
    {
        if (_request.Sizes.Unlabeled > 0 && _request.Techniques.Contains(Technique.Unlabeled))
        {
            _notes.Add("The unlabeled images were not used: the search does not race that technique yet.");
        }

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
            var worths = Usable.Where(g => _pool.Uses(found, g)).Select(g => (Group: g, Worth: Worth(found, g))).ToList();
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
        var (gain, deviation) = _exploration.Model.Believe([_pool.Without(found, group), found]).Gain(0, 1);
        return deviation > 0 ? gain / deviation : 0;
    }

    private List<TestedPolicy> Tested(Policy chosen)
    {
        if (_plan is null)
        {
            return [];
        }

        return
        [
            .. _exploration.Stages
                .Select(s => Tested(_space.Policy(s.Key, _name), s.Value, _exploration.Results(s.Key)))
                .Select(t => t with { Selected = t.Policy.Values.SequenceEqual(chosen.Values) }),
        ];
    }

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
