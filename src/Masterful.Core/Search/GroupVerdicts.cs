using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Search;

/// <summary>What all trials of a search together say about each group, in words and figures.</summary>
/// <param name="exploration">The trials.</param>
/// <param name="space">The axes.</param>
/// <param name="pool">The steps between policies.</param>
internal sealed class GroupVerdicts(Exploration exploration, SearchSpace space, CandidatePool pool)
{
    /// <summary>A verdict on a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="found">The policy that the search came to.</param>
    public GroupVerdict On(TechniqueGroup group, SearchPoint found)
    {
        var tried = exploration.Stages.Keys.Where(p => pool.Uses(p, group)).ToList();
        var standing = tried.Where(exploration.Stands).ToList();
        if (standing.Count == 0)
        {
            return new GroupVerdict(group.Name, group.Techniques, false, null, tried.Count > 0 ? "Every candidate failed." : "The budget did not reach it.");
        }

        var kept = pool.Uses(found, group);
        var means = exploration.Model.Means(standing);
        var best = kept ? found : standing[Enumerable.Range(0, standing.Count).MinBy(i => means[i])];
        var (gain, deviation) = exploration.Model.Believe([pool.Without(best, group), best]).Gain(0, 1);
        var trials = standing.Sum(p => exploration.Results(p).Count);
        var loss = exploration.Results(space.None).Where(r => r.Status == TrialStatus.Completed).Average(r => r.SelectLoss);
        return new GroupVerdict(
            group.Name,
            group.Techniques,
            kept,
            kept ? new GroupLadder(space, group).LevelOf(found) : null,
            $"{new GroupLadder(space, group).Describe(best)} changes validation loss by {Figures.SignedPercent(Math.Exp(-gain) - 1)} ± {Figures.Percent(deviation, 1)} "
            + $"{Beside(pool.Without(best, group))}, by {trials} trial{(trials == 1 ? "" : "s")} with the group: "
            + (kept ? "kept." : "not kept."),
            loss * (Math.Exp(-gain) - 1),
            loss * deviation);
    }

    private string Beside(SearchPoint rest) => rest.Equals(space.None) ? "by itself" : $"beside {space.Describe(rest)}";
}
