using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Search;

/// <summary>
/// Searches for the training policy that most lowers the select loss, within hard caps: baseline, distance analysis, a race for each group
/// of techniques in fixed order, whole-policy candidates, a backward pass, and one fresh confirmation of what was found against no
/// policy. The same request and the same trial results give the same outcome, whoever runs the trials and however many at once.
/// </summary>
/// <param name="runner">Answers trials.</param>
/// <param name="clock">For the cap on time and for progress.</param>
/// <param name="logger">Hears why each candidate stayed or went.</param>
public sealed class PolicySearch(ITrialRunner runner, TimeProvider clock, ILogger logger)
{
    /// <summary>A group stays when its expected gain is over this many of its standard errors: the confirmation guards the whole.</summary>
    private const double GroupThreshold = 0.5;

    /// <summary>A whole policy takes the place of the found one when its expected gain is over this many standard errors.</summary>
    private const double WholePolicyThreshold = 1;

    /// <summary>The policy stays when its fresh gain is over this many standard errors: one in ten by chance.</summary>
    private const double ConfirmationThreshold = 1.28;

    /// <summary>Multiples of the final stage that a search without a cap on work plans for.</summary>
    private const double UncappedRatio = 4;

    /// <summary>Searches.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="progress">Hears after every trial, or null.</param>
    /// <param name="cancellation">Stops; trials that finished are in the journal, so that the next search goes on from there.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<SearchOutcome> SearchAsync(
        SearchRequest request, IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        var final = TrialCost.FinalStage(request.Template, request.Sizes, request.FinalSeeds);
        var ledger = new SearchLedger(runner, request.Budget, request.Sizes, clock, progress)
        {
            Cap = request.Budget.Ratio is { } ratio ? (long)Math.Floor(ratio * final) : null,
        };
        var run = new SearchRun(request, ledger, logger);
        var cap = await PlannableAsync(request, ledger, final, cancellation).ConfigureAwait(false);
        await run.SearchAsync(cap, cancellation).ConfigureAwait(false);
        return run.Outcome();
    }

    /// <summary>Image-passes to plan with: the cap on work, or what a timing trial says fits into the cap on time.</summary>
    private static async Task<double> PlannableAsync(
        SearchRequest request, SearchLedger ledger, long final, CancellationToken cancellation)
    {
        var cap = ledger.Cap ?? UncappedRatio * final;
        if (request.Budget.Time is not { } time)
        {
            return cap;
        }

        var fidelity = new Fidelity(1.0 / request.Template.Recipe.Epochs, Math.Min(1, 1000.0 / request.Sizes.Train));
        var trial = request.Template with { Fidelity = fidelity, Seed = Seeds.Derive(request.Template.Seed, "search/timing") };
        var result = (await ledger.AskAsync([trial], cancellation).ConfigureAwait(false))[0];
        // Starting up weighs more on a short trial than on the ones to come, so this errs towards fewer.
        return result is { Seconds: > 0 } ? Math.Min(cap, 0.9 * time.TotalSeconds / ledger.Elapsed * ledger.Spent) : cap;
    }

    /// <summary>One search, from plan to outcome.</summary>
    private sealed class SearchRun(SearchRequest request, SearchLedger ledger, ILogger logger)
    {
        private readonly List<GroupVerdict> _verdicts = [];
        private readonly List<string> _notes = [];
        private readonly string _name = PolicyNames.Draw(request.Template.Seed);
        private readonly List<TestedPolicy> _confirmed = [];
        private SearchSpace _space = new(request.Techniques, Calibration.Linear);
        private SearchPoint? _chosen;
        private SearchPlan? _plan;
        private Race? _race;
        private string? _cutShort;

        private IReadOnlyList<TechniqueGroup> Groups { get; } =
        [
            .. TechniqueGroup.All
                .Select(g => new TechniqueGroup([.. g.Techniques.Where(request.Techniques.Contains)]))
                .Where(g => g.Techniques.Count > 0 && !g.Techniques.Any(t => t is Technique.TrivialAugment or Technique.RandAugment)),
        ];

        public async Task SearchAsync(double cap, CancellationToken cancellation)
        {
            var raced = Groups.Where(Usable).ToList();
            var operations = DistanceLevels.OperationsOf(raced.SelectMany(g => g.Techniques));
            _plan = SearchPlan.Make(request, cap, raced.Count, operations.Count);
            if (_plan is null || _space.Axes.Count == 0)
            {
                _cutShort = _plan is null ? "The budget is too small for any search: no policy was tried." : null;
                return;
            }

            logger.LogInformation(
                "Search: about {Trials} trials, each {Epochs:0%} of the epochs on {Images:0%} of the images",
                _plan.Trials,
                _plan.Fidelity.EpochShare,
                _plan.Fidelity.ImageShare);
            ledger.Planned = _plan.Trials;
            if (await BaselineAsync(operations, cancellation).ConfigureAwait(false))
            {
                var found = await GroupsAsync(raced, cancellation).ConfigureAwait(false);
                found = await WholePoliciesAsync(found, cancellation).ConfigureAwait(false);
                found = await BackwardAsync(found, raced, cancellation).ConfigureAwait(false);
                await ConfirmAsync(found, cancellation).ConfigureAwait(false);
            }

            _cutShort ??= ledger.FirstExhausted is { } why ? $"The search ended early at {why}." : null;
        }

        public SearchOutcome Outcome()
        {
            var policy = _chosen is null ? Policy.None : _space.Policy(_chosen, _name);
            var source = policy.IsNone ? PolicySource.None
                : policy[Technique.TrivialAugment] > 0 ? PolicySource.TrivialAugment
                : policy[Technique.RandAugment] > 0 ? PolicySource.RandAugment
                : PolicySource.Search;
            return new SearchOutcome
            {
                Policy = policy,
                Source = source,
                Tested = Tested(),
                Groups = [.. Groups.Select(g => Verdict(g, policy))],
                Ledger = ledger.Stages,
                CutShort = _cutShort,
                Notes = [.. _notes, .. (_race?.Failures ?? [])],
            };
        }

        private bool Usable(TechniqueGroup group) => group.Techniques[0] switch
        {
            Technique.Synthetic => request.Sizes.Synthetic > 0,
            Technique.Unlabeled => false,
            _ => true,
        };

        /// <summary>No policy on the first seeds, and distance analysis on the first of them. False when the baseline can't be trained.</summary>
        private async Task<bool> BaselineAsync(IReadOnlyList<string> operations, CancellationToken cancellation)
        {
            if (request.Sizes.Unlabeled > 0 && request.Techniques.Contains(Technique.Unlabeled))
            {
                _notes.Add("The unlabeled images were not used: the search does not race that technique yet.");
            }

            _race = NewRace();
            await _race.ObserveAsync([.. Enumerable.Range(0, _plan!.BaselineSeeds).Select(s => (_space.None, s))], cancellation)
                .ConfigureAwait(false);
            if (!_race.Stands(_space.None))
            {
                _cutShort = ledger.Exhausted is null
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

            ledger.Stage = "distance analysis";
            var probe = _plan!.ProbeImages == 0 ? null : await ledger.ProbeAsync(
                new DistanceProbe(BaselineTrial(), operations, DistanceLevels.Strengths, _plan.ProbeImages), cancellation).ConfigureAwait(false);
            if (probe is null)
            {
                _notes.Add("The budget is too small for distance analysis: levels are even shares of each operation's range.");
                return;
            }

            _space = new SearchSpace(request.Techniques, DistanceLevels.Calibrate(probe, _notes));
            var baseline = NewRace();
            // Known already: the ledger is not asked again.
            baseline.Adopt(_race!);
            _race = baseline;
        }

        private TrialSpec BaselineTrial() => ProxyTemplate() with { Seed = SeedOf(0), KeepWeights = true };

        private TrialSpec ProxyTemplate() => request.Template with { Fidelity = _plan!.Fidelity, EvaluateTest = false, KeepWeights = false };

        private long SeedOf(int index) => Seeds.Derive(request.Template.Seed, $"search/{index}");

        private Race NewRace() => new(ledger, _space, ProxyTemplate(), SeedOf, _name)
        {
            Cost = TrialCost.ImagePasses(ProxyTemplate(), request.Sizes),
        };

        private async Task<SearchPoint> GroupsAsync(List<TechniqueGroup> groups, CancellationToken cancellation)
        {
            var incumbent = _space.None;
            var kept = (2 * _plan!.ConfirmationSeeds) + _plan.WholeTrials;
            for (var g = 0; g < groups.Count; g++)
            {
                ledger.Stage = groups[g].Name;
                var dearest = new GroupLadder(_space, groups[g]).First(incumbent);
                ledger.Reserve(ConfirmationCost([incumbent, .. dearest]) + (_plan.WholeTrials * _race!.Cost), kept);
                var trials = ledger.Affordable(_race.Cost) is var left && request.Budget is { Ratio: null, Trials: null }
                    ? Math.Min(left, _plan.Trials / groups.Count)
                    : (int)Math.Round((double)left / (groups.Count - g), MidpointRounding.AwayFromZero);
                incumbent = await RaceGroupAsync(groups[g], incumbent, trials, cancellation).ConfigureAwait(false);
            }

            return incumbent;
        }

        private async Task<SearchPoint> RaceGroupAsync(
            TechniqueGroup group, SearchPoint incumbent, int trials, CancellationToken cancellation)
        {
            var ladder = new GroupLadder(_space, group);
            if (trials < 1 || ledger.Exhausted is not null)
            {
                return incumbent;
            }

            var points = await _race!.RunAsync(incumbent, ladder.First(incumbent), ladder.Neighbours, trials, cancellation).ConfigureAwait(false);
            var model = _race.Model;
            if (_race.Best(model, points.Skip(1)) is not { } best)
            {
                var reached = points.Skip(1).Any(p => _race.Results(p).Count > 0);
                AddVerdict(new GroupVerdict(group.Name, group.Techniques, false, null, reached ? "Every candidate failed." : "The budget did not reach it."));
                return incumbent;
            }

            var (gain, deviation) = model.Believe([incumbent, best]).Gain(0, 1);
            var agreement = _race.Agreement(incumbent, best);
            var accepted = gain > GroupThreshold * deviation && agreement is null or >= 0.5;
            var loss = _race.Results(_space.None).Average(r => r.SelectLoss);
            AddVerdict(new GroupVerdict(
                group.Name,
                group.Techniques,
                accepted,
                accepted ? ladder.LevelOf(best) : null,
                $"{ladder.Describe(best)}, the best of {points.Skip(1).Count(p => _race.Results(p).Count > 0)}, changes validation loss by "
                + $"{Math.Exp(-gain) - 1:+0.0%;-0.0%} ± {deviation:0.0%}"
                + (agreement is { } share ? $", lower on {share:0%} of the seeds shared with the incumbent" : "")
                + (accepted ? ": kept." : ": the incumbent stays."),
                loss * (Math.Exp(-gain) - 1),
                loss * deviation));
            return accepted ? best : incumbent;
        }

        /// <summary>Image-passes of a confirmation, whichever of the policies it comes to: added images make a policy dear.</summary>
        private long ConfirmationCost(IEnumerable<SearchPoint> points) => _plan!.ConfirmationSeeds * (_race!.Cost + points.Max(
            p => TrialCost.ImagePasses(ProxyTemplate() with { Policy = _space.Policy(p, _name) }, request.Sizes)));

        private void AddVerdict(GroupVerdict verdict)
        {
            _verdicts.Add(verdict);
            logger.LogInformation("{Group}: {Reason}", verdict.Name, verdict.Reason);
        }

        /// <summary>The found policy against its own scaled forms, and against TrivialAugment and RandAugment in place of geometry and colour.</summary>
        private async Task<SearchPoint> WholePoliciesAsync(SearchPoint found, CancellationToken cancellation)
        {
            var bare = _space.Set(found, [.. new[] { Technique.Rotate, Technique.Spatial, Technique.Hsv, Technique.Contrast, Technique.Blur }.Select(t => (t, 0.0))]);
            SearchPoint[] candidates =
            [
                .. new[]
                {
                    _space.Set(bare, (Technique.TrivialAugment, 1)),
                    _space.Set(bare, (Technique.RandAugment, 0.3)),
                    _space.Scale(found, 0.75),
                    _space.Scale(found, 1.33),
                }.Where(p => !p.Equals(found) && !p.Equals(bare)).Distinct(),
            ];
            return await ContestAsync("whole policies", found, candidates, WholePolicyThreshold, (_plan!.WholeTrials + 1) / 2, cancellation).ConfigureAwait(false);
        }

        /// <summary>Each accepted group dropped once.</summary>
        private async Task<SearchPoint> BackwardAsync(SearchPoint found, List<TechniqueGroup> groups, CancellationToken cancellation)
        {
            var drops = groups.Select(g => _space.Set(found, [.. g.Techniques.Select(t => (t, 0.0))])).Where(p => !p.Equals(found)).ToList();
            return drops.Count < 2 ? found : await ContestAsync("backward pass", found, drops, 0, 0, cancellation).ConfigureAwait(false);
        }

        private async Task<SearchPoint> ContestAsync(
            string stage, SearchPoint found, IReadOnlyList<SearchPoint> candidates, double threshold, int keep, CancellationToken cancellation)
        {
            ledger.Stage = stage;
            ledger.Reserve(ConfirmationCost([found, .. candidates]) + (keep * _race!.Cost), (2 * _plan!.ConfirmationSeeds) + keep);
            var trials = Math.Min(ledger.Affordable(_race.Cost), _plan.Trials);
            if (candidates.Count == 0 || trials < 1 || ledger.Exhausted is not null)
            {
                return found;
            }

            var points = await _race.RunAsync(found, candidates, _ => [], trials, cancellation).ConfigureAwait(false);
            var model = _race.Model;
            if (_race.Best(model, points.Skip(1)) is not { } best)
            {
                return found;
            }

            var (gain, deviation) = model.Believe([found, best]).Gain(0, 1);
            var better = gain > threshold * deviation;
            logger.LogInformation(
                "{Stage}: {Policy} changes validation loss by {Change:+0.0%;-0.0%} ± {Deviation:0.0%} against what was found: {Verdict}",
                stage,
                Describe(best),
                Math.Exp(-gain) - 1,
                deviation,
                better ? "taken" : "not taken");
            return better ? best : found;
        }

        /// <summary>What was found against nothing, on seeds that no choice was made by; it falls back to nothing when it does not hold.</summary>
        private async Task ConfirmAsync(SearchPoint found, CancellationToken cancellation)
        {
            if (found.Equals(_space.None))
            {
                return;
            }

            ledger.Stage = "confirmation";
            ledger.Reserve(0, 0);
            var policy = _space.Policy(found, _name);
            var seeds = Enumerable.Range(0, _plan!.ConfirmationSeeds).Select(i => Seeds.Derive(request.Template.Seed, $"search/confirm/{i}"));
            var trials = seeds.SelectMany(s => new[] { Policy.None, policy }.Select(p => ProxyTemplate() with { Policy = p, Seed = s })).ToList();
            var pairs = (await ledger.AskAsync(trials, cancellation).ConfigureAwait(false)).Chunk(2)
                .Where(p => p.All(r => r is { Status: TrialStatus.Completed } && double.IsFinite(r.SelectLoss))).ToList();
            if (pairs.Count == 0)
            {
                _cutShort = "The budget did not reach the confirmation of what was found, so that no policy is used.";
                return;
            }

            var gain = pairs.Average(p => Math.Log(p[0]!.SelectLoss / p[1]!.SelectLoss));
            var error = _race!.Model.PairedNoise / Math.Sqrt(pairs.Count);
            _confirmed.AddRange(new[] { Policy.None, policy }.Select((p, i) => new TestedPolicy(
                p, pairs.Average(r => r[i]!.SelectLoss), pairs.Average(r => r[i]!.SelectError), false, ledger.Stage, Share, pairs.Count)));
            _chosen = gain > ConfirmationThreshold * error ? found : null;
            _notes.Add($"On {pairs.Count} fresh pairs the policy that was found changed validation loss by {Math.Exp(-gain) - 1:+0.0%;-0.0%} ± {error:0.0%}: "
                + (_chosen is null ? "it does not hold, so that no policy is used." : "it holds."));
            logger.LogInformation("{Note}", _notes[^1]);
        }

        private double Share => _plan!.Fidelity.EpochShare * _plan.Fidelity.ImageShare;

        private List<TestedPolicy> Tested()
        {
            var tested = _race is null ? [] : _race.Stages.Select(s => Tested(s.Key, s.Value)).ToList();
            tested.AddRange(_confirmed);
            var chosen = _chosen is null ? Policy.None : _space.Policy(_chosen, _name);
            return [.. tested.Select(t => t with { Selected = t.Policy.Values.SequenceEqual(chosen.Values) })];
        }

        private TestedPolicy Tested(SearchPoint point, string stage)
        {
            var results = _race!.Results(point);
            var completed = results.Where(r => r.Status == TrialStatus.Completed).ToList();
            return new TestedPolicy(
                _space.Policy(point, _name),
                completed.Count > 0 ? completed.Average(r => r.SelectLoss) : double.NaN,
                completed.Count > 0 ? completed.Average(r => r.SelectError) : double.NaN,
                false,
                stage,
                Share,
                results.Count);
        }

        /// <summary>The race's verdict, corrected by what the whole-policy stage, the backward pass and the confirmation did afterwards.</summary>
        private GroupVerdict Verdict(TechniqueGroup group, Policy policy)
        {
            var on = group.Techniques.Any(t => policy[t] > 0);
            var verdict = _verdicts.FirstOrDefault(v => v.Name == group.Name) ?? new GroupVerdict(group.Name, group.Techniques, false, null, group.Techniques[0] switch
            {
                Technique.Synthetic when request.Sizes.Synthetic == 0 => "There are no synthetic images.",
                Technique.Unlabeled when request.Sizes.Unlabeled == 0 => "There are no unlabeled images.",
                Technique.Unlabeled => "The search does not race it yet.",
                _ => "The budget did not reach it.",
            });
            return on
                ? verdict with { Accepted = true, Level = new GroupLadder(_space, group).LevelOf(_chosen!) }
                : verdict with
                {
                    Accepted = false,
                    Level = null,
                    Reason = verdict.Accepted ? $"{verdict.Reason} Later dropped: {(_chosen is null ? "the whole policy did not hold on fresh seeds." : "the policy is as good without it.")}" : verdict.Reason,
                };
        }

        private string Describe(SearchPoint point) => _space.Policy(point, _name) is { IsNone: false } policy
            ? string.Join(", ", policy.Values.Select(v => $"{TechniqueAxis.Of(v.Technique).Name} {v.Value:0.##}"))
            : "no policy";
    }
}
