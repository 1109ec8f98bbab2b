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
        var teachers = trials.Select(t => t.Teacher).OfType<TrialSpec>().DistinctBy(TrialKey.Of).ToDictionary(TrialKey.Of);
        foreach (var trial in trials.Where(t => teachers.ContainsKey(TrialKey.Of(t))))
        {
            // It may be asked for more than a teacher is, as for the test images: one training answers both.
            teachers[TrialKey.Of(trial)] = trial with { KeepWeights = true };
        }

        var taught = await AskAsync(runner, [.. teachers.Values], cancellation).ConfigureAwait(false);
        var answers = teachers.Keys.Zip(taught).ToDictionary(a => a.First, a => a.Second);
        var rest = new Queue<TrialResult>(
            await AskAsync(runner, [.. trials.Where(t => !answers.ContainsKey(TrialKey.Of(t)))], cancellation).ConfigureAwait(false));
        return [.. trials.Select(t => answers.TryGetValue(TrialKey.Of(t), out var answer) ? answer : rest.Dequeue())];
    }

    private static async Task<TrialResult[]> AskAsync(ITrialRunner runner, TrialSpec[] trials, CancellationToken cancellation)
    {
        var results = new TrialResult[trials.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, runner.Parallelism), CancellationToken = cancellation };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, trials.Length),
            options,
            async (i, token) => results[i] = await runner.RunAsync(trials[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }
}
