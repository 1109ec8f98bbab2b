using Masterful.Core.Trials;

namespace Masterful.Core.Search;

/// <summary>Asks for several trials, as many at once as the runner finds worth it.</summary>
internal static class TrialBatch
{
    /// <summary>
    /// The results, in the order of the trials. The teachers of unlabeled images are asked for first, and each student waits for its own
    /// teacher alone. What comes back doesn't depend on how many run at once.
    /// </summary>
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

        // Teachers, then those that wait for none, then students: whoever waits was preceded by what it waits for.
        var keys = trials.Select(TrialKey.Of).ToList();
        int[] others = [.. Enumerable.Range(0, trials.Count).Where(i => !teachers.ContainsKey(keys[i])).OrderBy(i => trials[i].Teacher is not null)];
        TrialSpec[] asked = [.. teachers.Values, .. others.Select(i => trials[i])];
        var answers = Array.ConvertAll(asked, _ => new TaskCompletionSource<TrialResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        var taught = teachers.Keys.Index().ToDictionary(t => t.Item, t => answers[t.Index].Task);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, runner.Parallelism), CancellationToken = cancellation };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, asked.Length),
            options,
            async (i, token) =>
            {
                if (asked[i].Teacher is { } teacher)
                {
                    await taught[TrialKey.Of(teacher)].WaitAsync(token).ConfigureAwait(false);
                }

                answers[i].SetResult(await runner.RunAsync(asked[i], token).ConfigureAwait(false));
            }).ConfigureAwait(false);
        return await Task.WhenAll(
            keys.Select((key, i) => taught.GetValueOrDefault(key) ?? answers[teachers.Count + Array.IndexOf(others, i)].Task)).ConfigureAwait(false);
    }
}
