using System.Diagnostics;
using System.Globalization;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;

namespace Masterful.Benchmarks.Speed;

/// <summary>What work costs on this machine: an epoch by its images, a step by the techniques of its policy, policies by workers.</summary>
/// <param name="specPath">What policies are tried on.</param>
/// <param name="overrides"><c>key.path=value</c> of that spec.</param>
/// <param name="tool">Full path of the built tool, whose workers try them.</param>
internal sealed class CostStudy(string specPath, IReadOnlyList<string> overrides, string tool)
{
    private const int Batch = 128;
    private const int Rounds = 5;

    private static readonly int[] Images = [1_000, 3_000, 10_000, 30_000, 100_000];

    private static readonly int[] Policies = [1, 2, 4, 8, 16];

    /// <summary>All that one policy can hold, in the order of the search.</summary>
    private static readonly TechniqueAxis[] Techniques =
        [.. TechniqueAxis.All.Where(a => a.Technique is not (Technique.TrivialAugment or Technique.Synthetic or Technique.Unlabeled))];

    /// <summary>A Markdown table of each, and a chart of all as a PNG.</summary>
    public async Task WriteAsync(TextWriter output, string chart, CancellationToken cancellation)
    {
        using var thread = new TrainingThread();
        var epochs = await thread.RunAsync(() => Images.Select(n => (Of: n, Seconds: EpochSeconds(n))).ToList(), cancellation).ConfigureAwait(false);
        await output.WriteLineAsync("| images | seconds an epoch | µs an image |\n| ---: | ---: | ---: |").ConfigureAwait(false);
        foreach (var (images, seconds) in epochs)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {images:#,0} | {seconds:0.00} | {seconds / images * 1e6:0} |")).ConfigureAwait(false);
        }

        var steps = await thread.RunAsync(StepTimes, cancellation).ConfigureAwait(false);
        await output.WriteLineAsync("\n| techniques | and with it | a step's time ÷ that of none |\n| ---: | --- | ---: |").ConfigureAwait(false);
        foreach (var (count, time) in steps.Index())
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"| {count} | {(count == 0 ? "none" : Techniques[count - 1].Name)} | {time:0.00} |")).ConfigureAwait(false);
        }

        var one = await PolicySecondsAsync(1, cancellation).ConfigureAwait(false);
        var two = await PolicySecondsAsync(2, cancellation).ConfigureAwait(false);
        await output.WriteLineAsync("\n| policies | seconds, 1 worker | seconds, 2 workers | times as fast |\n| ---: | ---: | ---: | ---: |").ConfigureAwait(false);
        foreach (var (count, alone, together) in Policies.Zip(one, two))
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {count} | {alone:0.0} | {together:0.0} | {alone / together:0.00} |")).ConfigureAwait(false);
        }

        await File.WriteAllBytesAsync(
            chart,
            new CostChart(
                [.. epochs.Select(e => ((double)e.Of, e.Seconds))],
                [.. steps.Index().Select(s => ((double)s.Index, s.Item))],
                [("1 worker", [.. Policies.Zip(one).Select(p => ((double)p.First, p.Second))]), ("2 workers", [.. Policies.Zip(two).Select(p => ((double)p.First, p.Second))])]).ToPng(),
            cancellation).ConfigureAwait(false);
    }

    private static double EpochSeconds(int images)
    {
        using var loop = new TrainingLoop(SpeedTable.SmallCnn, Batch, images / Batch, Policy.None, SpeedTable.Bits);
        return images / loop.Rate(seconds: 1);
    }

    /// <summary>Of none, one, two … techniques, as multiples of none's, in turns.</summary>
    private static double[] StepTimes()
    {
        var loops = new List<TrainingLoop>();
        try
        {
            var policy = Policy.None;
            loops.Add(new TrainingLoop(SpeedTable.SmallCnn, Batch, 4, policy, SpeedTable.Bits));
            foreach (var axis in Techniques)
            {
                policy = policy.With(axis.Technique, axis.Kind == AxisKind.ReplacementRate ? 0.5 : 30);
                loops.Add(new TrainingLoop(SpeedTable.SmallCnn, Batch, 4, policy, SpeedTable.Bits));
            }

            var turns = Enumerable.Range(0, Rounds).Select(_ => loops.ConvertAll(l => l.Rate(0.5))).ToList();
            return [.. loops.Select((_, i) => turns.Select(t => t[0] / t[i]).Order().ElementAt(Rounds / 2))];
        }
        finally
        {
            loops.ForEach(l => l.Dispose());
        }
    }

    /// <summary>Seconds of so many trials at once, on workers that are there already.</summary>
    private async Task<double[]> PolicySecondsAsync(int workers, CancellationToken cancellation)
    {
        var cache = Directory.CreateTempSubdirectory("masterful-cost-");
        try
        {
            string[] settings = [.. overrides, $"runtime.cache={cache.FullName}", $"runtime.workers={workers}", "runtime.threads=1", "runtime.device=cpu"];
            using var session = await BenchmarkSession.OpenAsync(specPath, settings, tool, cancellation).ConfigureAwait(false);
            var seed = 0L;
            await TrialsAsync(2 * workers).ConfigureAwait(false);
            var seconds = new List<double>();
            foreach (var count in Policies)
            {
                var watch = Stopwatch.StartNew();
                await TrialsAsync(count).ConfigureAwait(false);
                seconds.Add(watch.Elapsed.TotalSeconds);
            }

            return [.. seconds];

            Task TrialsAsync(int count) => TrialBatch.RunAsync(
                session.Runner,
                [.. Enumerable.Range(0, count).Select(_ => session.Template with { Seed = ++seed, Policy = Policy.None.With(Technique.RandAugment, 30) })],
                cancellation);
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }
}
