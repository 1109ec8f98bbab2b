using System.Text.Json.Serialization;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Search;

/// <summary>What a search found and what it cost.</summary>
public sealed record SearchOutcome
{
    /// <summary>The best policy that was found; <see cref="Policy.None"/> when nothing was better. See <see cref="Confirm"/>.</summary>
    public required Policy Policy { get; init; }

    /// <summary>Where the policy comes from: one of <see cref="PolicySource"/>.</summary>
    public required string Source { get; init; }

    /// <summary>Every policy that was trained, one entry a policy and fidelity, in the order first asked for.</summary>
    public required IReadOnlyList<TestedPolicy> Tested { get; init; }

    /// <summary>One verdict a group, in search order; groups that the budget did not reach included.</summary>
    public required IReadOnlyList<GroupVerdict> Groups { get; init; }

    /// <summary>What synthetic and unlabeled images were worth, where there are any.</summary>
    public IReadOnlyList<DoseResponse> Doses { get; init; } = [];

    /// <summary>
    /// Work and time of the stages <c>baseline</c> and <c>search</c>, reused trials at what they once took; in a run, the settling of the recipe
    /// before the search included.
    /// </summary>
    public required IReadOnlyList<LedgerEntry> Ledger { get; init; }

    /// <summary>What finding the policy cost: what <c>policy.budget</c> caps, and what the report says.</summary>
    [JsonIgnore]
    public LedgerEntry Cost => LedgerEntry.Sum("search", Ledger);

    /// <summary>Which cap ended the search early and what it did not get to, in a sentence; null when it did all that it planned.</summary>
    public string? CutShort { get; init; }

    /// <summary>What a reviewer should know: failed trials, flat operations, splits that were not used.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Standard deviation of the difference of ln select loss between the two trials of a pair, as the search saw it.</summary>
    public double PairedNoise { get; init; }

    /// <summary>
    /// What stands of this outcome after whole trainings on fresh seeds: what looked best among many on short trainings looks better than
    /// it is. Where the gain is not there again, nothing is used.
    /// </summary>
    /// <param name="original">Whole trainings of no policy.</param>
    /// <param name="masterful">Whole trainings of the policy, paired by position.</param>
    public SearchOutcome Confirm(IReadOnlyList<TrialResult> original, IReadOnlyList<TrialResult> masterful)
    {
        if (Policy.IsNone)
        {
            return this;
        }

        var confirmation = Confirmation.Of(original, masterful, PairedNoise);
        IReadOnlyList<string> notes = [.. Notes, confirmation.ToString()];
        return confirmation.Holds ? this with { Notes = notes } : this with
        {
            Policy = Policy.None,
            Source = PolicySource.None,
            Tested = [.. Tested.Select(t => t with { Selected = t.Policy.IsNone })],
            Groups = [.. Groups.Select(g => g.Accepted ? g with { Accepted = false, Level = null, Reason = $"{g.Reason} The whole policy did not hold." } : g)],
            Doses = [.. Doses.Select(d => d.Accepted > 0 ? d with { Accepted = 0, Reason = $"{d.Reason} The whole policy did not hold." } : d)],
            Notes = notes,
        };
    }
}

/// <summary>Names in files for where a policy comes from.</summary>
public static class PolicySource
{
    /// <summary>Put together by the search.</summary>
    public const string Search = "search";

    /// <summary>TrivialAugment and nothing else.</summary>
    public const string TrivialAugment = "trivial-augment";

    /// <summary>RandAugment and nothing else.</summary>
    public const string RandAugment = "rand-augment";

    /// <summary>Nothing was better than the original.</summary>
    public const string None = "none";

    /// <summary>Where a policy that a search ended with comes from.</summary>
    /// <param name="found">It.</param>
    public static string Of(Policy found) => found.Values switch
    {
        [] => None,
        [{ Technique: Technique.TrivialAugment }] => TrivialAugment,
        [{ Technique: Technique.RandAugment }] => RandAugment,
        _ => Search,
    };
}

/// <summary>A policy that was trained in the search.</summary>
/// <param name="Policy">What it was.</param>
/// <param name="ValidationLoss">Mean select loss over its completed trials, nats; NaN when all failed.</param>
/// <param name="ErrorRate">Mean select error over its completed trials, 0..1; NaN when all failed.</param>
/// <param name="Selected">Whether it is the policy of the outcome.</param>
/// <param name="Stage">Which group or stage tested it first, such as <c>baseline</c> or <c>rotate+spatial</c>.</param>
/// <param name="Fidelity">Its cost as a share of a full training, epochs × images.</param>
/// <param name="Seeds">Trials, failed ones included.</param>
public sealed record TestedPolicy(
    Policy Policy, double ValidationLoss, double ErrorRate, bool Selected, string Stage, double Fidelity, int Seeds);

/// <summary>What the search decided about a group of techniques.</summary>
/// <param name="Name">Technique names joined by <c>+</c>.</param>
/// <param name="Techniques">The group's techniques.</param>
/// <param name="Accepted">Whether any of them is in the policy.</param>
/// <param name="Level">The chosen level 1..5 (magnitude ÷ 20, share or ratio × 5), or null when not accepted.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="LossDelta">Change of select loss by the best candidate, nats; negative is better; null when not raced.</param>
/// <param name="StandardError">Its standard error, nats.</param>
public sealed record GroupVerdict(
    string Name,
    IReadOnlyList<Technique> Techniques,
    bool Accepted,
    double? Level,
    string Reason,
    double? LossDelta = null,
    double? StandardError = null);
