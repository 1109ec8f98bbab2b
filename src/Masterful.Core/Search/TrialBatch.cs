using Masterful.Core.Trials;

namespace Masterful.Core.Search;

/// <summary>Asks for several trials, as many at once as the runner finds worth it.</summary>
internal static class TrialBatch
{
    /// <summary>The results, in the order of the trials; the teachers of unlabeled images are trained before them. What comes back doesn't depend on how many run at once.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<IReadOnlyList<TrialResult>> RunAsync(
        ITrialRunner runner, IReadOnlyList<TrialSpec> trials, CancellationToken cancellation)
    {
        TrialSpec[] teachers = [.. trials.Select(t => t.Teacher).OfType<TrialSpec>().DistinctBy(TrialKey.Of)];
        if (teachers.Length > 0)
        {
            await RunAsync(runner, teachers, cancellation).ConfigureAwait(false);
        }

        var results = new TrialResult[trials.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, runner.Parallelism), CancellationToken = cancellation };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, trials.Count),
            options,
            async (i, token) => results[i] = await runner.RunAsync(trials[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }
}
